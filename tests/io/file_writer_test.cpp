// SPDX-License-Identifier: MIT
#include <eddy/io/file_threads.hpp>
#include <eddy/io/file_writer.hpp>

#include <cerrno>
#include <optional>
#include <string>

#include "file_support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

constexpr FileWriterOptions tiny{.chunk = 4, .high = 8, .hard = 16};

FileWriter a_writer(FileFixture& t, FileWriterOptions options = tiny) {
  return FileWriter(t.open_to_write(t.directory / "a"), options);
}

}  // namespace

TEST_CASE("what is written arrives in order, in large pieces") {
  FileFixture t;
  FileWriter writer = a_writer(t);
  const Fault count;

  CHECK(t.get(writer.write("a")));
  CHECK(t.get(writer.write("bc")));
  CHECK(t.directory.content("a").empty());
  CHECK(t.get(writer.write("defgh")));
  CHECK(t.get(writer.flush()));

  CHECK(t.directory.content("a") == "abcdefgh");
  CHECK(Fault::calls(FaultyCall::write) == 1);
  CHECK(writer.unwritten() == 0);
}

TEST_CASE("flush brings everything to the kernel, sync to the disk") {
  FileFixture t;
  FileWriter writer = a_writer(t);
  const Fault count;

  CHECK(t.get(writer.write("ab")));
  CHECK(t.get(writer.flush()));
  CHECK(t.directory.content("a") == "ab");
  CHECK(Fault::calls(FaultyCall::sync) == 0);
  CHECK(t.get(writer.write("cd")));
  CHECK(t.get(writer.sync()));

  CHECK(t.directory.content("a") == "abcd");
  CHECK(Fault::calls(FaultyCall::sync) == 1);
}

TEST_CASE("a flush with nothing to do is ready at once") {
  FileFixture t;
  FileWriter writer = a_writer(t);

  auto flushed = writer.flush();

  CHECK(flushed.ready());
  CHECK(t.get(std::move(flushed)));
}

TEST_CASE("close writes the rest, and later calls fail") {
  FileFixture t;
  FileWriter writer = a_writer(t);
  CHECK(t.get(writer.write("abc")));

  CHECK(t.get(writer.close()));

  CHECK(t.directory.content("a") == "abc");
  CHECK_FALSE(writer.open());
  CHECK(t.get(writer.write("d")).error() == Errc::closed);
  CHECK(t.get(writer.flush()).error() == Errc::closed);
  CHECK(t.get(writer.close()));
}

TEST_CASE("seek writes elsewhere, tell says where") {
  FileFixture t;
  FileWriter writer = a_writer(t);

  CHECK(t.get(writer.write("abcdef")));
  CHECK(writer.tell() == 6);
  writer.seek(1);
  CHECK(t.get(writer.write("X")));
  CHECK(writer.tell() == 2);
  writer.seek(8);
  CHECK(t.get(writer.write("end")));
  CHECK(t.get(writer.close()));

  CHECK(t.directory.content("a") == std::string("aXcdef\0\0end", 11));
}

TEST_CASE("a writer may begin in the middle, or at the end of a file that appends") {
  FileFixture t;
  FileWriter middle(t.open(t.directory.put("a", "abcdef"), {.write = true}), {.offset = 2});
  CHECK(t.get(middle.write("XY")));
  CHECK(t.get(middle.close()));
  FileWriter end(t.open(t.directory.put("b", "abc"), {.write = true, .append = true}));
  CHECK(t.get(end.write("def")));
  CHECK(t.get(end.close()));

  CHECK(t.directory.content("a") == "abXYef");
  CHECK(t.directory.content("b") == "abcdef");
}

TEST_CASE("write waits while too much is unwritten, and goes on when there is room") {
  FileFixture t;
  FileWriter writer = a_writer(t);
  Gate gate;

  CHECK(t.get(writer.write("12345678")));
  auto waits = writer.write("9");
  CHECK_FALSE(t.poll(waits));
  CHECK(writer.unwritten() == 9);
  gate.open();

  CHECK(t.get(std::move(waits)));
}

TEST_CASE("a write that nobody made room for is refused, and nothing of it is taken") {
  FileFixture t;
  FileWriter writer = a_writer(t);
  Gate gate;
  auto large = writer.write(std::string(16, 'x'));

  const Error error = t.get(writer.write("refused")).error();
  gate.open();

  CHECK(error == Errc::overloaded);
  CHECK(t.get(std::move(large)));
  CHECK(t.get(writer.close()));
  CHECK(t.directory.content("a") == std::string(16, 'x'));
}

TEST_CASE("a write that waits for room makes some, however large a piece may become") {
  FileFixture t;
  FileWriter writer = a_writer(t, {.chunk = 100, .high = 4});

  CHECK(t.get(writer.write("abcdefgh")));

  CHECK(writer.unwritten() <= 4);
}

TEST_CASE("a write that waited for room leaves room for the next, whatever the limits") {
  FileFixture t;
  FileWriter writer = a_writer(t, {.chunk = 2, .high = 8, .hard = 4});
  Gate gate;
  auto waits = writer.write("abcd");
  CHECK_FALSE(t.poll(waits));
  gate.open();

  CHECK(t.get(std::move(waits)));
  CHECK(t.get(writer.write("e")));
}

TEST_CASE("a write whose future is dropped is written") {
  FileFixture t;
  FileWriter writer = a_writer(t);
  Gate gate;
  { auto dropped = writer.write(std::string(12, 'x')); }

  gate.open();

  CHECK(t.get(writer.close()));
  CHECK(t.directory.content("a") == std::string(12, 'x'));
}

// hardening 246
TEST_CASE("after the first error nothing more is written, and every call tells it") {
  FileFixture t;
  FileWriter writer = a_writer(t);
  CHECK(t.get(writer.write("good")));
  CHECK(t.get(writer.flush()));
  Gate gate;
  const Fault fault(FaultyCall::write, ENOSPC, 0, 1);
  auto first = writer.write("bad!");
  auto second = writer.write("more");
  auto flushed = writer.flush();

  gate.open();

  CHECK(t.get(std::move(flushed)).error() == std::errc::no_space_on_device);
  CHECK((first.ready() && second.ready()));
  CHECK(t.get(writer.write("x")).error() == std::errc::no_space_on_device);
  CHECK(t.get(writer.sync()).error() == std::errc::no_space_on_device);
  CHECK(t.get(writer.close()).error() == std::errc::no_space_on_device);
  CHECK(t.directory.content("a") == "good");
  CHECK(Fault::calls(FaultyCall::write) == 1);
}

// hardening 246
TEST_CASE("a full device is told by the flush") {
  FileFixture t;
  FileWriter writer(t.open("/dev/full", {.write = true, .special = true}));

  CHECK(t.get(writer.write("abc")));

  CHECK(t.get(writer.flush()).error() == std::errc::no_space_on_device);
}

// hardening 246
TEST_CASE("an error of the close itself is told by close") {
  FileFixture t;
  FileWriter writer = a_writer(t);
  CHECK(t.get(writer.write("abc")));
  const Fault fault(FaultyCall::close, EDQUOT);

  CHECK(t.get(writer.close()).error().code().value() == EDQUOT);
}

// hardening 246
TEST_CASE("an error that no call told is reported when the writer dies") {
  FileFixture t;
  FileWriter writer = a_writer(t);
  const Fault fault(FaultyCall::write, EIO);
  CHECK(t.get(writer.write("abcd")));
  t.loop.run();
  CHECK(t.take_unread().empty());

  writer = {};

  const auto unread = t.take_unread();
  REQUIRE(unread.size() == 1);
  CHECK(unread[0].error == std::errc::io_error);
}

TEST_CASE("a writer dies before it is used") {
  FileFixture t;
  { const FileWriter writer = a_writer(t); }

  t.loop.run();

  CHECK(t.directory.content("a").empty());
}

TEST_CASE("a writer dies with octets that it collected, and they are written") {
  FileFixture t;
  FileWriter writer = a_writer(t);
  Gate gate;
  CHECK(t.get(writer.write("abcdef")));
  CHECK(t.get(writer.write("g")));
  gate.wait_for(1);

  writer = {};
  gate.open();
  t.loop.run();

  CHECK(t.directory.content("a") == "abcdefg");
}

TEST_CASE("an error after the writer's death is reported") {
  FileFixture t;
  FileWriter writer = a_writer(t);
  const Fault fault(FaultyCall::write, ENOSPC);
  CHECK(t.get(writer.write("ab")));

  writer = {};
  t.loop.run();

  CHECK(t.take_unread().size() == 1);
}

TEST_CASE("a writer dies while its futures wait, and they resolve") {
  FileFixture t;
  FileWriter writer = a_writer(t);
  Gate gate;
  auto room = writer.write(std::string(12, 'x'));
  auto flushed = writer.flush();

  writer = {};
  CHECK_FALSE(t.poll(flushed));
  gate.open();

  CHECK(t.get(std::move(room)));
  CHECK(t.get(std::move(flushed)));
}

TEST_CASE("a writer dies while its sync waits, which happens before the close") {
  FileFixture t;
  FileWriter writer = a_writer(t);
  const Fault count;
  Gate gate;
  CHECK(t.get(writer.write("abc")));
  auto synced = writer.sync();
  gate.wait_for(1);

  writer = {};
  CHECK_FALSE(t.poll(synced));
  gate.open();

  CHECK(t.get(std::move(synced)));
  CHECK(Fault::calls(FaultyCall::sync) == 1);
  CHECK(t.directory.content("a") == "abc");
}

TEST_CASE("a sync tells the error of the write before it, and syncs nothing") {
  FileFixture t;
  FileWriter writer = a_writer(t);
  CHECK(t.get(writer.write("abc")));
  const Fault fault(FaultyCall::write, ENOSPC);

  CHECK(t.get(writer.sync()).error() == std::errc::no_space_on_device);
  t.loop.run();
  CHECK(Fault::calls(FaultyCall::sync) == 0);
}

TEST_CASE("what a sync could not bring to the disk is told by every later call, by close too") {
  FileFixture t;
  FileWriter writer = a_writer(t);
  CHECK(t.get(writer.write("abc")));
  const Fault fault(FaultyCall::sync, EIO, 0, 1);
  { auto dropped = writer.sync(); }
  auto second = writer.sync();

  CHECK(t.get(std::move(second)).error() == std::errc::io_error);
  CHECK(t.get(writer.write("d")).error() == std::errc::io_error);
  CHECK(t.get(writer.close()).error() == std::errc::io_error);
  CHECK(Fault::calls(FaultyCall::sync) == 1);
}

TEST_CASE("a sync that nobody waited for fails, and close tells it") {
  FileFixture t;
  FileWriter writer = a_writer(t);
  const Fault fault(FaultyCall::sync, EIO);
  { auto dropped = writer.sync(); }

  CHECK(t.get(writer.close()).error() == std::errc::io_error);
}

TEST_CASE("more syncs than may wait are refused") {
  FileFixture t;
  REQUIRE(set_file_threads(t.loop, {.threads = 1, .queue_limit = 2}));
  FileWriter writer = a_writer(t);
  Gate gate;
  CHECK(t.get(writer.write("abc")));
  auto first = writer.sync();
  gate.wait_for(1);
  auto second = writer.sync();

  const Error error = t.get(writer.sync()).error();
  CHECK(error == Errc::overloaded);
  CHECK(error.context() ==
        t.directory / "a" + ": 2 operations on files wait already (FileThreads::queue_limit)");

  gate.open();
  CHECK(t.get(std::move(second)));
  CHECK(first.ready());
}

TEST_CASE("a writer dies inside the continuation of its own write") {
  FileFixture t;
  FileWriter writer = a_writer(t);
  auto work = writer.write("abcdefgh").then([&] { writer = {}; });

  CHECK(t.get(std::move(work)));
  t.loop.run();

  CHECK(t.directory.content("a") == "abcdefgh");
}

TEST_CASE("a close that nobody waits for any more writes and closes") {
  FileFixture t;
  FileWriter writer = a_writer(t);
  CHECK(t.get(writer.write("abc")));

  { auto dropped = writer.close(); }
  t.loop.run();

  CHECK(t.directory.content("a") == "abc");
}

TEST_CASE("a writer and its futures outlive their loop") {
  const OwnFolder directory;
  const std::size_t before = open_descriptors();
  std::optional<Loop> loop(std::in_place);
  const OpenOptions options{.write = true, .create = true};
  FileWriter writer(loop->run_until(open_file(*loop, directory / "a", options)).value(), tiny);
  CHECK(loop->run_until(writer.write("ab")));
  auto flushed = writer.flush();

  loop.reset();

  CHECK_FALSE(writer.open());
  CHECK_FALSE(flushed.ready());
  CHECK(open_descriptors() == before);
}

TEST_CASE("a writer that dies inside the end of its loop begins nothing new") {
  const OwnFolder directory;
  const std::size_t before = open_descriptors();
  {
    Loop loop;
    const OpenOptions options{.write = true, .create = true};
    FileWriter writer(loop.run_until(open_file(loop, directory / "a", options)).value());
    CHECK(loop.run_until(writer.write("ab")));
    CHECK(loop.poster().post([writer = std::move(writer)] {}));
  }

  CHECK(directory.content("a").empty());
  CHECK(open_descriptors() == before);
}
