// SPDX-License-Identifier: MIT
#include "support.hpp"

using namespace eddy;
using namespace eddy::testing;

TEST_CASE_TEMPLATE("a sink gets what came", Carrier, OverDuplex, OverTcp, OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  Recorder sink;
  pair.theirs.start(sink);
  t.run_until_idle();
  CHECK(sink.calls == 0);

  pair.ours.write("hello");
  t.run_until_idle();

  CHECK(sink.bytes == "hello");
  CHECK(sink.calls == 1);
}

TEST_CASE_TEMPLATE("a sink that starts late gets what is there, in a later turn",
                   Carrier,
                   OverDuplex,
                   OverTcp,
                   OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  pair.ours.write("line\nrest");
  CHECK(t.get(pair.theirs.read_line()).value() == "line");
  Recorder sink;

  pair.theirs.start(sink);
  CHECK(sink.calls == 0);
  t.run_until_idle();
  pair.ours.write(", more");
  t.run_until_idle();

  CHECK(sink.bytes == "rest, more");
}

TEST_CASE_TEMPLATE(
    "a paused sink hears nothing until it resumes", Carrier, OverDuplex, OverTcp, OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  Recorder sink;
  pair.theirs.start(sink);
  pair.theirs.pause();
  pair.ours.write("hello");
  pair.ours.close();
  t.run_until_idle();
  CHECK(sink.calls == 0);
  CHECK(sink.ends == 0);

  pair.theirs.resume();
  CHECK(sink.calls == 0);
  t.run_until_idle();

  CHECK(sink.bytes == "hello");
  CHECK(sink.ends == 1);
}

TEST_CASE_TEMPLATE("a sink may pause in its callback, and the peer waits",
                   Carrier,
                   OverDuplex,
                   OverTcp,
                   OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  Recorder sink;
  sink.when_bytes = [&](ByteView) {
    pair.theirs.pause();
  };
  pair.theirs.start(sink);

  pair.ours.write(std::string(12 * 1024 * 1024, 'x'));
  t.run_until_idle();

  CHECK(sink.calls == 1);
  CHECK(pair.ours.queued() > 1024 * 1024);
}

TEST_CASE_TEMPLATE("the end of the peer's sending is told once, and writing may go on",
                   Carrier,
                   OverDuplex,
                   OverTcp,
                   OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  Recorder sink;
  pair.theirs.start(sink);
  pair.ours.write("question");
  CHECK(t.get(pair.ours.shutdown()));
  t.run_until_idle();
  CHECK(sink.bytes == "question");
  CHECK(sink.ends == 1);

  pair.theirs.write("answer");

  CHECK(t.get(pair.ours.read_exactly(6)).value() == "answer");
  CHECK(sink.ends == 1);
  CHECK(sink.errors == 0);
}

TEST_CASE_TEMPLATE(
    "a sink that starts after the end is told of it", Carrier, OverDuplex, OverTcp, OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  pair.ours.close();
  CHECK(t.get(pair.theirs.read()).error() == Errc::end_of_stream);
  Recorder sink;

  pair.theirs.start(sink);
  CHECK(sink.ends == 0);
  t.run_until_idle();

  CHECK(sink.ends == 1);
}

TEST_CASE("a second sink is told of the end too") {
  IoFixture t;
  Pair pair = OverDuplex::pair(t);
  Recorder first;
  Recorder second;
  pair.theirs.start(first);
  pair.ours.close();
  t.run_until_idle();
  CHECK(first.ends == 1);

  pair.theirs.stop();
  pair.theirs.start(second);
  t.run_until_idle();

  CHECK(first.ends == 1);
  CHECK(second.ends == 1);
}

TEST_CASE_TEMPLATE("a reset is told once, as the last thing", Carrier, OverDuplex, OverTcp) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  Recorder sink;
  pair.theirs.start(sink);

  pair.ours.reset();
  t.run_until_idle();

  CHECK(sink.errors == 1);
  CHECK(*sink.error == std::errc::connection_reset);
  CHECK(*sink.error == peer_gone);
  CHECK(sink.ends == 0);
  CHECK_FALSE(pair.theirs.open());
}

TEST_CASE_TEMPLATE("a sink that starts on a dead stream is told why",
                   Carrier,
                   OverDuplex,
                   OverTcp) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  auto read = pair.theirs.read();
  pair.ours.reset();
  CHECK(t.get(std::move(read)).error() == std::errc::connection_reset);
  t.run_until_idle();
  Recorder sink;

  pair.theirs.start(sink);
  CHECK(sink.errors == 0);
  t.run_until_idle();

  CHECK(sink.errors == 1);
  CHECK(*sink.error == std::errc::connection_reset);
}

TEST_CASE_TEMPLATE("stop hands the stream over to reading by hand", Carrier, OverDuplex, OverTcp) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  Recorder sink;
  pair.theirs.start(sink);
  pair.ours.write("push");
  t.run_until_idle();

  pair.theirs.stop();
  pair.ours.write("pull");

  CHECK(t.get(pair.theirs.read()).value() == "pull");
  CHECK(sink.bytes == "push");
}

TEST_CASE_TEMPLATE("closing tells the sink nothing", Carrier, OverDuplex, OverTcp, OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  Recorder sink;
  pair.theirs.start(sink);

  pair.theirs.close();
  pair.ours.write("hello");
  t.run_until_idle();

  CHECK(sink.calls == 0);
  CHECK(sink.errors == 0);
  CHECK(sink.ends == 0);
}
