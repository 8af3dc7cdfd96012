// SPDX-License-Identifier: MIT
#include "support.hpp"

using namespace eddy;
using namespace eddy::testing;
using std::chrono::seconds;

TEST_CASE("octets arrive one by one if the reads are scripted so") {
  IoFixture t;
  auto [ours, theirs] = duplex(t.loop, {.second = {.usual_read = {.at_most = 1}}});
  Recorder sink;
  theirs.start(sink);

  ours.write("hello");
  t.run_until_idle();

  CHECK(sink.bytes == "hello");
  CHECK(sink.calls == 5);
}

// hardening 84
TEST_CASE("writes that are cut to one octet leave the content intact") {
  IoFixture t;
  auto [ours, theirs] = duplex(t.loop, {.first = {.usual_write = {.at_most = 1}}});

  ours.write("hello, ");
  t.run_until_idle();
  ours.write("world");
  auto ended = ours.shutdown();

  CHECK(t.get(theirs.read_exactly(12)).value() == "hello, world");
  CHECK(t.get(std::move(ended)));
  CHECK(t.get(theirs.read()).error() == Errc::end_of_stream);
}

// hardening 84
TEST_CASE("a large write in one-octet pieces, with refusals between, stays intact") {
  IoFixture t;
  DuplexScript script;
  for (std::size_t i = 0; i < 1000; ++i)
    script.writes.push_back({.at_most = i % 3});
  auto [ours, theirs] = duplex(t.loop, {.capacity = 7, .first = std::move(script)});
  std::string many;
  for (int i = 0; i < 1000; ++i)
    many += std::to_string(i);

  ours.write(many);

  CHECK(t.get(theirs.read_exactly(many.size())).value() == many);
}

TEST_CASE("a refused read or write is tried again in the next turn") {
  IoFixture t;
  DuplexOptions options;
  options.first.writes = {{.at_most = 0}, {.at_most = 0}};
  options.second.reads = {{.at_most = 0}, {.at_most = 2}};
  auto [ours, theirs] = duplex(t.loop, std::move(options));

  ours.write("hello");

  CHECK(t.get(theirs.read()).value() == "he");
  CHECK(t.get(theirs.read()).value() == "llo");
}

TEST_CASE("a write that is always refused blocks, and the write limit ends it") {
  IoFixture t;
  auto [ours, theirs] = duplex(t.loop, {.first = {.usual_write = {.at_most = 0}}});
  ours.set_write_limit(seconds(30));
  ours.write("hello");
  t.run_until_idle();
  CHECK(ours.queued() == 5);

  t.clock.advance(seconds(38));

  CHECK(t.get(ours.drain()).error() == Errc::timed_out);
}

TEST_CASE("a scripted read error kills the stream after what came before") {
  IoFixture t;
  DuplexOptions options;
  options.second.reads = {{}, {.error = std::errc::host_unreachable}};
  auto [ours, theirs] = duplex(t.loop, std::move(options));
  ours.write("hello");
  CHECK(t.get(theirs.read()).value() == "hello");

  ours.write("more");

  CHECK(t.get(theirs.read()).error() == std::errc::host_unreachable);
  CHECK_FALSE(theirs.open());
}

// hardening 82
TEST_CASE("a scripted write error is told once, at the end of the callback") {
  IoFixture t;
  DuplexOptions options;
  options.first.writes = {{.at_most = 2}, {.error = std::errc::broken_pipe}};
  auto [ours, theirs] = duplex(t.loop, std::move(options));
  Recorder sink;
  ours.start(sink);

  ours.write("hello");
  CHECK(sink.errors == 0);
  t.run_until_idle();

  CHECK(sink.errors == 1);
  CHECK(*sink.error == peer_gone);
  CHECK(t.get(theirs.read()).value() == "he");
}

TEST_CASE("a delay is one of the loop's clock, and keeps the order") {
  IoFixture t;
  auto [ours, theirs] = duplex(t.loop, {.delay = seconds(2)});
  Recorder sink;
  theirs.start(sink);
  ours.write("one ");
  t.clock.advance(seconds(1));
  ours.write("two");
  CHECK(t.get(ours.shutdown()));
  CHECK(sink.calls == 0);

  t.clock.advance(seconds(1));
  CHECK(sink.bytes == "one ");
  CHECK(sink.ends == 0);
  t.clock.advance(seconds(1));

  CHECK(sink.bytes == "one two");
  CHECK(sink.ends == 1);
}

TEST_CASE("no more octets are under way than the capacity") {
  IoFixture t;
  auto [ours, theirs] = duplex(t.loop, {.capacity = 10});

  ours.write("sixteen octets..");
  t.run_until_idle();

  CHECK(ours.statistic().bytes_out == 10);
  CHECK(ours.queued() == 6);
  CHECK(t.get(theirs.read_exactly(16)).value() == "sixteen octets..");
}

TEST_CASE("writing to an end that is closed fails with broken_pipe") {
  IoFixture t;
  auto [ours, theirs] = duplex(t.loop);
  theirs.close();

  ours.write("hello");
  t.run_until_idle();

  CHECK(t.get(ours.drain()).error() == std::errc::broken_pipe);
}
