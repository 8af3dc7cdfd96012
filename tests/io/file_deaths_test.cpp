// SPDX-License-Identifier: MIT
//
// Six deaths of a File: before start, while waiting, inside its own callback, with its future kept,
// after its loop, closed twice. And its descriptor, which is closed once whatever happens.
#include <eddy/io/file_threads.hpp>
#include <eddy/io/fs.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <semaphore>
#include <thread>

#include "file_support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

std::binary_semaphore opening(0);
std::binary_semaphore may_open(0);
std::thread::id closed_by;

int open_held_up(int directory, const char* path, int flags, mode_t mode) {
  opening.release();
  may_open.acquire();
  return ::openat(directory, path, flags, mode);
}

int close_seen(int descriptor) {
  closed_by = std::this_thread::get_id();
  return ::close(descriptor);
}

}  // namespace

TEST_CASE("a file dies before it is used") {
  FileFixture t;
  const Fault count;
  { const File file = t.open(t.directory.put("a")); }

  t.loop.run();

  CHECK(Fault::calls(FaultyCall::close) == 1);
}

TEST_CASE("a file dies while its operations wait, and they happen all the same") {
  FileFixture t;
  File file = t.open_to_write(t.directory / "a");
  Gate gate;
  auto first = file.write_at(0, "abc");
  auto second = file.write_at(3, "def");
  auto read = file.read_at(0, 10);
  gate.wait_for(1);

  file = {};
  CHECK_FALSE(t.poll(first));
  gate.open();

  CHECK(t.get(std::move(read)).value() == "abcdef");
  CHECK(t.get(std::move(first)));
  CHECK(t.get(std::move(second)));
}

TEST_CASE("a file dies inside the continuation of its own read") {
  FileFixture t;
  File file = t.open(t.directory.put("a", "abc"));
  auto work = file.read_at(0, 3).then([&](const std::string& bytes) {
    file = {};
    return bytes;
  });

  CHECK(t.get(std::move(work)).value() == "abc");
  CHECK_FALSE(file.open());
}

TEST_CASE("a chain that owns its file is dropped while it reads") {
  FileFixture t;
  Gate gate;
  {
    auto file = std::make_unique<File>(t.open(t.directory.put("a", "abc")));
    File& borrowed = *file;
    auto work = borrowed.read_at(0, 3).then([](const std::string&) {}).attach(std::move(file));
    gate.wait_for(1);
  }

  gate.open();
  t.loop.run();
}

TEST_CASE("a future of a read outlives its file") {
  FileFixture t;
  Future<std::string> read;
  {
    File file = t.open(t.directory.put("a", "abc"));
    read = file.read_at(0, 3);
  }

  CHECK(t.get(std::move(read)).value() == "abc");
}

TEST_CASE("a file outlives its loop and is closed then") {
  const std::size_t before = open_descriptors();
  const OwnFolder directory;
  File file;
  {
    Loop loop;
    file = loop.run_until(open_file(loop, directory.put("a", "abc"))).value();
    CHECK(file.open());
  }

  CHECK_FALSE(file.open());
  CHECK(file.native_handle() == -1);
  CHECK(file.path() == directory / "a");
  CHECK(open_descriptors() == before);
}

TEST_CASE("a loop dies with operations that run and wait: those that run end, the others do not") {
  const FaultyFiles files;
  const std::size_t before = open_descriptors();
  const OwnFolder directory;
  std::optional<Loop> loop(std::in_place);
  File file =
      loop->run_until(open_file(*loop, directory / "a", {.write = true, .create = true})).value();
  auto gate = std::make_unique<Gate>();
  auto runs = file.write_at(0, "abc");
  auto waits = file.write_at(3, "def");
  gate->wait_for(1);

  gate.reset();
  loop.reset();

  CHECK_FALSE(file.open());
  CHECK(directory.content("a") == "abc");
  CHECK(open_descriptors() == before);
}

TEST_CASE("a file and its loop die together while a call runs") {
  const FaultyFiles files;
  const std::size_t before = open_descriptors();
  const OwnFolder directory;
  {
    Loop loop;
    auto gate = std::make_unique<Gate>();
    File file = loop.run_until(open_file(loop, directory.put("a", "abc"))).value();
    auto read = file.read_at(0, 3);
    gate->wait_for(1);
    file = {};
    gate.reset();
  }

  CHECK(open_descriptors() == before);
}

TEST_CASE("a file is closed twice") {
  FileFixture t;
  File file = t.open(t.directory.put("a"));

  auto first = file.close();
  auto second = file.close();

  CHECK(second.ready());
  CHECK(t.get(std::move(first)));
  CHECK(t.get(std::move(second)));
}

// hardening 248
TEST_CASE("a descriptor is closed once, after the call that still runs") {
  FileFixture t;
  const Fault count;
  File file = t.open(t.directory.put("a", "abc"));
  const int descriptor = file.native_handle();
  Gate gate;
  auto read = file.read_at(0, 3);
  gate.wait_for(1);

  read = {};
  file = {};
  t.run_until_idle();
  CHECK(::fcntl(descriptor, F_GETFD) >= 0);
  gate.open();
  t.loop.run();

  CHECK(::fcntl(descriptor, F_GETFD) == -1);
  CHECK(Fault::calls(FaultyCall::close) == 1);
}

// hardening 248
TEST_CASE("an open that nobody waits for any more leaves no descriptor") {
  FileFixture t;
  const Fault count;
  {
    auto dropped = open_file(t.loop, t.directory.put("a"));
    CHECK_FALSE(dropped.ready());
  }

  CHECK(t.get(open_file(t.loop, t.directory.put("b"))));
  t.loop.run();

  CHECK(Fault::calls(FaultyCall::close) == Fault::calls(FaultyCall::open));
}

TEST_CASE("an open that nobody waits for any more is closed by its thread") {
  FileFixture t;
  REQUIRE(set_file_threads(t.loop, {.threads = 1}));
  const OwnCalls calls([](detail::FileCalls& table) {
    table.openat = &open_held_up;
    table.close = &close_seen;
  });
  {
    auto dropped = open_file(t.loop, t.directory.put("a"));
    opening.acquire();
  }
  may_open.release();

  CHECK(t.get(fs::exists(t.loop, t.directory / "a")).value());  // by the only thread, afterwards

  CHECK(closed_by != std::this_thread::get_id());
  CHECK(closed_by != std::thread::id());
}

// hardening 248
TEST_CASE("a close that nobody waits for any more happens") {
  FileFixture t;
  File file = t.open(t.directory.put("a", "abc"));
  const int descriptor = file.native_handle();

  { auto dropped = file.close(); }
  t.loop.run();

  CHECK(::fcntl(descriptor, F_GETFD) == -1);
}

TEST_CASE("a soft cancel fails the operation at once, and the call ends by itself") {
  FileFixture t;
  File file = t.open_to_write(t.directory / "a");
  Gate gate;
  auto write = file.write_at(0, "abc").timeout(std::chrono::seconds(1));
  gate.wait_for(1);

  CHECK_FALSE(t.poll(write));
  t.advance(std::chrono::seconds(1));
  CHECK(write.ready());
  gate.open();

  CHECK(t.get(std::move(write)).error() == Errc::timed_out);
  CHECK(t.get(file.read_at(0, 3)).value() == "abc");
}

TEST_CASE("a file that dies inside the end of its loop is closed") {
  const std::size_t before = open_descriptors();
  const OwnFolder directory;
  {
    Loop loop;
    File file = loop.run_until(open_file(loop, directory.put("a", "abc"))).value();
    CHECK(loop.poster().post([file = std::move(file)] {}));
  }

  CHECK(open_descriptors() == before);
}
