// SPDX-License-Identifier: MIT
//
// What a child has of its parent: signals, descriptors, limits, group; and what it has not.
#include <eddy/io/process.hpp>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "process_support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

/// The signal state of this thread as it was, at the end.
struct SignalsKept {
  SignalsKept() { ::pthread_sigmask(SIG_SETMASK, nullptr, &mask); }
  SignalsKept(const SignalsKept&) = delete;
  SignalsKept& operator=(const SignalsKept&) = delete;
  ~SignalsKept() {
    ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
    ::signal(SIGHUP, SIG_DFL);
    ::signal(SIGUSR1, SIG_DFL);
  }

  sigset_t mask{};
};

/// /proc/self/status of a child.
std::string status_of_child(ProcessFixture& t) {
  return t.output_of({.argv = {"cat", "/proc/self/status"}});
}

/// Field `number` of /proc/self/stat, counted as proc(5) does.
int stat_field(ProcessFixture& t, ChildGroup group, int number) {
  Command command{.argv = {"cut", "-d", " ", "-f", std::to_string(number), "/proc/self/stat"}};
  command.group = group;
  return std::stoi(t.output_of(command));
}

bool leads_its_group(ProcessFixture& t, ChildGroup group) {
  Command command{.argv = {"cut", "-d", " ", "-f", "1,5", "/proc/self/stat"}};
  command.group = group;
  const std::string numbers = t.output_of(command);
  const std::size_t space = numbers.find(' ');
  return numbers.substr(0, space) + "\n" == numbers.substr(space + 1);
}

/// How many descriptors a program would get that somebody else starts.
int inheritable_descriptors() {
  int count = 0;
  for (int number = 0; number < 256; ++number) {
    const int flags = ::fcntl(number, F_GETFD);
    if (flags >= 0 && (flags & FD_CLOEXEC) == 0) ++count;
  }
  return count;
}

/// What a child says whose last descriptor is the one before `leaking`: "closed" if it has not
/// that.
std::string told_of_next(ProcessFixture& t, int leaking) {
  const std::string entry = "/proc/$$/fd/" + std::to_string(leaking);
  Command command = Command::shell("[ -e " + entry + " ] || echo closed");
  command.descriptors.assign(static_cast<std::size_t>(leaking - 3), leaking);
  return t.output_of(command);
}

bool all_signals_were_blocked = false;

int looking_at_the_mask(int (*child)(void*), void* top, void* plan, int* pidfd) {
  sigset_t now;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &now);
  all_signals_were_blocked = ::sigismember(&now, SIGUSR1) == 1 && ::sigismember(&now, SIGTERM) == 1;
  return detail::kernel_process_calls.clone(child, top, plan, pidfd);
}

}  // namespace

TEST_CASE("signals that are blocked or ignored here are neither in a child") {  // case 186
  ProcessFixture t;
  const SignalsKept kept;
  sigset_t blocked;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::sigaddset(&blocked, SIGUSR2);
  ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
  ::signal(SIGHUP, SIG_IGN);
  ::signal(SIGUSR1, [](int) {});

  const std::string status = status_of_child(t);

  CHECK(status_field(status, "SigBlk:") == "0000000000000000");
  CHECK(status_field(status, "SigIgn:") == "0000000000000000");  // SIGPIPE is ignored here too
  CHECK(status_field(status, "SigCgt:") == "0000000000000000");
  sigset_t after;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &after);
  CHECK(::sigismember(&after, SIGTERM) == 1);
  CHECK(::sigismember(&after, SIGINT) == 0);
}

TEST_CASE("handlers of ours are kept here when a child resets its own") {
  ProcessFixture t;
  const SignalsKept kept;
  static int handled = 0;
  ::signal(SIGUSR1, [](int) { ++handled; });

  CHECK(t.get(t.spawn({.argv = {"true"}}).wait())->success());
  ::raise(SIGUSR1);

  CHECK(handled == 1);
}

TEST_CASE("while a child is in our memory no handler of ours can run") {
  ProcessFixture t;
  FaultyCalls faults;
  faults.table.clone = &looking_at_the_mask;

  CHECK(t.get(t.spawn({.argv = {"true"}}).wait())->success());

  CHECK(all_signals_were_blocked);
}

TEST_CASE("what we hold of a child is not in programs that others start") {  // case 185
  ProcessFixture t;
  const int before = inheritable_descriptors();

  const Process child = t.shell("read line");

  CHECK(inheritable_descriptors() == before);
}

TEST_CASE("a standard descriptor that we have not is nothing to a child, whatever has its number") {
  ProcessFixture t;
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const int kept = ::dup(STDOUT_FILENO);
  Command command = Command::shell("found=$(readlink /proc/$$/fd/1); echo $found >&3");
  command.input = ChildStdio::stream();  // of which our end gets the number 1
  command.descriptors = {ends[1]};

  ::close(STDOUT_FILENO);
  {
    Process child = t.spawn(command);
    t.get(child.wait()).value();
  }
  t.reap();
  ::dup2(kept, STDOUT_FILENO);

  char text[64] = "";
  CHECK(::read(ends[0], text, sizeof text - 1) > 0);
  CHECK(std::string(text) == "/dev/null\n");
  ::close(ends[0]);
  ::close(ends[1]);
  ::close(kept);
}

TEST_CASE("a child has the three standard descriptors and no other") {  // case 185
  ProcessFixture t;
  const int leaking = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC
  const int high = ::fcntl(leaking, F_DUPFD, 200);
  Process another = t.shell("read line");

  CHECK(t.output_of(Command::shell("ls /proc/$$/fd")) == "0\n1\n2\n");
  CHECK(told_of_next(t, leaking) == "closed\n");

  ::close(leaking);
  ::close(high);
}

TEST_CASE("other descriptors are closed one by one where the kernel has no close_range") {
  ProcessFixture t;
  FaultyCalls faults;
  faults.table.close_range = &failing<ENOSYS, unsigned, unsigned>;
  const int leaking = ::open("/dev/null", O_RDONLY);
  const int high = ::fcntl(leaking, F_DUPFD, 200);
  Command command = Command::shell("ls /proc/$$/fd");
  command.descriptors = {leaking};

  CHECK(t.output_of(command) == "0\n1\n2\n3\n");
  CHECK(told_of_next(t, leaking) == "closed\n");

  ::close(leaking);
  ::close(high);
}

TEST_CASE("a child leads a group or a session of its own, or is in ours") {
  ProcessFixture t;
  constexpr int group = 5;
  constexpr int session = 6;

  CHECK(stat_field(t, ChildGroup::own, group) != ::getpgrp());
  CHECK(stat_field(t, ChildGroup::own, session) == ::getsid(0));
  CHECK(stat_field(t, ChildGroup::session, session) != ::getsid(0));
  CHECK(stat_field(t, ChildGroup::ours, group) == ::getpgrp());
  CHECK(leads_its_group(t, ChildGroup::own));
  CHECK(leads_its_group(t, ChildGroup::session));
  CHECK_FALSE(leads_its_group(t, ChildGroup::ours));
}

TEST_CASE("limits, umask and priority are what the command says") {
  ProcessFixture t;
  Command command = Command::shell("ulimit -c; ulimit -n; umask; nice");
  command.limits = {{RLIMIT_CORE, 0, 0}, {RLIMIT_NOFILE, 33, 44}};
  command.umask = 0027;
  command.nice = 7;

  CHECK(t.output_of(command) == "0\n33\n0027\n7\n");
}

TEST_CASE("children get the limit of open files that the loop was told, not the raised one") {
  ProcessFixture t;
  set_child_file_limit(t.loop, 77);

  CHECK(t.output_of(Command::shell("ulimit -n")) == "77\n");
  Command own = Command::shell("ulimit -n");
  own.limits = {{RLIMIT_NOFILE, 55, 60}};
  CHECK(t.output_of(own) == "55\n");
  set_child_file_limit(t.loop, ~0ULL);
  CHECK(t.output_of(Command::shell("ulimit -n")) == t.output_of(Command::shell("ulimit -Hn")));
  set_child_file_limit(t.loop, std::nullopt);
  rlimit ours{};
  ::getrlimit(RLIMIT_NOFILE, &ours);
  CHECK(t.output_of(Command::shell("ulimit -n")) == std::to_string(ours.rlim_cur) + "\n");
}

TEST_CASE("a child is killed when its parent is") {  // case 182
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    Loop loop;
    Result<Process> child = Process::spawn(loop, {.argv = {"sleep", "60"}});
    const int pid = child ? child->pid() : -1;
    if (::write(ends[1], &pid, sizeof pid) < 0) ::_exit(1);
    ::kill(::getpid(), SIGKILL);
  }
  pid_t orphan = 0;
  REQUIRE(::read(ends[0], &orphan, sizeof orphan) == sizeof orphan);
  REQUIRE(::waitpid(parent, nullptr, 0) == parent);

  int status = 0;
  CHECK(::waitpid(orphan, &status, 0) == orphan);

  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGKILL);
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("a child without a death signal sees the end of its input when its parent is killed") {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    Loop loop;
    Command command = Command::shell("cat; exit 5");
    command.input = ChildStdio::stream();
    command.death_signal = 0;
    Result<Process> child = Process::spawn(loop, command);
    const int pid = child ? child->pid() : -1;
    if (::write(ends[1], &pid, sizeof pid) < 0) ::_exit(1);
    ::kill(::getpid(), SIGKILL);
  }
  pid_t orphan = 0;
  REQUIRE(::read(ends[0], &orphan, sizeof orphan) == sizeof orphan);
  REQUIRE(::waitpid(parent, nullptr, 0) == parent);

  int status = 0;
  CHECK(::waitpid(orphan, &status, 0) == orphan);

  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 5);
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
  ::close(ends[0]);
  ::close(ends[1]);
}
