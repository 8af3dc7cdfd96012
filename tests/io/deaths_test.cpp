// SPDX-License-Identifier: MIT
//
// Six deaths: before start, while waiting, inside its own callback, with its future kept, after its
// loop, closed twice. For streams over each carrier, for listeners, and for connects.
#include <memory>

#include "support.hpp"

using namespace eddy;
using namespace eddy::testing;

TEST_CASE_TEMPLATE("a stream dies before it is used", Carrier, OverDuplex, OverTcp, OverUnix) {
  IoFixture t;
  { const Pair pair = Carrier::pair(t); }

  t.run_until_idle();

  CHECK(t.loop.statistic().open_handles == 0);
}

TEST_CASE_TEMPLATE("a stream dies while its futures wait, and they fail with Errc::closed",
                   Carrier,
                   OverDuplex,
                   OverTcp,
                   OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  auto read = pair.ours.read();
  pair.ours.write(std::string(12 * 1024 * 1024, 'x'));
  auto drained = pair.ours.drain();
  auto ended = pair.ours.shutdown();
  CHECK_FALSE(t.poll(read));

  pair.ours = {};
  CHECK(read.ready());

  CHECK(t.get(std::move(read)).error() == Errc::closed);
  CHECK(t.get(std::move(drained)).error() == Errc::closed);
  CHECK(t.get(std::move(ended)).error() == Errc::closed);
}

TEST_CASE_TEMPLATE("a stream dies inside on_bytes", Carrier, OverDuplex, OverTcp, OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  Recorder sink;
  sink.when_bytes = [&](ByteView) {
    pair.theirs = {};
  };
  pair.theirs.start(sink);

  pair.ours.write(std::string(300'000, 'x'));
  t.run_until_idle();

  CHECK(sink.calls == 1);
  CHECK(sink.ends + sink.errors == 0);
}

TEST_CASE_TEMPLATE("a stream dies inside on_end", Carrier, OverDuplex, OverTcp, OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  Recorder sink;
  sink.when_end = [&] {
    pair.theirs = {};
  };
  pair.theirs.start(sink);

  pair.ours = {};
  t.run_until_idle();

  CHECK(sink.ends == 1);
  CHECK_FALSE(pair.theirs.open());
}

TEST_CASE_TEMPLATE("a stream dies inside on_error", Carrier, OverDuplex, OverTcp) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  Recorder sink;
  sink.when_error = [&] {
    pair.theirs = {};
  };
  pair.theirs.start(sink);

  pair.ours.reset();
  t.run_until_idle();

  CHECK(sink.errors == 1);
}

TEST_CASE_TEMPLATE("a stream that was dead before dies inside on_error",
                   Carrier,
                   OverDuplex,
                   OverTcp) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  auto read = pair.theirs.read();
  pair.ours.reset();
  CHECK(t.get(std::move(read)).error() == std::errc::connection_reset);
  t.run_until_idle();
  struct Destroyer final : ByteSink {
    Stream stream;
    std::string message;
    void on_bytes(ByteView) noexcept override {}
    void on_end() noexcept override {}
    void on_error(const Error& error) noexcept override {
      stream = {};
      message = error.message();
    }
  } sink;
  sink.stream = std::move(pair.theirs);

  sink.stream.start(sink);
  t.run_until_idle();

  CHECK(sink.message.find("Connection reset by peer") != std::string::npos);
}

TEST_CASE_TEMPLATE("a stream dies inside on_drained", Carrier, OverDuplex, OverTcp, OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  Recorder sink;
  sink.when_drained = [&] {
    pair.ours = {};
  };
  pair.ours.start(sink);
  pair.ours.write(std::string(12 * 1024 * 1024, 'x'));

  CHECK(t.get(pair.theirs.read_exactly(12 * 1024 * 1024)));
  t.run_until_idle();

  CHECK(sink.drained == 1);
}

TEST_CASE_TEMPLATE(
    "a stream dies in the continuation of its own read", Carrier, OverDuplex, OverTcp, OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  auto work = pair.theirs.read().then([&](const std::string& bytes) {
    pair.theirs = {};
    return bytes;
  });

  pair.ours.write("hello");

  CHECK(t.get(std::move(work)).value() == "hello");
}

TEST_CASE_TEMPLATE("a chain that owns its stream is dropped while it reads",
                   Carrier,
                   OverDuplex,
                   OverTcp,
                   OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  auto stream = std::make_unique<Stream>(std::move(pair.theirs));
  auto read = stream->read();
  auto chain = std::move(read).attach(std::move(stream));
  CHECK_FALSE(t.poll(chain));

  chain = {};
  t.run_until_idle();

  CHECK(t.get(pair.ours.read()).error() == Errc::end_of_stream);
}

TEST_CASE_TEMPLATE("streams that are in the middle of everything outlive their loop",
                   Carrier,
                   OverDuplex,
                   OverUnix) {
  auto loop = std::make_unique<Loop>();
  auto [ours, theirs] = Carrier::pair(*loop);
  Recorder sink;
  theirs.start(sink);
  auto read = ours.read();
  ours.write(std::string(1024 * 1024, 'x'));
  auto drained = ours.drain();
  ours.set_idle_limit(std::chrono::seconds(1));
  loop->turn();

  loop.reset();

  CHECK_FALSE(read.ready());
  CHECK_FALSE(drained.ready());
  CHECK_FALSE(ours.open());
  auto late = ours.read();
  CHECK(late.ready());
  CHECK(detail::take_result(std::move(late)).error() == Errc::closed);
}

TEST_CASE_TEMPLATE("a stream is closed twice, and once in its own callback",
                   Carrier,
                   OverDuplex,
                   OverTcp,
                   OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  Recorder sink;
  sink.when_bytes = [&](ByteView) {
    pair.theirs.close();
    pair.theirs.close();
    pair.theirs.write("late");
  };
  pair.theirs.start(sink);

  pair.ours.write("hello");
  t.run_until_idle();

  CHECK(sink.calls == 1);
  CHECK_FALSE(pair.theirs.open());
}

TEST_CASE("a listener dies before it is used, and while an accept waits") {
  IoFixture t;
  { auto unused = Listener::bind(t.loop, "127.0.0.1:0"_addr).value(); }
  auto listener = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
  auto accepting = listener.accept();

  listener = {};

  CHECK(t.get(std::move(accepting)).error() == Errc::closed);
}

TEST_CASE("a listener dies inside its own callback, with what the callback holds") {
  IoFixture t;
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = held;
  auto listener = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
  const Address address = listener.local();
  bool alive_inside = false;
  listener.start([&, held = std::move(held)](const TcpStream&) {
    listener = {};
    alive_inside = held != nullptr && *held == 1;
  });

  auto ours = t.get(connect(t.loop, address)).value();
  t.run_until_idle();

  CHECK(alive_inside);
  CHECK(watched.expired());
}

TEST_CASE("a listener outlives its loop, and its waiting accept never settles") {
  auto loop = std::make_unique<Loop>();
  auto listener = Listener::bind(*loop, "127.0.0.1:0"_addr).value();
  auto accepting = listener.accept();

  loop.reset();

  CHECK_FALSE(accepting.ready());
  CHECK_FALSE(listener.open());
  listener.close();
  auto late = listener.accept();
  CHECK(detail::take_result(std::move(late)).error() == Errc::closed);
}

TEST_CASE("a connect dies before it starts, in its own continuation, and with its stream kept") {
  IoFixture t;
  auto listener = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
  { auto dropped = connect(t.loop, listener.local()); }
  Future<void> chain;
  bool ran = false;
  chain = connect(t.loop, listener.local()).then([&](TcpStream stream) {
    ran = stream.open();
    chain = {};
  });

  t.run_until_idle();

  CHECK(ran);
  CHECK_FALSE(chain.valid());
}
