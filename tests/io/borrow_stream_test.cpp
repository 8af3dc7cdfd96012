// SPDX-License-Identifier: MIT
//
// Streams over what other programs use too: pipes, sockets, files and devices. Terminals have a
// file of their own.
#include <eddy/io/standard_streams.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <utility>
#include <vector>

#include "io/thread_stream.hpp"
#include "terminal.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

struct RawEnds {
  OwnedDescriptor reader;
  OwnedDescriptor writer;
};

RawEnds a_pipe() {
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  return {OwnedDescriptor(ends[0]), OwnedDescriptor(ends[1])};
}

RawEnds two_sockets() {
  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  return {OwnedDescriptor(ends[0]), OwnedDescriptor(ends[1])};
}

/// A file without a name.
struct File {
  OwnedDescriptor descriptor;

  explicit File(std::string_view text = {}) {
    char name[] = "/tmp/eddy-file-XXXXXX";
    descriptor = OwnedDescriptor(mkostemp(name, O_CLOEXEC));
    REQUIRE(descriptor);
    unlink(name);
    REQUIRE(write(descriptor.number(), text.data(), text.size()) ==
            static_cast<ssize_t>(text.size()));
    lseek(descriptor.number(), 0, SEEK_SET);
  }
  std::string text() const {
    std::string all(1'000'000, '\0');
    all.resize(static_cast<std::size_t>(pread(descriptor.number(), all.data(), all.size(), 0)));
    return all;
  }
};

const std::string much(1'000'000, 'x');

/// A stream over what cannot be opened again, or so it is said.
Stream in_thread(Fixture& t, const OwnedDescriptor& end, Direction direction) {
  detail::Descriptor copy(fcntl(end.number(), F_DUPFD_CLOEXEC, 0));
  auto& impl = detail::LoopImpl::of(t.loop);
  return detail::stream_in_thread(impl, std::move(copy), direction, EDDY_HERE).value();
}

}  // namespace

TEST_CASE("a pipe that is borrowed stays blocking for those who share it") {
  PipeFixture t;
  const RawEnds raw = a_pipe();
  Stream reader = borrow_stream(t.loop, raw.reader.number(), Direction::in).value();
  Stream writer = borrow_stream(t.loop, raw.writer.number(), Direction::out).value();

  writer.write(much);

  CHECK(t.get(reader.read_exactly(much.size())).value() == much);
  CHECK_FALSE(is_non_blocking(raw.reader.number()));
  CHECK_FALSE(is_non_blocking(raw.writer.number()));
}

TEST_CASE("hardening 234: a borrowed pipe that is full never blocks the loop") {
  PipeFixture t;
  const RawEnds raw = a_pipe();
  Stream writer = borrow_stream(t.loop, raw.writer.number(), Direction::out).value();
  writer.write(much);
  auto drained = writer.drain();
  CHECK_FALSE(t.poll(drained));
  CHECK(writer.congested());
  Stream reader = borrow_stream(t.loop, raw.reader.number(), Direction::in).value();

  CHECK(t.get(reader.read_exactly(much.size())));

  CHECK(t.get(std::move(drained)));
}

TEST_CASE("the end of a borrowed pipe is told, also when its writers are gone before") {
  PipeFixture t;
  RawEnds raw = a_pipe();
  REQUIRE(write(raw.writer.number(), "tail", 4) == 4);
  raw.writer.close();

  Stream reader = borrow_stream(t.loop, raw.reader.number(), Direction::in).value();

  CHECK(t.get(reader.read()).value() == "tail");
  CHECK(t.get(reader.read()).error() == Errc::end_of_stream);
}

TEST_CASE("a FIFO whose writers are gone before it is borrowed ends, too") {
  PipeFixture t;
  const std::string path =
      std::filesystem::temp_directory_path() / ("eddy-borrowed-" + std::to_string(getpid()));
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  const OwnedDescriptor reader(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  OwnedDescriptor writer(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  std::filesystem::remove(path);
  fcntl(reader.number(), F_SETFL, 0);
  REQUIRE(write(writer.number(), "tail", 4) == 4);
  writer.close();

  Stream stream = borrow_stream(t.loop, reader.number(), Direction::in).value();

  CHECK(t.get(stream.read()).value() == "tail");
  CHECK(t.get(stream.read()).error() == Errc::end_of_stream);
}

TEST_CASE("hardening 82: writing to a borrowed pipe that nobody reads is an error, and no signal") {
  PipeFixture t;
  RawEnds raw = a_pipe();
  raw.reader.close();
  Stream writer = borrow_stream(t.loop, raw.writer.number(), Direction::out).value();

  writer.write("into the void");

  CHECK(t.get(writer.shutdown()).error() == std::errc::broken_pipe);
}

TEST_CASE("shutdown of a borrowed pipe sends all, and leaves the end to its owner") {
  PipeFixture t;
  RawEnds raw = a_pipe();
  Stream writer = borrow_stream(t.loop, raw.writer.number(), Direction::out).value();
  Stream reader = borrow_stream(t.loop, raw.reader.number(), Direction::in).value();
  writer.write("hello");
  CHECK(t.get(writer.shutdown()));
  CHECK(t.get(reader.read()).value() == "hello");
  auto end = reader.read();
  CHECK_FALSE(t.poll(end));

  raw.writer.close();
  writer = {};

  CHECK(t.get(std::move(end)).error() == Errc::end_of_stream);
}

TEST_CASE("a socket that is borrowed stays blocking, and goes both ways") {
  PipeFixture t;
  const RawEnds raw = two_sockets();
  Stream ours = borrow_stream(t.loop, raw.reader.number(), Direction::both).value();
  Stream theirs = borrow_stream(t.loop, raw.writer.number(), Direction::both).value();

  auto answer = ours.read();
  ours.write(much);
  CHECK(t.get(theirs.read_exactly(much.size())).value() == much);
  CHECK_FALSE(t.poll(answer));
  theirs.write("answer");
  CHECK(t.get(std::move(answer)).value() == "answer");

  CHECK_FALSE(is_non_blocking(raw.reader.number()));
  CHECK_FALSE(is_non_blocking(raw.writer.number()));
}

TEST_CASE("a borrowed socket that is full or silent never blocks the loop, and tells of a reset") {
  PipeFixture t;
  RawEnds raw = two_sockets();
  Stream ours = borrow_stream(t.loop, raw.reader.number(), Direction::both).value();
  auto read = ours.read();
  ours.write(much);
  auto drained = ours.drain();
  CHECK_FALSE(t.poll(read));
  CHECK_FALSE(t.poll(drained));

  raw.writer.close();

  CHECK_FALSE(t.get(std::move(drained)));
  CHECK_FALSE(t.get(std::move(read)));
}

TEST_CASE("a borrowed socket that waits for nothing keeps the loop idle, though its peer is gone") {
  PipeFixture t;
  RawEnds raw = two_sockets();
  Stream ours = borrow_stream(t.loop, raw.reader.number(), Direction::both).value();
  Recorder sink;
  ours.start(sink);
  ours.pause();
  REQUIRE(write(raw.writer.number(), "x", 1) == 1);
  t.run_until_idle();
  raw.writer.close();
  t.run_until_idle();
  const auto before = t.loop.statistic().callbacks;

  t.run_until_idle();

  CHECK(t.loop.statistic().callbacks == before);
  CHECK(sink.calls == 0);
}

TEST_CASE("shutdown of a borrowed socket does not end it for the others") {
  PipeFixture t;
  const RawEnds raw = two_sockets();
  Stream ours = borrow_stream(t.loop, raw.reader.number(), Direction::out).value();
  Stream theirs = borrow_stream(t.loop, raw.writer.number(), Direction::in).value();
  ours.write("one");
  CHECK(t.get(ours.shutdown()));
  CHECK(t.get(theirs.read()).value() == "one");

  REQUIRE(write(raw.reader.number(), "two", 3) == 3);

  CHECK(t.get(theirs.read()).value() == "two");
}

TEST_CASE("a file is read to its end, from where it stands") {
  PipeFixture t;
  const File file("skipped" + much);
  lseek(file.descriptor.number(), 7, SEEK_SET);
  Stream stream = borrow_stream(t.loop, file.descriptor.number(), Direction::in).value();

  CHECK(t.get(stream.read_exactly(much.size())).value() == much);
  CHECK(t.get(stream.read()).error() == Errc::end_of_stream);
}

TEST_CASE("a file is written in order and whole when shutdown is done") {
  PipeFixture t;
  const File file;
  Stream stream = borrow_stream(t.loop, file.descriptor.number(), Direction::out).value();
  stream.write("begin ");
  stream.write(much.substr(0, 500'000));
  stream.write(" end");

  CHECK(t.get(stream.shutdown()));

  CHECK(file.text() == "begin " + much.substr(0, 500'000) + " end");
}

TEST_CASE("what was written to a file just before the end is in it, without shutdown") {
  PipeFixture t;
  const File file;
  {
    Stream stream = borrow_stream(t.loop, file.descriptor.number(), Direction::out).value();
    stream.write("last words");
  }

  CHECK(file.text() == "last words");
}

TEST_CASE("the null device ends when it is read and takes what is written") {
  PipeFixture t;
  const OwnedDescriptor null(open("/dev/null", O_RDWR | O_CLOEXEC));
  Stream stream = borrow_stream(t.loop, null.number(), Direction::both).value();

  stream.write(much);

  CHECK(t.get(stream.shutdown()));
  CHECK(t.get(stream.read()).error() == Errc::end_of_stream);
}

TEST_CASE("a device that is full is an error, with what was tried") {
  PipeFixture t;
  const OwnedDescriptor full(open("/dev/full", O_WRONLY | O_CLOEXEC));
  Stream stream = borrow_stream(t.loop, full.number(), Direction::out).value();

  stream.write("no room");

  CHECK(t.get(stream.shutdown()).error() == std::errc::no_space_on_device);
}

TEST_CASE("a folder is no input, and the error says so") {
  PipeFixture t;
  const OwnedDescriptor folder(open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  Stream stream = borrow_stream(t.loop, folder.number(), Direction::in).value();

  CHECK(t.get(stream.read()).error() == std::errc::is_a_directory);
}

TEST_CASE("a descriptor that is closed or goes the other way is refused with its number") {
  PipeFixture t;
  const RawEnds raw = a_pipe();
  const int closed = fcntl(raw.reader.number(), F_DUPFD_CLOEXEC, 0);
  close(closed);

  const auto nothing = borrow_stream(t.loop, closed, Direction::in);
  const auto other_way = borrow_stream(t.loop, raw.writer.number(), Direction::in);

  CHECK(nothing.error() == std::errc::bad_file_descriptor);
  CHECK(nothing.error().message().find(std::to_string(closed)) != std::string::npos);
  CHECK(other_way.error() == std::errc::bad_file_descriptor);
}

TEST_CASE("streams that wait in threads for their input do not hold up the others") {
  PipeFixture t;
  const std::vector<Terminal> terminals(12);
  std::vector<Stream> streams;
  std::vector<Future<std::string>> reads;
  for (const Terminal& terminal : terminals) {
    streams.push_back(borrow_stream(t.loop, terminal.master.number(), Direction::both).value());
    reads.push_back(streams.back().read());
  }

  streams.front().write("typed\n");

  CHECK(t.get(streams.front().shutdown()));
}

TEST_CASE("a read that hangs in a thread holds up neither its stream nor its loop") {
  // The master of a terminal cannot be opened again, so a thread reads it.
  const Terminal terminal;
  auto loop = std::make_unique<Loop>();
  Stream stream = borrow_stream(*loop, terminal.master.number(), Direction::in).value();
  auto read = stream.read();
  loop->turn();

  stream.close();
  CHECK(read.ready());
  loop.reset();

  CHECK(detail::take_result(std::move(read)).error() == Errc::closed);
  CHECK_FALSE(is_non_blocking(terminal.master.number()));
}

TEST_CASE("a stream in a thread that is closed takes nothing that comes later") {
  PipeFixture t;
  const RawEnds raw = a_pipe();
  const std::size_t before = open_descriptors();
  {
    Stream stream = in_thread(t, raw.reader, Direction::in);
    auto read = stream.read();
    run_until(t, [&t] {
      const ThreadPool& pool = detail::LoopImpl::of(t.loop).attached<detail::StreamThreads>().pool;
      return pool.running().size() == 1;
    });
    CHECK_FALSE(read.ready());
  }

  REQUIRE(write(raw.writer.number(), "kept", 4) == 4);
  run_until(t, [before] { return open_descriptors() == before; });

  char room[4];
  CHECK(read(raw.reader.number(), room, sizeof room) == 4);
}

TEST_CASE("a stream in a thread that is closed lets go of a pipe that is full") {
  PipeFixture t;
  const RawEnds raw = a_pipe();
  REQUIRE(write(raw.writer.number(), "no round number is left", 23) == 23);
  const std::size_t before = open_descriptors();
  {
    Stream stream = in_thread(t, raw.writer, Direction::out);
    stream.write(much);
    run_until(t, [&raw] {
      pollfd full{raw.writer.number(), POLLOUT, 0};
      return poll(&full, 1, 0) == 0;
    });
  }

  run_until(t, [before] { return open_descriptors() == before; });
}

TEST_CASE("a terminal whose program has only forgotten it ends like one that was hung up") {
  PipeFixture t;
  Terminal terminal;
  const pid_t owner = fork();
  if (owner == 0) {
    setsid();
    ioctl(terminal.slave.number(), TIOCSCTTY, 0);  // NOLINT: variadic by its nature
    terminal.slave.close();
    terminal.master.close();
    raise(SIGSTOP);
    _exit(0);
  }
  waitpid(owner, nullptr, WUNTRACED);
  terminal.slave.close();
  Stream stream = borrow_stream(t.loop, terminal.master.number(), Direction::in).value();
  auto read = stream.read();

  run_until(t, [&read] { return read.ready(); });

  CHECK(t.get(std::move(read)).error() == Errc::end_of_stream);
  kill(owner, SIGKILL);
  waitpid(owner, nullptr, 0);
}

TEST_CASE("a loop runs as long as a thread reads for it, and no longer") {
  PipeFixture t;
  const File file("line\n");
  Stream stream = borrow_stream(t.loop, file.descriptor.number(), Direction::in).value();
  std::string seen;
  auto work = stream.read_line().then([&seen](std::string line) { seen = std::move(line); });

  t.loop.run();

  CHECK(seen == "line");
}
