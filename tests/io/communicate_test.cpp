// SPDX-License-Identifier: MIT
#include <eddy/core/task_group.hpp>
#include <eddy/io/process.hpp>

#include <sys/wait.h>

#include <csignal>
#include <memory>
#include <string>

#include "process_support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

/// Waits until the kernel has told the loop that the child has ended.
void run_until_ended(ProcessFixture& t, const Process& child) {
  while (child.running())
    t.loop.turn(true);
  t.run_until_idle();
}

}  // namespace

TEST_CASE("communicate gives input, takes output and errors, and tells the end") {
  ProcessFixture t;
  Process child = t.shell("tr a-z A-Z; echo done >&2; exit 3");

  const ProcessOutput made = t.get(child.communicate("hello")).value();

  CHECK(made.output == "HELLO");
  CHECK(made.errors == "done\n");
  CHECK(made.status.code == 3);
  CHECK_FALSE(made.cut);
}

TEST_CASE("more than any pipe holds goes both ways without a dead-lock") {  // parity 14.8
  ProcessFixture t;
  const std::string input(8 * 1024 * 1024, 'x');

  const ProcessOutput made = t.get(run_command(t.loop, {.argv = {"cat"}}, input)).value();

  CHECK(made.output == input);
  CHECK(made.status.success());
}

TEST_CASE("a program that does not read its input ends all the same") {  // case 187
  ProcessFixture t;
  const std::string input(4 * 1024 * 1024, 'x');

  const ProcessOutput made =
      t.get(run_command(t.loop, Command::shell("exec <&-; echo unread"), input)).value();

  CHECK(made.output == "unread\n");
  CHECK(made.status.success());
}

TEST_CASE("a program that floods its output is killed at the limit") {  // case 187
  ProcessFixture t;

  const Result<ProcessOutput> made =
      t.get(run_command(t.loop, {.argv = {"cat", "/dev/zero"}}, {}, {.limit = 1024 * 1024}));

  CHECK(made.error() == Errc::too_large);
  CHECK(made.error().context() == "cat: it wrote more than 1048576 octets");
  CHECK_FALSE(have_children());
}

TEST_CASE("a program whose output cannot be read is killed, and the error says why") {
  ProcessFixture t;
  Process child = t.shell("sleep 60");
  Future<std::string> own = child.output().read();

  const Result<ProcessOutput> made = t.get(child.communicate());

  CHECK(made.error() == Errc::invalid);
  CHECK(made.error().context() == "/bin/sh: a second read of a stream at a time");
  CHECK(t.get(std::move(own)).error() == Errc::closed);
  CHECK(child.status() == ExitStatus{.signal = SIGKILL});
}

TEST_CASE("input for a program without a stream for it is refused, and nothing happens") {
  ProcessFixture t;
  const Command silent{.argv = {"cat"}, .output = ChildStdio::stream()};
  Process without = t.spawn(silent);
  Command talking = silent;
  talking.input = ChildStdio::stream();
  Process moved_out = t.spawn(talking);
  Stream input = std::move(moved_out.input());

  const Error error = t.get(without.communicate("text")).error();

  CHECK(error == Errc::invalid);
  CHECK(error.context() == "cat: its input is no stream that is here");
  CHECK(t.get(without.communicate())->output.empty());
  CHECK(t.get(moved_out.communicate("text")).error() == Errc::invalid);
  input.write("by hand");
  input.close();
  CHECK(t.get(moved_out.communicate())->output == "by hand");
}

TEST_CASE("the limit itself is not too much") {
  ProcessFixture t;

  CHECK(t.get(run_command(t.loop, {.argv = {"echo", "four"}}, {}, {.limit = 5}))->output ==
        "four\n");
  CHECK(t.get(run_command(t.loop, {.argv = {"echo", "four"}}, {}, {.limit = 4})).error() ==
        Errc::too_large);
}

TEST_CASE("grandchildren that hold the pipe do not hold us: reading is cut after a grace") {  // 178
  ProcessFixture t;
  Process child = t.shell("echo from the child; sleep 60 & exit 0");
  const int group = child.pid();
  Future<ProcessOutput> done = child.communicate({}, {.grace = 2s});
  run_until_ended(t, child);
  CHECK_FALSE(t.poll(done));

  t.advance(1999ms);
  CHECK_FALSE(t.poll(done));
  t.advance(1ms);

  const ProcessOutput made = t.get(std::move(done)).value();
  CHECK(made.output == "from the child\n");
  CHECK(made.cut);
  CHECK(made.status.success());
  ::kill(-group, SIGKILL);
}

TEST_CASE("what grandchildren write within the grace is still taken") {
  ProcessFixture t;
  Process child = t.shell("exec 3<&0; (read line <&3; echo late) & exit 0");
  Stream input = std::move(child.input());
  Future<ProcessOutput> done = child.communicate();
  run_until_ended(t, child);
  CHECK_FALSE(t.poll(done));

  input.close();

  CHECK(t.get(std::move(done))->output == "late\n");
}

TEST_CASE("dropping a run_command kills the program") {
  ProcessFixture t;
  Future<ProcessOutput> done = run_command(t.loop, {.argv = {"sleep", "60"}});
  CHECK_FALSE(t.poll(done));

  done = {};
  t.reap();

  CHECK_FALSE(have_children());
}

TEST_CASE("a run_command that takes too long is killed") {
  ProcessFixture t;
  Future<ProcessOutput> done = run_command(t.loop, {.argv = {"sleep", "60"}}).timeout(3s);
  CHECK_FALSE(t.poll(done));

  t.advance(3s);

  CHECK(t.get(std::move(done)).error() == Errc::timed_out);
  t.reap();
  CHECK_FALSE(have_children());
}

TEST_CASE("cancelling a communicate leaves the program alone") {
  ProcessFixture t;
  Process child = t.shell("sleep 60");
  TaskGroup group(t.loop);
  Task task = group.spawn("talk", child.communicate().then([](const ProcessOutput&) {}));
  t.run_until_idle();

  task.cancel();
  t.run_until_idle();

  CHECK(task.state() == TaskState::canceled);
  CHECK(child.running());
  CHECK_FALSE(child.output().open());
}

TEST_CASE("a process that is dropped ends its communicate") {
  ProcessFixture t;
  Process child = t.shell("read line");
  Future<ProcessOutput> done = child.communicate(std::string(1024 * 1024, 'x'));
  CHECK_FALSE(t.poll(done));

  child = {};

  CHECK(t.get(std::move(done)).error() == Errc::closed);
}

TEST_CASE("a flood that is noticed after its process has gone harms nobody") {
  ProcessFixture t;
  Process child = t.shell("cat /dev/zero");
  Future<ProcessOutput> done = child.communicate({}, {.limit = 10});
  child.close();

  CHECK(t.get(std::move(done)).error() == Errc::closed);
}

TEST_CASE("a command that cannot start is an error of run_command") {
  ProcessFixture t;

  CHECK(t.get(run_command(t.loop, {.argv = {"/no/such/program"}})).error() ==
        std::errc::no_such_file_or_directory);
}
