// SPDX-License-Identifier: MIT
//
// Six deaths of a Process: before start, while waiting, inside its own callback, with its future
// kept, after its loop, closed twice.
#include <csignal>
#include <memory>

#include "process_support.hpp"

using namespace eddy;
using namespace eddy::testing;

TEST_CASE("a process dies before it was made, and before anybody has asked for it") {
  ProcessFixture t;
  {
    Process empty;
    empty.close();
    empty.kill();
    CHECK_FALSE(empty.running());
    CHECK(empty.pid() == 0);
  }
  { const Process unused = t.spawn({.argv = {"sleep", "60"}}); }

  t.reap();

  CHECK_FALSE(have_children());
}

TEST_CASE("a process dies while futures wait, and they fail with Errc::closed") {
  ProcessFixture t;
  Process child = t.shell("read line");
  Future<ExitStatus> ended = child.wait();
  Future<ExitStatus> terminated = child.terminate(60s, SIGCONT);
  Future<std::string> read = child.output().read();
  CHECK_FALSE(t.poll(ended));

  child = {};

  CHECK(ended.ready());
  CHECK(t.get(std::move(ended)).error() == Errc::closed);
  CHECK(t.get(std::move(terminated)).error() == Errc::closed);
  CHECK(t.get(std::move(read)).error() == Errc::closed);
}

TEST_CASE("a process dies in the continuation of its own wait") {
  ProcessFixture t;
  auto child = std::make_unique<Process>(t.shell("exit 1"));
  Future<int> work = child->wait().then([&child](ExitStatus status) {
    child.reset();
    return status.code;
  });

  CHECK(t.get(std::move(work)).value() == 1);
}

TEST_CASE("a chain that owns its process is dropped while it waits") {
  ProcessFixture t;
  Process child = t.shell("read line");
  Future<ExitStatus> ended = child.wait();
  Future<ExitStatus> chain = std::move(ended).attach(std::move(child));
  CHECK_FALSE(t.poll(chain));

  chain = {};
  t.reap();

  CHECK_FALSE(have_children());
}

TEST_CASE("a chain that owns its process is dropped in its own continuation") {
  ProcessFixture t;
  Process child = t.shell("exit 2");
  Future<void> chain;
  int code = 0;
  Future<ExitStatus> ended = child.wait();
  chain = std::move(ended).attach(std::move(child)).then([&](ExitStatus status) {
    code = status.code;
    chain = {};
  });

  t.reap();
  t.run_until_idle();

  CHECK(code == 2);
  CHECK_FALSE(chain.valid());
}

TEST_CASE("a process outlives its loop, and what waited never settles") {
  auto loop = std::make_unique<Loop>();
  Command command{.argv = {"sleep", "60"}};
  command.input = ChildStdio::stream();
  Process child = *Process::spawn(*loop, command);
  Future<ExitStatus> waiting = child.wait();
  Future<ProcessOutput> communicating = child.communicate();
  loop->turn();

  loop.reset();

  CHECK_FALSE(waiting.ready());
  CHECK_FALSE(communicating.ready());
  CHECK_FALSE(child.running());
  CHECK(child.pid() == 0);
  child.kill();
  child.close();
  CHECK(child.signal(SIGTERM).error() == Errc::closed);
  CHECK(detail::take_result(child.wait()).error() == Errc::closed);
  CHECK(detail::take_result(child.terminate()).error() == Errc::closed);
  CHECK(detail::take_result(child.communicate()).error() == Errc::closed);
  CHECK_FALSE(have_children());
}

TEST_CASE("a process that has ended outlives its loop with its status") {
  auto loop = std::make_unique<Loop>();
  Process child = *Process::spawn(*loop, {.argv = {"/bin/sh", "-c", "exit 8"}});
  CHECK(loop->run_until(child.wait())->code == 8);

  loop.reset();

  CHECK(child.status()->code == 8);
  CHECK(detail::take_result(child.wait())->code == 8);
}

TEST_CASE("a process is closed twice, and dropped after that") {
  ProcessFixture t;
  Process child = t.shell("read line");

  child.close();
  child.close();

  CHECK_FALSE(child.running());
  CHECK_FALSE(child.output().open());
  CHECK(t.get(child.wait()).error() == Errc::closed);
  CHECK(child.signal(SIGTERM).error() == Errc::closed);
  t.reap();
  CHECK_FALSE(have_children());
  child.close();
  CHECK(t.get(child.wait()).error() == Errc::closed);
}

TEST_CASE("a process is closed after it has ended, and keeps its status") {
  ProcessFixture t;
  Process child = t.shell("exit 9");
  CHECK(t.get(child.wait())->code == 9);

  child.close();

  CHECK(child.status()->code == 9);
  CHECK_FALSE(child.output().open());
}

TEST_CASE("a process is moved into one that runs, which is killed") {
  ProcessFixture t;
  Process child = t.shell("read line");
  Process next = t.shell("exit 5");

  child = std::move(next);

  CHECK(t.get(child.wait())->code == 5);
  t.reap();
  CHECK_FALSE(have_children());
}
