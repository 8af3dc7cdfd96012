// SPDX-License-Identifier: MIT
#include <eddy/io/pipe.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

/// A FIFO with a name, removed at the end.
struct Fifo {
  std::string path;

  Fifo() : path(std::filesystem::temp_directory_path() / ("eddy-" + std::to_string(getpid()))) {
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  }
  Fifo(const Fifo&) = delete;
  Fifo& operator=(const Fifo&) = delete;
  ~Fifo() { std::filesystem::remove(path); }
};

constexpr std::size_t more_than_a_pipe_holds = 1024 * 1024;

}  // namespace

TEST_CASE("a sleep that is over before the kernel is asked is not waited for once more") {
  Loop loop;
  PipePair ends = Pipe::make(loop).value();
  auto never = ends.reader.read();
  const TimePoint began = loop.now();
  const auto alarm = loop.sleep(std::chrono::seconds(10)).then([&ends] { ends.writer.close(); });

  CHECK(loop.run_until(loop.sleep(Duration::zero())));

  CHECK(loop.now() - began < std::chrono::seconds(10));
}

TEST_CASE("a pipe brings what is written at one end to the other, and then the end") {
  IoFixture t;
  auto [reader, writer] = Pipe::make(t.loop).value();
  auto read = reader.read();
  CHECK_FALSE(t.poll(read));

  writer.write("hello");

  CHECK(t.get(std::move(read)).value() == "hello");
  auto end = reader.read();
  CHECK_FALSE(t.poll(end));
  CHECK(t.get(writer.shutdown()));
  CHECK(t.get(std::move(end)).error() == Errc::end_of_stream);
}

TEST_CASE("a pipe that is full holds its writer back until it is read") {
  IoFixture t;
  auto [reader, writer] = Pipe::make(t.loop).value();
  writer.write(std::string(more_than_a_pipe_holds, 'x'));
  auto drained = writer.drain();
  CHECK(writer.congested());
  CHECK_FALSE(t.poll(drained));

  const auto all = t.get(reader.read_exactly(more_than_a_pipe_holds));

  CHECK(all.value() == std::string(more_than_a_pipe_holds, 'x'));
  CHECK(t.get(std::move(drained)));
}

TEST_CASE("shutdown of a full pipe sends all that was written, then the end") {
  IoFixture t;
  auto [reader, writer] = Pipe::make(t.loop).value();
  writer.write(std::string(more_than_a_pipe_holds, 'x'));
  auto ended = writer.shutdown();
  CHECK_FALSE(t.poll(ended));

  const auto all = t.get(reader.read_exactly(more_than_a_pipe_holds));

  CHECK(all.value().size() == more_than_a_pipe_holds);
  CHECK(t.get(std::move(ended)));
  CHECK(t.get(reader.read()).error() == Errc::end_of_stream);
}

TEST_CASE("a shutdown that waits for nothing is awaited without an event of the kernel") {
  IoFixture t;
  auto [reader, writer] = Pipe::make(t.loop).value();

  CHECK(t.get(writer.shutdown()));
}

TEST_CASE("after shutdown the number of the descriptor is nobody else's until the pipe is closed") {
  IoFixture t;
  auto [reader, writer] = Pipe::make(t.loop).value();
  const int number = writer.native_handle();
  CHECK(t.get(writer.shutdown()));

  auto other = Pipe::make(t.loop).value();

  CHECK(other.reader.native_handle() != number);
  CHECK(other.writer.native_handle() != number);
  writer = {};
  other.writer.write("still there");
  CHECK(t.get(other.reader.read()).value() == "still there");
}

TEST_CASE("hardening 82: writing to a pipe that nobody reads is an error, and no signal") {
  IoFixture t;
  auto [reader, writer] = Pipe::make(t.loop).value();
  reader = {};

  writer.write("into the void");
  t.run_until_idle();

  CHECK_FALSE(writer.open());
  CHECK(t.get(writer.drain()).error() == std::errc::broken_pipe);
}

TEST_CASE(
    "hardening 83: a pipe that is closed refuses writing, and closing it again does nothing") {
  IoFixture t;
  auto [reader, writer] = Pipe::make(t.loop).value();
  writer.close();
  writer.close();

  writer.write("late");

  CHECK(writer.statistic().bytes_refused == 4);
  CHECK(t.get(writer.shutdown()).error() == Errc::closed);
}

TEST_CASE("an end that only writes cannot be read, and a sink hears of it") {
  IoFixture t;
  auto [reader, writer] = Pipe::make(t.loop).value();
  Recorder sink;

  writer.start(sink);
  t.run_until_idle();

  CHECK(sink.errors == 1);
  CHECK(sink.error == std::errc::bad_file_descriptor);
}

TEST_CASE("a writer that waits for room is told when the reader goes") {
  IoFixture t;
  auto [reader, writer] = Pipe::make(t.loop).value();
  writer.write(std::string(more_than_a_pipe_holds, 'x'));
  auto drained = writer.drain();
  CHECK_FALSE(t.poll(drained));

  reader = {};

  CHECK(t.get(std::move(drained)).error() == std::errc::broken_pipe);
}

TEST_CASE("an end that only reads cannot be written") {
  IoFixture t;
  auto [reader, writer] = Pipe::make(t.loop).value();

  reader.write("wrong way");
  t.run_until_idle();

  CHECK(t.get(reader.read()).error() == std::errc::bad_file_descriptor);
}

TEST_CASE("the last octets come when the writer closes at once after writing") {
  IoFixture t;
  auto [reader, writer] = Pipe::make(t.loop).value();
  const std::string tail(50'000, 'x');
  auto first = reader.read_exactly(1);
  CHECK_FALSE(t.poll(first));

  writer.write(tail);
  writer = {};

  CHECK(t.get(std::move(first)).value() == "x");
  CHECK(t.get(reader.read_exactly(tail.size() - 1)).value().size() == tail.size() - 1);
  CHECK(t.get(reader.read()).error() == Errc::end_of_stream);
}

TEST_CASE("a reader who does not read leaves the octets in the pipe") {
  IoFixture t;
  auto [reader, writer] = Pipe::make(t.loop).value();
  Recorder sink;
  reader.start(sink);
  reader.pause();
  writer.write("later");
  t.run_until_idle();
  CHECK(sink.calls == 0);

  reader.resume();
  t.run_until_idle();

  CHECK(sink.bytes == "later");
}

TEST_CASE("a line that is read without a limit may come in pieces") {
  IoFixture t;
  auto [reader, writer] = Pipe::make(t.loop).value();
  auto line = reader.read_line(std::string::npos);
  writer.write("one ");
  CHECK_FALSE(t.poll(line));

  writer.write("line\n");

  CHECK(t.get(std::move(line)).value() == "one line");
}

TEST_CASE("an adopted descriptor goes the way that it was opened for") {
  IoFixture t;
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  auto reader = Pipe::adopt(t.loop, ends[0]).value();
  auto writer = Pipe::adopt(t.loop, ends[1]).value();

  writer.write("hello");

  CHECK(t.get(reader.read()).value() == "hello");
  CHECK(reader.native_handle() == ends[0]);
}

TEST_CASE("what cannot be adopted is closed, and the error says why") {
  IoFixture t;
  const int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

  const auto regular = Pipe::adopt(t.loop, file);
  const auto nothing = Pipe::adopt(t.loop, -1);

  CHECK(regular.error() == std::errc::operation_not_permitted);
  CHECK(nothing.error() == std::errc::bad_file_descriptor);
  CHECK(nothing.error().message().starts_with("adopt a pipe: "));
  CHECK(fcntl(file, F_GETFD) == -1);
}

TEST_CASE("a FIFO is opened by its name; its reader waits for the first writer") {
  IoFixture t;
  const Fifo fifo;
  auto reader = Pipe::open_fifo(t.loop, fifo.path, Direction::in).value();
  auto read = reader.read();
  CHECK_FALSE(t.poll(read));

  auto writer = Pipe::open_fifo(t.loop, fifo.path, Direction::out).value();
  writer.write("hello");
  writer = {};

  CHECK(t.get(std::move(read)).value() == "hello");
  CHECK(t.get(reader.read()).error() == Errc::end_of_stream);
}

TEST_CASE("a FIFO that is open both ways does not end with its writers") {
  IoFixture t;
  const Fifo fifo;
  auto reader = Pipe::open_fifo(t.loop, fifo.path, Direction::both).value();
  Pipe::open_fifo(t.loop, fifo.path, Direction::out).value().write("one");
  CHECK(t.get(reader.read()).value() == "one");
  auto read = reader.read();
  CHECK_FALSE(t.poll(read));

  Pipe::open_fifo(t.loop, fifo.path, Direction::out).value().write("two");

  CHECK(t.get(std::move(read)).value() == "two");
}

TEST_CASE("a FIFO that nobody reads, or that is none, cannot be opened, and the error names it") {
  IoFixture t;
  const Fifo fifo;

  const auto unread = Pipe::open_fifo(t.loop, fifo.path, Direction::out);
  const auto file = Pipe::open_fifo(t.loop, "/proc/self/exe", Direction::in);
  const auto missing = Pipe::open_fifo(t.loop, fifo.path + "-missing", Direction::in);
  const auto cut = Pipe::open_fifo(t.loop, fifo.path + std::string("\0x", 2), Direction::in);

  CHECK(unread.error() == std::errc::no_such_device_or_address);
  CHECK(file.error() == std::errc::invalid_argument);
  CHECK(missing.error() == std::errc::no_such_file_or_directory);
  CHECK(missing.error().message().find(fifo.path) != std::string::npos);
  CHECK(cut.error() == Errc::invalid);
}
