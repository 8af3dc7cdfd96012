// SPDX-License-Identifier: MIT
#include <eddy/core/task_group.hpp>
#include <eddy/io/process_limit.hpp>

#include <memory>
#include <optional>
#include <utility>

#include "process_support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

Command reading() {
  Command command{.argv = {"cat"}};
  command.input = ChildStdio::stream();
  return command;
}

}  // namespace

TEST_CASE("so many children run at once, and the next starts when one has ended") {
  ProcessFixture t;
  ProcessLimit limit(2);
  Process one = *t.get(limit.spawn(t.loop, reading()));
  Process two = *t.get(limit.spawn(t.loop, reading()));
  Future<Process> three = limit.spawn(t.loop, reading());
  CHECK_FALSE(t.poll(three));
  CHECK(limit.available() == 0);
  CHECK(limit.waiting() == 1);

  one.input() = {};
  CHECK(t.get(one.wait())->success());

  CHECK(t.poll(three));
  CHECK(t.get(std::move(three))->running());
}

TEST_CASE("who waits for a place is served in order") {
  ProcessFixture t;
  ProcessLimit limit(1);
  Process one = *t.get(limit.spawn(t.loop, reading()));
  Future<Process> two = limit.spawn(t.loop, reading());
  Future<Process> three = limit.spawn(t.loop, reading());

  one.kill();
  Process second = *t.get(std::move(two));
  CHECK_FALSE(t.poll(three));
  second.kill();

  CHECK(t.get(std::move(three)).has_value());
}

TEST_CASE("a place is free when a dropped child has been reaped, not before") {
  ProcessFixture t;
  ProcessLimit limit(1);
  { const Process dropped = *t.get(limit.spawn(t.loop, reading())); }
  CHECK(limit.available() == 0);

  t.reap();

  CHECK(limit.available() == 1);
}

TEST_CASE("a wait for a place that is dropped or cancelled loses none") {
  ProcessFixture t;
  ProcessLimit limit(1);
  Process one = *t.get(limit.spawn(t.loop, reading()));
  Future<Process> dropped = limit.spawn(t.loop, reading());
  Future<Process> kept = limit.spawn(t.loop, reading());
  dropped = {};
  Future<Process> granted = limit.spawn(t.loop, reading());
  TaskGroup group(t.loop);
  Task canceled = group.spawn("spawn", limit.spawn(t.loop, reading()).then([](const Process&) {}));
  canceled.cancel();
  CHECK(limit.waiting() == 2);

  one.kill();
  Process two = *t.get(std::move(kept));
  granted = {};
  two.kill();
  CHECK(t.get(two.wait()).has_value());

  CHECK(limit.available() == 1);
  CHECK(limit.waiting() == 0);
}

TEST_CASE("a child that cannot start gives its place back") {
  ProcessFixture t;
  ProcessLimit limit(1);

  CHECK(t.get(limit.spawn(t.loop, {.argv = {"/no/such/program"}})).error() ==
        std::errc::no_such_file_or_directory);
  CHECK(t.get(limit.run(t.loop, {.argv = {"/no/such/program"}})).error() ==
        std::errc::no_such_file_or_directory);

  CHECK(limit.available() == 1);
}

TEST_CASE("commands are run from beginning to end within the limit") {
  ProcessFixture t;
  ProcessLimit limit(1);
  Future<ProcessOutput> one = limit.run(t.loop, {.argv = {"cat"}}, "one");
  Future<ProcessOutput> two = limit.run(t.loop, {.argv = {"cat"}}, "two");
  CHECK(limit.waiting() == 1);

  CHECK(t.get(std::move(two))->output == "two");
  CHECK(one.ready());
  CHECK(t.get(std::move(one))->output == "one");
}

TEST_CASE("children outlive their limit, and who waits is told") {
  ProcessFixture t;
  std::optional<ProcessLimit> limit(1);
  Process child = *t.get(limit->spawn(t.loop, reading()));
  Future<Process> waiting = limit->spawn(t.loop, reading());

  limit.reset();

  CHECK(t.get(std::move(waiting)).error() == Errc::closed);
  child.input() = {};
  CHECK(t.get(child.wait())->success());
}

TEST_CASE("a limit lets one child run at least") {
  const ProcessLimit limit(0);

  CHECK(limit.available() == 1);
}

TEST_CASE("a child that its loop has reaped gives its place back, though its Process is kept") {
  ProcessLimit limit(1);
  Process kept;
  {
    Loop loop;
    kept = *loop.run_until(limit.spawn(loop, reading()));
    CHECK(limit.available() == 0);
  }

  CHECK(limit.available() == 1);
}

TEST_CASE("a loop that ends with children of a limit leaves none") {
  ProcessLimit limit(1);
  {
    Loop loop;
    const Process child = *loop.run_until(limit.spawn(loop, reading()));
    const Future<Process> waiting = limit.spawn(loop, reading());
    loop.turn();
  }

  CHECK_FALSE(have_children());
}
