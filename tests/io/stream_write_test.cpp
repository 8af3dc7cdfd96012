// SPDX-License-Identifier: MIT
#include "support.hpp"

#include <cstring>

using namespace eddy;
using namespace eddy::testing;
using std::chrono::seconds;

namespace {

/// Runs `function` inside a callback of the loop, where writes are collected.
template <class F>
void in_a_callback(IoFixture& t, F&& function) {
  CHECK(t.get(ready_future().then(std::forward<F>(function))));
}

}  // namespace

TEST_CASE_TEMPLATE(
    "writes of one callback arrive together and in order", Carrier, OverDuplex, OverTcp, OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  Recorder sink;
  pair.theirs.start(sink);

  in_a_callback(t, [&] {
    pair.ours.write("one, ");
    pair.ours.write("");
    pair.ours.write("two, ");
    pair.ours.write("three");
    CHECK(pair.ours.queued() == 15);
    CHECK(pair.ours.statistic().bytes_out == 0);
  });
  t.run_until_idle();

  CHECK(sink.bytes == "one, two, three");
  CHECK(sink.calls == 1);
  CHECK(pair.ours.queued() == 0);
  CHECK(pair.ours.statistic().bytes_out == 15);
}

TEST_CASE("a view too large for the cork leaves at once with what is corked") {
  IoFixture t;
  Pair pair = OverTcp::pair(t);
  const std::string large(Stream::cork_size, 'x');

  in_a_callback(t, [&] {
    pair.ours.write("head");
    pair.ours.write(large);
    CHECK(pair.ours.statistic().bytes_out == large.size() + 4);
    CHECK(pair.ours.queued() == 0);
  });

  CHECK(t.get(pair.theirs.read_exactly(large.size() + 4)).value() == "head" + large);
}

TEST_CASE("a view of half the cork leaves at once and uncopied, a smaller one is collected") {
  IoFixture t;
  Pair pair = OverTcp::pair(t);
  const std::string half(Stream::cork_size / 2, 'x');

  in_a_callback(t, [&] {
    pair.ours.write(ByteView(half).substr(1));
    CHECK(pair.ours.queued() == half.size() - 1);
    pair.ours.write(half);
    CHECK(pair.ours.queued() == 0);
  });

  CHECK(t.get(pair.theirs.read_exactly(2 * half.size() - 1)).value().size() == 2 * half.size() - 1);
}

TEST_CASE_TEMPLATE(
    "room in the cork is filled directly, between writes", Carrier, OverDuplex, OverTcp, OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);

  in_a_callback(t, [&] {
    pair.ours.write("one ");
    const std::span<char> room = pair.ours.writable(4);
    REQUIRE(room.size() >= 4);
    std::memcpy(room.data(), "two ", 4);
    pair.ours.wrote(4);
    pair.ours.write("three");
  });

  CHECK(t.get(pair.theirs.read_exactly(13)).value() == "one two three");
}

TEST_CASE("asking for more room than is left sends what is corked") {
  IoFixture t;
  Pair pair = OverTcp::pair(t);

  in_a_callback(t, [&] {
    pair.ours.write("head");
    CHECK(pair.ours.writable(Stream::cork_size).size() == Stream::cork_size);
    CHECK(pair.ours.statistic().bytes_out == 4);
  });

  CHECK(t.get(pair.theirs.read()).value() == "head");
}

TEST_CASE_TEMPLATE("flush sends within the callback and says if all has left",
                   Carrier,
                   OverDuplex,
                   OverTcp) {
  IoFixture t;
  Pair pair = Carrier::pair(t);

  in_a_callback(t, [&] {
    pair.ours.write("hello");
    CHECK(pair.ours.queued() == 5);
    CHECK(pair.ours.flush());
    CHECK(pair.ours.queued() == 0);
    CHECK(pair.ours.flush());
    pair.ours.write(std::string(8 * 1024 * 1024, 'x'));
    CHECK_FALSE(pair.ours.flush());
  });

  CHECK(t.get(pair.theirs.read_exactly(5)).value() == "hello");
}

TEST_CASE("flush does not say that all has left when the stream broke") {
  IoFixture t;
  DuplexOptions options;
  options.first.writes = {{.error = std::errc::broken_pipe}};
  auto [ours, theirs] = duplex(t.loop, std::move(options));
  Recorder sink;
  ours.start(sink);

  ours.write("hello");
  CHECK_FALSE(ours.flush());
  CHECK(sink.errors == 0);
  t.run_until_idle();

  CHECK(sink.errors == 1);
  ours.close();
  CHECK_FALSE(ours.flush());
}

TEST_CASE_TEMPLATE(
    "what the kernel refuses arrives as the peer reads", Carrier, OverDuplex, OverTcp, OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  std::string many(8 * 1024 * 1024, 'x');
  many.back() = '.';

  pair.ours.write(many);
  pair.ours.write("tail");
  CHECK(pair.ours.queued() > 0);

  CHECK(t.get(pair.theirs.read_exactly(many.size())).value() == many);
  CHECK(t.get(pair.theirs.read_exactly(4)).value() == "tail");
  t.run_until_idle();
  CHECK(pair.ours.queued() == 0);
  CHECK(pair.ours.statistic().bytes_out == many.size() + 4);
}

TEST_CASE_TEMPLATE("a stream is congested from the high mark to the low mark",
                   Carrier,
                   OverDuplex,
                   OverTcp,
                   OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  Recorder ours;
  pair.ours.start(ours);
  CHECK(t.get(pair.ours.drain()));
  const std::string many(8 * 1024 * 1024, 'x');
  pair.ours.write(many);
  auto drained = pair.ours.drain();
  CHECK_FALSE(t.poll(drained));
  CHECK(pair.ours.congested());
  CHECK(ours.drained == 0);

  CHECK(t.get(pair.theirs.read_exactly(many.size())));

  CHECK(t.get(std::move(drained)));
  CHECK_FALSE(pair.ours.congested());
  CHECK(ours.drained == 1);
}

TEST_CASE("a stream that was congested in its callback only is drained when it ends") {
  IoFixture t;
  Pair pair = OverTcp::pair(t);
  pair.ours.set_water_marks({.high = 10, .low = 5, .hard = 1000});
  Recorder sink;
  pair.ours.start(sink);

  in_a_callback(t, [&] {
    pair.ours.write("more than ten");
    CHECK(pair.ours.congested());
    CHECK(sink.drained == 0);
  });

  CHECK_FALSE(pair.ours.congested());
  CHECK(sink.drained == 1);
}

TEST_CASE_TEMPLATE("above the hard limit the stream is reset", Carrier, OverDuplex, OverTcp) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  Recorder ours;
  Recorder theirs;
  pair.ours.start(ours);
  pair.theirs.start(theirs);
  pair.theirs.pause();
  const std::string many(20 * 1024 * 1024, 'x');

  pair.ours.write(many);
  pair.ours.write(many);
  CHECK(ours.errors == 0);
  t.run_until_idle();
  pair.theirs.resume();
  t.run_until_idle();

  CHECK(ours.errors == 1);
  CHECK(*ours.error == Errc::overloaded);
  CHECK_FALSE(pair.ours.open());
  CHECK(theirs.errors == 1);
  CHECK(*theirs.error == std::errc::connection_reset);
}

TEST_CASE_TEMPLATE(
    "shutdown sends all that was written, then the end", Carrier, OverDuplex, OverTcp, OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  const std::string many(8 * 1024 * 1024, 'x');
  pair.ours.write(many);
  auto ended = pair.ours.shutdown();
  CHECK_FALSE(t.poll(ended));

  CHECK(t.get(pair.theirs.read_exactly(many.size())).value() == many);

  CHECK(t.get(std::move(ended)));
  CHECK(t.get(pair.theirs.read()).error() == Errc::end_of_stream);
  CHECK(t.get(pair.ours.shutdown()));
  CHECK(pair.ours.open());
}

TEST_CASE_TEMPLATE("what is written after shutdown is refused and counted",
                   Carrier,
                   OverDuplex,
                   OverTcp,
                   OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  CHECK(t.get(pair.ours.shutdown()));

  pair.ours.write("late");

  CHECK(pair.ours.writable(1).empty());
  CHECK(pair.ours.statistic().bytes_refused == 4);
  CHECK(t.get(pair.theirs.read()).error() == Errc::end_of_stream);
}

TEST_CASE_TEMPLATE("dropping the future of shutdown does not stop it",
                   Carrier,
                   OverDuplex,
                   OverTcp) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  pair.ours.write("hello");

  { auto ended = pair.ours.shutdown(); }

  CHECK(t.get(pair.theirs.read_exactly(5)).value() == "hello");
  CHECK(t.get(pair.theirs.read()).error() == Errc::end_of_stream);
}

TEST_CASE_TEMPLATE(
    "the destructor tries once more to send", Carrier, OverDuplex, OverTcp, OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);

  in_a_callback(t, [&] {
    pair.ours.write("goodbye");
    pair.ours = {};
  });

  CHECK(t.get(pair.theirs.read_exactly(7)).value() == "goodbye");
  CHECK(t.get(pair.theirs.read()).error() == Errc::end_of_stream);
}

TEST_CASE_TEMPLATE("more streams may write in one callback than there are corks",
                   Carrier,
                   OverDuplex,
                   OverTcp) {
  IoFixture t;
  std::vector<Pair> pairs;
  for (int i = 0; i < 40; ++i)
    pairs.push_back(Carrier::pair(t));

  in_a_callback(t, [&] {
    for (Pair& pair : pairs)
      pair.ours.write("one ");
    for (Pair& pair : pairs)
      pair.ours.write("two");
  });

  for (Pair& pair : pairs)
    CHECK(t.get(pair.theirs.read_exactly(7)).value() == "one two");
}

TEST_CASE_TEMPLATE("a stream that idles longer than its limit dies", Carrier, OverDuplex, OverTcp) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  Recorder sink;
  pair.theirs.start(sink);
  pair.theirs.set_idle_limit(seconds(10));
  t.clock.advance(seconds(9));
  pair.ours.write("hello");
  t.run_until_idle();
  t.clock.advance(seconds(9));
  pair.theirs.write("hello");
  t.run_until_idle();
  t.clock.advance(seconds(9));
  CHECK(sink.errors == 0);

  t.clock.advance(seconds(2));

  CHECK(sink.errors == 1);
  CHECK(*sink.error == Errc::timed_out);
  CHECK_FALSE(pair.theirs.open());
}

TEST_CASE_TEMPLATE("an idle limit fails the read that waits", Carrier, OverDuplex, OverTcp) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  auto read = pair.theirs.read();
  pair.theirs.set_idle_limit(seconds(10));
  CHECK_FALSE(t.poll(read));

  t.clock.advance(seconds(11));

  CHECK(t.get(std::move(read)).error() == Errc::timed_out);
  CHECK(t.get(pair.theirs.read()).error() == Errc::timed_out);
  CHECK(t.get(pair.theirs.drain()).error() == Errc::timed_out);
}

TEST_CASE_TEMPLATE("the peer of a stream that idled sees its end", Carrier, OverDuplex, OverTcp) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  pair.theirs.set_idle_limit(seconds(10));
  auto read = pair.ours.read();
  CHECK_FALSE(t.poll(read));

  t.clock.advance(seconds(11));

  CHECK(t.get(std::move(read)).error() == Errc::end_of_stream);
}

TEST_CASE_TEMPLATE("an idle limit of zero is none", Carrier, OverDuplex, OverTcp) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  pair.theirs.set_idle_limit(seconds(10));

  pair.theirs.set_idle_limit(seconds(0));
  t.clock.advance(seconds(100));

  CHECK(pair.theirs.open());
}

TEST_CASE_TEMPLATE("a write that makes no progress kills the stream",
                   Carrier,
                   OverDuplex,
                   OverTcp) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  pair.ours.set_write_limit(seconds(30));
  pair.ours.write(std::string(12 * 1024 * 1024, 'x'));
  auto drained = pair.ours.drain();
  t.clock.advance(seconds(29));
  CHECK_FALSE(t.poll(drained));

  t.clock.advance(seconds(10));

  CHECK(t.get(std::move(drained)).error() == Errc::timed_out);
  CHECK_FALSE(pair.ours.open());
}

TEST_CASE_TEMPLATE("a write that makes progress, however little, goes on",
                   Carrier,
                   OverDuplex,
                   OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  pair.ours.set_write_limit(seconds(30));
  pair.ours.set_idle_limit(seconds(30));
  pair.ours.write(std::string(14 * 1024 * 1024, 'x'));
  t.run_until_idle();

  for (int i = 0; i < 4; ++i) {
    t.clock.advance(seconds(20));
    CHECK(t.get(pair.theirs.read_exactly(2 * 1024 * 1024)));
    t.run_until_idle();
  }

  CHECK(pair.ours.open());
  CHECK(pair.ours.queued() > 0);
}
