// SPDX-License-Identifier: MIT
//
// TLS over each kind of stream, another TLS stream among them; pauses, limits, and what a write
// becomes below.
#include <eddy/base/random.hpp>

#include "tls_raw_peer.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

/// TLS inside TLS.
struct OverTls {
  static Pair pair(Fixture& t) {
    TlsPair made = a_tls_pair(t);
    return {std::move(made.client), std::move(made.server)};
  }
};

TlsPair a_tls_pair_over(Fixture& t, Pair below) {
  Handshake done = shake_hands(t, std::move(below), a_client(), a_server());
  return {std::move(done.client).value(), std::move(done.server).value()};
}

/// A pair between which so many octets are under way at most.
TlsPair a_narrow_pair(Fixture& t) {
  DuplexOptions below = steady();
  below.capacity = 2000;
  return a_tls_pair(t, std::move(below));
}

std::string some_octets(Random& random, std::uint32_t bound) {
  std::string octets(random.below(bound), '\0');
  for (char& octet : octets)
    octet = static_cast<char>(random.below(256));
  return octets;
}

/// Sends portions at random times through a loop that cuts and shuffles what it can.
void random_program(std::uint64_t seed) {
  CAPTURE(seed);
  Loop::Options options;
  options.schedule_seed = seed;
  TlsFixture t(std::move(options));
  Random random(seed);
  TlsPair pair = a_tls_pair(t, {.capacity = 1 + random.below(100'000)});
  Recorder sink;
  sink.when_bytes = [&](ByteView) {
    if (random.one_in(4)) pair.server.pause();
  };
  pair.server.start(sink);
  std::string all;
  for (int i = 0; i < 30; ++i) {
    const std::string octets = some_octets(random, random.one_in(8) ? 100'000 : 300);
    all += octets;
    pair.client.write(octets);
    if (random.one_in(3)) t.loop.turn();
  }
  auto ended = pair.client.shutdown();
  while (sink.ends == 0) {
    pair.server.resume();
    t.loop.turn();
  }

  CHECK((sink.bytes == all));
  CHECK(t.get(std::move(ended)));
  CHECK(sink.errors == 0);
}

}  // namespace

TEST_CASE_TEMPLATE(
    "TLS is spoken over every stream", Carrier, OverDuplex, OverTcp, OverUnix, OverTls) {
  TlsFixture t;
  TlsPair pair = a_tls_pair_over(t, Carrier::pair(t));
  const std::string large(1024 * 1024, 'x');

  pair.client.write("hello");
  CHECK(t.get(pair.server.read()).value() == "hello");
  pair.server.write(large);
  auto ended = pair.server.shutdown();

  CHECK((t.get(pair.client.read_exactly(large.size())).value() == large));
  CHECK(t.get(pair.client.read()).error() == Errc::end_of_stream);
  CHECK(t.get(std::move(ended)));
}

TEST_CASE("whatever the cuts, the pauses and the schedule, the content arrives intact") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed)
    random_program(seed);
}

TEST_CASE("lines and small reads work on decrypted octets") {
  TlsFixture t;
  TlsPair pair = a_tls_pair(t);

  pair.client.write("first line\nsecond");
  pair.client.write(" line\nrest");

  CHECK(t.get(pair.server.read_line()).value() == "first line");
  CHECK(t.get(pair.server.read_line()).value() == "second line");
  CHECK(t.get(pair.server.read(1)).value() == "r");
  CHECK(t.get(pair.server.read_exactly(3)).value() == "est");
}

TEST_CASE("what is written in one callback leaves as one record and in one piece") {
  TlsFixture t;
  auto [ours, theirs] = duplex(t.loop, steady());
  RawPeer raw(t, std::move(theirs), RawPeer::Role::server);
  auto connecting = tls_connect(std::move(ours), a_client(), "localhost");
  REQUIRE(raw.shake_hands());
  auto client = t.get(std::move(connecting)).value();
  const int before = raw.arrived().calls;

  for (int i = 0; i < 10; ++i)
    client.write("ten octets");
  t.run_until_idle();

  constexpr std::size_t overhead = 5 + 1 + 16;  // head, kind of content, tag
  CHECK(raw.arrived().calls == before + 1);
  CHECK(raw.arrived().bytes.size() == 100 + overhead);
  CHECK(raw.read().size() == 100);
}

TEST_CASE("flush sends at once, down to the kernel") {
  TlsFixture t;
  TlsPair pair = a_tls_pair_over(t, OverTcp::pair(t));

  pair.client.write("now");
  CHECK(pair.client.queued() == 3);

  CHECK(pair.client.flush());
  CHECK(pair.client.queued() == 0);
  CHECK(t.get(pair.server.read()).value() == "now");
}

TEST_CASE("a sink that pauses gets nothing until it resumes, and then all") {
  TlsFixture t;
  TlsPair pair = a_tls_pair(t);
  Recorder sink;
  sink.when_bytes = [&](ByteView) {
    pair.server.pause();
  };
  pair.server.start(sink);
  const std::string large(400'000, 'x');
  pair.client.write(large);
  auto ended = pair.client.shutdown();
  t.run_until_idle();
  CHECK(sink.calls == 1);
  CHECK_FALSE(ended.ready());

  sink.when_bytes = {};
  pair.server.resume();
  t.run_until_idle();

  CHECK((sink.bytes == large));
  CHECK(sink.ends == 1);
  CHECK(t.get(std::move(ended)));
}

TEST_CASE("a reader who does not read holds up the writer, who is bounded") {
  TlsFixture t;
  TlsPair pair = a_tls_pair(t);

  pair.client.write(std::string(1024 * 1024, 'x'));
  t.run_until_idle();

  CHECK(pair.client.congested());
  CHECK(pair.client.queued() > 700 * 1024);
}

TEST_CASE("the stream below holds little, so that the water marks above it mean something") {
  TlsFixture t;
  TlsPair pair = a_narrow_pair(t);
  pair.client.set_water_marks({100'000, 50'000, 1'000'000});

  pair.client.write(std::string(200'000, 'x'));

  CHECK(pair.client.congested());
}

TEST_CASE("a writer who writes more than the hard mark is reset") {
  TlsFixture t;
  TlsPair pair = a_tls_pair(t);
  pair.client.set_water_marks({1000, 500, 100'000});
  auto ended = pair.client.shutdown();
  CHECK(t.get(std::move(ended)));
  pair.server.set_water_marks({1000, 500, 100'000});

  pair.server.write(std::string(1024 * 1024, 'x'));
  t.run_until_idle();

  CHECK(t.get(pair.server.drain()).error() == Errc::overloaded);
}

TEST_CASE("an idle TLS stream is closed with close_notify") {
  TlsFixture t;
  TlsPair pair = a_tls_pair(t);
  pair.server.set_idle_limit(10s);
  auto read = pair.server.read();
  t.advance(9s);
  CHECK_FALSE(t.poll(read));

  t.advance(2s);

  CHECK(t.get(std::move(read)).error() == Errc::timed_out);
  CHECK(t.get(pair.client.read()).error() == Errc::end_of_stream);
}

TEST_CASE("a TLS stream that moves octets below is not idle") {
  TlsFixture t;
  TlsPair pair = a_narrow_pair(t);
  pair.client.set_idle_limit(10s);
  pair.client.write(std::string(1024 * 1024, 'x'));
  t.run_until_idle();

  for (int i = 0; i < 5; ++i) {
    t.advance(9s);
    CHECK(t.get(pair.server.read_exactly(150'000)));
    CHECK(pair.client.open());
  }
}

TEST_CASE("an idle TLS stream whose peer does not take its octets is reset") {
  TlsFixture t;
  TlsPair pair = a_narrow_pair(t);
  pair.client.set_idle_limit(10s);
  pair.client.write(std::string(50'000, 'x'));

  t.advance(25s);

  CHECK_FALSE(pair.client.open());
  CHECK(t.get(pair.client.drain()).error() == Errc::timed_out);
  Recorder sink;
  pair.server.start(sink);
  t.run_until_idle();
  CHECK(sink.error.value() == std::errc::connection_reset);
}

TEST_CASE("a write that stalls kills a TLS stream, also if all of it was encrypted") {
  TlsFixture t;
  TlsPair pair = a_narrow_pair(t);
  pair.client.set_write_limit(30s);
  pair.client.write(std::string(20'000, 'x'));
  Recorder sink;
  pair.client.start(sink);
  t.advance(29s);
  CHECK(pair.client.open());

  t.advance(10s);

  CHECK(sink.error.value() == Errc::timed_out);
  CHECK_FALSE(pair.client.open());
}

TEST_CASE("a read below that fails ends the TLS stream with that error") {
  TlsFixture t;
  DuplexOptions below = steady();
  below.first.reads.resize(3);
  below.first.usual_read.error = std::errc::host_unreachable;
  auto [ours, theirs] = duplex(t.loop, std::move(below));
  Handshake done = shake_hands(t, {std::move(ours), std::move(theirs)}, a_client(), a_server());
  auto client = std::move(done.client).value();
  auto server = std::move(done.server).value();

  server.write("one");
  server.write("two");
  auto read = client.read_exactly(1000);
  t.run_until_idle();
  server.write("three");
  t.run_until_idle();
  server.write("four");

  CHECK(t.get(std::move(read)).error() == std::errc::host_unreachable);
}

// Cases 82 and 83.

TEST_CASE("a write below that fails is told once, and what is written later is refused") {
  TlsFixture t;
  DuplexOptions below = steady();
  below.first.writes.resize(2);  // the handshake
  below.first.usual_write.error = std::errc::broken_pipe;
  TlsPair pair = a_tls_pair(t, std::move(below));
  Recorder sink;
  pair.client.start(sink);

  pair.client.write("does not leave");
  t.run_until_idle();
  pair.client.write("too late");

  CHECK(sink.errors == 1);
  CHECK(sink.error.value() == std::errc::broken_pipe);
  CHECK(pair.client.statistic().bytes_refused == 8);
  CHECK(t.get(pair.client.shutdown()).error() == std::errc::broken_pipe);
}

TEST_CASE("an end below that fails is told once, to who waits for it") {
  TlsFixture t;  // fails for an error that nobody read
  DuplexOptions below = steady();
  below.first.writes.resize(2);  // the handshake
  below.first.usual_write.error = std::errc::broken_pipe;
  TlsPair pair = a_tls_pair(t, std::move(below));

  CHECK(t.get(pair.client.shutdown()).error() == std::errc::broken_pipe);

  t.run_until_idle();
  CHECK_FALSE(pair.client.open());
}

TEST_CASE("a second shutdown waits for the first, and a third finds it done") {
  TlsFixture t;
  TlsPair pair = a_tls_pair(t);

  auto first = pair.client.shutdown();
  t.loop.turn();
  auto second = pair.client.shutdown();
  pair.client.write("refused");

  CHECK(t.get(std::move(first)));
  CHECK(t.get(std::move(second)));
  CHECK(t.get(pair.client.shutdown()));
  CHECK(t.get(pair.server.read()).error() == Errc::end_of_stream);
  CHECK(pair.client.statistic().bytes_refused == 7);
}
