// SPDX-License-Identifier: MIT
//
// How a child is ended: signals, grace, its group, and what a dropped Process does.
#include <eddy/io/process.hpp>
#include <eddy/testing/log_capture.hpp>

#include <sys/prctl.h>
#include <sys/wait.h>

#include <csignal>
#include <string>

#include "process_support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

/// A child that has said that it is ready.
Process ready(ProcessFixture& t, const std::string& text) {
  Process child = t.shell(text);
  CHECK(*t.get(child.output().read_line()) == "ready");
  return child;
}

/// Grandchildren come to this process when their parent has ended, so that it sees how they end.
struct Subreaper {
  Subreaper() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }
  Subreaper(const Subreaper&) = delete;
  Subreaper& operator=(const Subreaper&) = delete;
  ~Subreaper() { ::prctl(PR_SET_CHILD_SUBREAPER, 0); }
};

/// The signal that ended a grandchild.
int signal_of(int pid) {
  int status = 0;
  CHECK(::waitpid(pid, &status, 0) == pid);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

}  // namespace

TEST_CASE("terminate asks first, and a child that obeys is not killed") {
  ProcessFixture t;
  Process child = ready(t, "trap 'exit 6' TERM; echo ready; while :; do sleep 0.01; done");

  CHECK(t.get(child.terminate(5s))->code == 6);

  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE(
    "a child that ignores the signal is killed after its grace, which is logged") {  // case 175
  LogCapture log;
  ProcessFixture t;
  Process child = ready(t, "trap '' TERM; echo ready; while :; do sleep 0.01; done");
  const int pid = child.pid();

  Future<ExitStatus> ended = child.terminate(5s);
  t.advance(4999ms);
  CHECK_FALSE(t.poll(ended));
  CHECK(child.running());
  t.advance(1ms);

  CHECK(t.get(std::move(ended)).value() == ExitStatus{.signal = SIGKILL});
  log.expect(log::Level::warning,
             "a child has not ended within its grace, and is killed",
             {{"pid", pid}, {"program", "/bin/sh"}});
}

TEST_CASE("the shortest grace of several counts, and none kills at once") {
  ProcessFixture t;
  Process child = ready(t, "trap '' TERM; echo ready; read line");
  Future<ExitStatus> patient = child.terminate(10s);
  Future<ExitStatus> impatient = child.terminate(1s);
  Future<ExitStatus> most_patient = child.terminate(20s);

  t.advance(1s);

  CHECK(t.get(std::move(patient))->signal == SIGKILL);
  CHECK(impatient.ready());
  CHECK(most_patient.ready());
  Process another = ready(t, "trap '' TERM; echo ready; read line");
  CHECK(t.get(another.terminate(0s))->signal == SIGKILL);
}

TEST_CASE("dropping the future of terminate does not take it back") {
  ProcessFixture t;
  Process child = ready(t, "trap '' TERM; echo ready; read line");
  { const Future<ExitStatus> dropped = child.terminate(1s); }

  t.advance(1s);

  CHECK(t.get(child.wait())->signal == SIGKILL);
}

TEST_CASE("a signal of another kind can ask for the end") {
  ProcessFixture t;
  Process child = ready(t, "trap 'exit 2' INT; echo ready; while :; do sleep 0.01; done");

  CHECK(t.get(child.terminate(5s, SIGINT))->code == 2);
}

TEST_CASE("a stopped child hears the signal too") {  // case 177
  ProcessFixture t;
  Process child = ready(t, "trap 'exit 3' TERM; echo ready; kill -STOP $$; read line");

  CHECK(t.get(child.terminate(60s))->code == 3);
}

TEST_CASE("signal goes to the program alone") {
  ProcessFixture t;
  Process child = ready(t,
                        "(trap 'echo sub' USR1; read line) & trap 'echo main' USR1; echo ready;"
                        "while :; do sleep 0.01; done");

  CHECK(child.signal(SIGUSR1));

  CHECK(*t.get(child.output().read_line()) == "main");
}

TEST_CASE("signals to a child that has ended say so") {
  ProcessFixture t;
  Process child = t.spawn({.argv = {"true"}});
  CHECK(t.get(child.wait())->success());

  CHECK(child.signal(SIGTERM).error() == std::errc::no_such_process);
  child.kill();
  CHECK(t.get(child.terminate())->success());
}

TEST_CASE("what a child has started is killed with it") {
  ProcessFixture t;
  const Subreaper subreaper;
  Process child = t.shell("(trap '' TERM; echo ready; sleep 60) & echo $!; wait");
  const std::string first = *t.get(child.output().read_line());
  const std::string second = *t.get(child.output().read_line());
  const int grandchild = std::stoi(first == "ready" ? second : first);

  CHECK(t.get(child.terminate(5s))->signal == SIGTERM);

  CHECK(signal_of(grandchild) == SIGKILL);
}

TEST_CASE("what a child leaves behind lives on, unless the command says otherwise") {
  ProcessFixture t;
  const Subreaper subreaper;
  Command command = Command::shell("sleep 60 > /dev/null 2>&1 & echo $!");
  const int left = std::stoi(t.output_of(command));
  CHECK(::kill(left, 0) == 0);
  command.end_group = true;
  const int taken = std::stoi(t.output_of(command));

  CHECK(signal_of(taken) == SIGKILL);
  CHECK(::kill(left, SIGTERM) == 0);
  CHECK(signal_of(left) == SIGTERM);
}

TEST_CASE("a child in our group is signalled alone") {
  ProcessFixture t;
  FaultyCalls faults;
  static int groups;
  groups = 0;
  faults.table.kill_group = [](int, int) {
    return ++groups, 0;
  };
  Command command{.argv = {"sleep", "60"}};
  command.group = ChildGroup::ours;
  Process child = t.spawn(command);

  CHECK(t.get(child.terminate(5s))->signal == SIGTERM);

  CHECK(groups == 0);
}

TEST_CASE(
    "a child that may not be killed is waited for, its group is killed, and the log says so") {
  LogCapture log;
  ProcessFixture t;
  Process child = t.shell("read line");
  static int groups;
  groups = 0;
  {
    FaultyCalls faults;
    faults.table.pidfd_send_signal = &failing<EPERM, int, int>;
    faults.table.kill_group = [](int, int) {
      ++groups;
      return errno = EPERM, -1;
    };
    child.kill();
  }

  CHECK(groups == 1);
  log.expect(log::Level::warning,
             "a child cannot be killed, and is waited for",
             {{"pid", child.pid()}, {"program", "/bin/sh"}});
  child.input() = {};
  CHECK(t.get(child.wait()).has_value());
}

TEST_CASE("a child that has left its group is killed all the same") {
  ProcessFixture t;
  FaultyCalls faults;
  faults.table.kill_group = &failing<ESRCH, int, int>;
  Process child = t.spawn({.argv = {"sleep", "60"}});

  child.kill();

  CHECK(t.get(child.wait())->signal == SIGKILL);
}

TEST_CASE("a dropped process is killed with its group, and reaped") {
  ProcessFixture t;
  const Subreaper subreaper;
  int grandchild = 0;
  {
    Process child = t.shell("sleep 60 & echo $!; wait");
    grandchild = std::stoi(*t.get(child.output().read_line()));
  }

  t.reap();
  CHECK(signal_of(grandchild) == SIGKILL);
  CHECK_FALSE(have_children());
}

TEST_CASE("run() of a loop returns when killed children have been reaped") {
  ProcessFixture t;
  { const Process dropped = t.spawn({.argv = {"sleep", "60"}}); }

  t.loop.run();

  CHECK_FALSE(have_children());
}

TEST_CASE("a loop that ends kills and reaps its children") {
  {
    Loop loop;
    const Process kept = *Process::spawn(loop, {.argv = {"sleep", "60"}});
    { const Process dropped = *Process::spawn(loop, {.argv = {"sleep", "60"}}); }
    CHECK(kept.running());
  }

  CHECK_FALSE(have_children());
}
