// SPDX-License-Identifier: MIT
//
// Six deaths for pipes, Unix sockets, borrowed sockets, terminals, and streams in threads: before
// start, while waiting, inside its own callback, with its future kept, after its loop, closed
// twice.
#include <eddy/io/standard_streams.hpp>
#include <eddy/io/unix_stream.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <utility>

#include "io/thread_stream.hpp"
#include "terminal.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

struct Ends {
  Stream reader;
  Stream writer;
};

struct OverPipe {
  static Ends make(Loop& loop) {
    auto [reader, writer] = Pipe::make(loop).value();
    return {std::move(reader), std::move(writer)};
  }
};

struct OverUnixStream {
  static Ends make(Loop& loop) {
    auto [first, second] = UnixStream::pair(loop).value();
    return {std::move(first), std::move(second)};
  }
};

struct OverBorrowedSocket {
  static Ends make(Loop& loop) {
    int ends[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    const OwnedDescriptor first(ends[0]);
    const OwnedDescriptor second(ends[1]);
    return {borrow_stream(loop, ends[0], Direction::in).value(),
            borrow_stream(loop, ends[1], Direction::out).value()};
  }
};

/// The program reads, and who sits before the terminal writes.
struct OverTerminal {
  static Ends make(Loop& loop) {
    Terminal terminal;
    termios settings = terminal.settings();
    cfmakeraw(&settings);
    REQUIRE(tcsetattr(terminal.slave.number(), TCSANOW, &settings) == 0);
    Stream reader = borrow_stream(loop, terminal.slave.number(), Direction::in).value();
    return {std::move(reader), Pipe::adopt(loop, terminal.master.release()).value()};
  }
};

/// A pipe that cannot be opened again.
struct OverThread {
  static Ends make(Loop& loop) {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    auto& impl = detail::LoopImpl::of(loop);
    const auto end = [&impl](int descriptor, Direction direction) {
      return detail::stream_in_thread(impl, detail::Descriptor(descriptor), direction, EDDY_HERE)
          .value();
    };
    return {end(ends[0], Direction::in), end(ends[1], Direction::out)};
  }
};

/// More than any of them takes at once.
const std::string much(2'000'000, 'x');

}  // namespace

#define EDDY_ALL_CARRIERS OverPipe, OverUnixStream, OverBorrowedSocket, OverTerminal, OverThread

TEST_CASE_TEMPLATE("such a stream dies before it is used", Carrier, EDDY_ALL_CARRIERS) {
  PipeFixture t;
  { const Ends ends = Carrier::make(t.loop); }

  t.run_until_idle();

  CHECK(t.loop.statistic().open_handles == 0);
}

TEST_CASE_TEMPLATE("such a stream dies while futures wait, and they fail with Errc::closed",
                   Carrier,
                   EDDY_ALL_CARRIERS) {
  PipeFixture t;
  Ends ends = Carrier::make(t.loop);
  auto read = ends.reader.read();
  CHECK_FALSE(t.poll(read));
  ends.reader = {};
  CHECK(read.ready());
  CHECK(t.get(std::move(read)).error() == Errc::closed);

  Ends full = Carrier::make(t.loop);
  full.writer.write(much);
  auto drained = full.writer.drain();
  auto ended = full.writer.shutdown();
  CHECK_FALSE(t.poll(drained));
  full.writer = {};

  CHECK(t.get(std::move(drained)).error() == Errc::closed);
  CHECK(t.get(std::move(ended)).error() == Errc::closed);
}

TEST_CASE_TEMPLATE("such a stream dies inside on_bytes", Carrier, EDDY_ALL_CARRIERS) {
  PipeFixture t;
  Ends ends = Carrier::make(t.loop);
  Recorder sink;
  sink.when_bytes = [&ends](ByteView) {
    ends.reader = {};
  };
  ends.reader.start(sink);

  ends.writer.write("hello");
  run_until(t, [&sink] { return sink.calls == 1; });
  t.run_until_idle();

  CHECK(sink.calls == 1);
  CHECK(sink.ends + sink.errors == 0);
}

TEST_CASE_TEMPLATE("such a stream dies inside on_end", Carrier, EDDY_ALL_CARRIERS) {
  PipeFixture t;
  Ends ends = Carrier::make(t.loop);
  Recorder sink;
  sink.when_end = [&ends] {
    ends.reader = {};
  };
  ends.reader.start(sink);

  ends.writer = {};
  run_until(t, [&sink] { return sink.ends == 1; });
  t.run_until_idle();

  CHECK(sink.ends == 1);
  CHECK_FALSE(ends.reader.open());
}

TEST_CASE_TEMPLATE("such a stream dies in the continuation of its own read",
                   Carrier,
                   EDDY_ALL_CARRIERS) {
  PipeFixture t;
  Ends ends = Carrier::make(t.loop);
  auto work = ends.reader.read().then([&ends](std::string bytes) {
    ends.reader = {};
    return bytes;
  });

  ends.writer.write("hello");

  CHECK(t.get(std::move(work)).value() == "hello");
}

TEST_CASE_TEMPLATE("a writer dies when it hears that nobody reads", Carrier, OverPipe, OverThread) {
  PipeFixture t;
  Ends ends = Carrier::make(t.loop);
  ends.writer.write(much);
  auto drained = ends.writer.drain().or_else([&ends](const Error& error) {
    CHECK(error == std::errc::broken_pipe);
    ends.writer = {};
  });
  CHECK_FALSE(t.poll(drained));

  ends.reader = {};

  CHECK(t.get(std::move(drained)));
}

TEST_CASE_TEMPLATE("a chain that owns such a stream is dropped while it reads",
                   Carrier,
                   EDDY_ALL_CARRIERS) {
  PipeFixture t;
  Ends ends = Carrier::make(t.loop);
  auto stream = std::make_unique<Stream>(std::move(ends.reader));
  auto read = stream->read();
  auto chain = std::move(read).attach(std::move(stream));
  CHECK_FALSE(t.poll(chain));

  chain = {};

  t.run_until_idle();
  CHECK(t.loop.statistic().open_handles == 1);
}

TEST_CASE_TEMPLATE("such streams outlive their loop in the middle of everything",
                   Carrier,
                   EDDY_ALL_CARRIERS) {
  auto loop = std::make_unique<Loop>();
  int unread = 0;
  loop->on_unread_error([&unread](const Error&, Site) { ++unread; });
  auto [reader, writer] = Carrier::make(*loop);
  Ends full = Carrier::make(*loop);
  auto read = reader.read();
  full.writer.write(much);
  auto drained = full.writer.drain();
  loop->turn();

  loop.reset();

  CHECK(unread == 0);
  CHECK_FALSE(read.ready());
  CHECK_FALSE(drained.ready());
  CHECK_FALSE(reader.open());
  auto late = reader.read();
  CHECK(detail::take_result(std::move(late)).error() == Errc::closed);
}

TEST_CASE_TEMPLATE("such a stream is closed twice, and in its own callback",
                   Carrier,
                   EDDY_ALL_CARRIERS) {
  PipeFixture t;
  Ends ends = Carrier::make(t.loop);
  Recorder sink;
  sink.when_bytes = [&ends](ByteView) {
    ends.reader.close();
    ends.reader.close();
  };
  ends.reader.start(sink);

  ends.writer.write("hello");
  run_until(t, [&sink] { return sink.calls == 1; });

  CHECK_FALSE(ends.reader.open());
}

TEST_CASE_TEMPLATE("much comes whole through each of them", Carrier, EDDY_ALL_CARRIERS) {
  PipeFixture t;
  Ends ends = Carrier::make(t.loop);
  const std::string bytes = much.substr(0, 300'000);
  ends.writer.write(bytes);

  CHECK(t.get(ends.reader.read_exactly(bytes.size())).value() == bytes);
  CHECK(t.get(ends.writer.drain()));
}

TEST_CASE("the futures of a UnixStream for descriptors die with it, after it, and after its loop") {
  auto loop = std::make_unique<Loop>();
  auto [ours, theirs] = UnixStream::pair(*loop).value();
  auto dropped = ours.receive_descriptor();
  dropped = {};
  auto kept = ours.receive_descriptor();
  auto in_callback =
      theirs.receive_descriptor().then([&theirs = theirs](OwnedDescriptor) { theirs = {}; });
  CHECK(ours.send_descriptor(STDIN_FILENO, "x"));
  CHECK(loop->run_until(std::move(in_callback)));

  loop.reset();

  CHECK_FALSE(kept.ready());
  auto late = ours.receive_descriptor();
  CHECK(detail::take_result(std::move(late)).error() == Errc::closed);
  CHECK(ours.send_descriptor(STDIN_FILENO, "x").error() == Errc::closed);
}
