// SPDX-License-Identifier: MIT
//
// Six deaths of a TLS stream and of a handshake: before start, while waiting, inside its own
// callback, with its future kept, after its loop, closed twice. And of the stream below.
#include <eddy/core/task_group.hpp>

#include "tls_raw_peer.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

/// A TLS connection whose client lies on one end of a duplex that the test holds the other of.
struct Cut {
  TlsStream ours;
  Stream below;  // of the peer's side
};

/// A connection whose server is gone, with the stream below it open.
Cut a_cut_connection(Fixture& t) {
  auto [ours, middle] = duplex(t.loop, steady());
  auto [front, theirs] = duplex(t.loop, steady());
  auto connecting = tls_connect(std::move(ours), a_client(), "localhost");
  auto accepting = tls_accept(std::move(theirs), a_server());
  for (int i = 0; i < 2; ++i) {
    front.write(t.get(middle.read()).value());
    if (i == 0) middle.write(t.get(front.read()).value());
  }
  Cut cut{t.get(std::move(connecting)).value(), std::move(middle)};
  CHECK(t.get(std::move(accepting)));
  return cut;
}

}  // namespace

TEST_CASE("a TLS stream dies before it is used") {
  TlsFixture t;
  { const TlsPair pair = a_tls_pair(t); }

  t.run_until_idle();

  CHECK(t.loop.statistic().open_handles == 0);
}

TEST_CASE("a TLS stream dies while its futures wait, and they fail with Errc::closed") {
  TlsFixture t;
  TlsPair pair = a_tls_pair(t);
  auto read = pair.client.read();
  pair.client.write(std::string(1024 * 1024, 'x'));
  auto drained = pair.client.drain();
  auto ended = pair.client.shutdown();
  CHECK_FALSE(t.poll(read));

  pair.client = {};
  CHECK(read.ready());

  CHECK(t.get(std::move(read)).error() == Errc::closed);
  CHECK(t.get(std::move(drained)).error() == Errc::closed);
  CHECK(t.get(std::move(ended)).error() == Errc::closed);
}

TEST_CASE("a TLS stream that dies with octets unsent does not pretend that these were all") {
  TlsFixture t;
  TlsPair pair = a_tls_pair(t);
  pair.client.write(std::string(1024 * 1024, 'x'));
  t.run_until_idle();

  pair.client = {};
  Recorder sink;
  pair.server.start(sink);
  t.run_until_idle();

  CHECK(sink.ends == 0);
  CHECK(sink.error.value() == Errc::truncated);
}

TEST_CASE("a TLS stream dies inside on_bytes") {
  TlsFixture t;
  TlsPair pair = a_tls_pair(t);
  Recorder sink;
  sink.when_bytes = [&](ByteView) {
    pair.server = {};
  };
  pair.server.start(sink);

  pair.client.write(std::string(60'000, 'x'));
  t.run_until_idle();

  CHECK(sink.calls == 1);
  CHECK(sink.ends + sink.errors == 0);
}

TEST_CASE("a TLS stream dies inside on_end") {
  TlsFixture t;
  TlsPair pair = a_tls_pair(t);
  Recorder sink;
  sink.when_end = [&] {
    pair.server = {};
  };
  pair.server.start(sink);

  pair.client = {};
  t.run_until_idle();

  CHECK(sink.ends == 1);
}

TEST_CASE("a TLS stream dies inside on_error") {
  TlsFixture t;
  TlsPair pair = a_tls_pair(t);
  Recorder sink;
  sink.when_error = [&] {
    pair.server = {};
  };
  pair.server.start(sink);

  pair.client.reset();
  t.run_until_idle();

  CHECK(sink.errors == 1);
  CHECK(sink.error.value() == std::errc::connection_reset);
}

TEST_CASE("a TLS stream dies inside on_drained") {
  TlsFixture t;
  TlsPair pair = a_tls_pair(t);
  Recorder sink;
  sink.when_drained = [&] {
    pair.client = {};
  };
  pair.client.start(sink);
  pair.client.write(std::string(1024 * 1024, 'x'));

  const auto read = t.get(pair.server.read_exactly(900 * 1024));
  t.run_until_idle();

  CHECK(read);
  CHECK(sink.drained == 1);
}

TEST_CASE("a TLS stream dies in the continuation of its own read") {
  TlsFixture t;
  TlsPair pair = a_tls_pair(t);
  auto work = pair.server.read().then([&](const std::string& bytes) {
    pair.server = {};
    return bytes;
  });

  pair.client.write("hello");

  CHECK(t.get(std::move(work)).value() == "hello");
}

TEST_CASE("a TLS stream is closed twice, and once in its own callback") {
  TlsFixture t;
  TlsPair pair = a_tls_pair(t);
  Recorder sink;
  sink.when_bytes = [&](ByteView) {
    pair.server.close();
    pair.server.close();
    pair.server.write("late");
    CHECK_FALSE(pair.server.flush());
  };
  pair.server.start(sink);

  pair.client.write("hello");
  t.run_until_idle();

  CHECK(sink.calls == 1);
  CHECK_FALSE(pair.server.open());
  CHECK(t.get(pair.server.shutdown()).error() == Errc::closed);
}

TEST_CASE("TLS streams that are in the middle of everything outlive their loop") {
  auto clock = std::make_unique<ManualClock>();
  Loop::Options options;
  options.clock = clock.get();
  auto loop = std::make_unique<Loop>(std::move(options));
  auto [ours, theirs] = duplex(*loop);
  auto accepting = tls_accept(std::move(theirs), a_server());
  auto client = loop->run_until(tls_connect(std::move(ours), a_client(), "localhost")).value();
  auto server = loop->run_until(std::move(accepting)).value();
  Recorder sink;
  server.start(sink);
  auto read = client.read();
  client.write(std::string(1024 * 1024, 'x'));
  auto ended = client.shutdown();
  client.set_idle_limit(1s);
  loop->turn();

  loop.reset();

  CHECK_FALSE(read.ready());
  CHECK_FALSE(ended.ready());
  CHECK_FALSE(client.open());
  CHECK(client.alpn().empty());
  auto late = client.read();
  CHECK(detail::take_result(std::move(late)).error() == Errc::closed);
}

TEST_CASE("a handshake that is under way outlives its loop, and never settles") {
  auto loop = std::make_unique<Loop>();
  auto [ours, theirs] = duplex(*loop);
  auto accepting = tls_accept(std::move(theirs), a_server());
  loop->turn();

  loop.reset();

  CHECK_FALSE(accepting.ready());
  accepting = {};
}

TEST_CASE("a handshake that has failed dies while its peer is listened to") {
  TlsFixture t;
  auto [ours, theirs] = duplex(t.loop, steady());
  auto accepting = tls_accept(std::move(theirs), a_server());
  Recorder client;
  ours.start(client);
  ours.write(client_hello("", 0x0301));
  t.run_until_idle();
  CHECK_FALSE(accepting.ready());

  accepting = {};
  ours.write("too late");
  t.run_until_idle();

  CHECK(client.error.value() == std::errc::broken_pipe);
}

TEST_CASE("a handshake that has failed and listens outlives its loop, and never settles") {
  auto loop = std::make_unique<Loop>();
  auto [ours, theirs] = duplex(*loop);
  auto accepting = tls_accept(std::move(theirs), a_server());
  ours.write(client_hello("", 0x0301));
  run_until_idle(*loop);

  loop.reset();

  CHECK_FALSE(accepting.ready());
}

// The stream below.

TEST_CASE("a TLS stream dies with the stream below it, of the same error") {
  TlsFixture t;
  Cut cut = a_cut_connection(t);
  Recorder sink;
  cut.ours.start(sink);

  cut.below.reset();
  t.run_until_idle();

  CHECK(sink.error.value() == std::errc::connection_reset);
  CHECK_FALSE(cut.ours.open());
  CHECK(t.get(cut.ours.read()).error() == std::errc::connection_reset);
}

TEST_CASE("a write to a stream that is gone below fails once, and kills nobody") {
  TlsFixture t;
  Cut cut = a_cut_connection(t);
  Recorder sink;
  cut.ours.start(sink);
  cut.below = {};
  cut.ours.write("too late");
  t.run_until_idle();

  cut.ours.write("later still");
  t.run_until_idle();

  CHECK(sink.errors == 1);
  CHECK_FALSE(cut.ours.open());
}

// Case 131.

TEST_CASE("dropping a handshake closes the stream below at once") {
  TlsFixture t;
  auto [ours, theirs] = duplex(t.loop, steady());
  auto connecting = tls_connect(std::move(ours), a_client(), "localhost");
  CHECK_FALSE(t.poll(connecting));

  connecting = {};

  CHECK(t.get(theirs.read()));
  CHECK(t.get(theirs.read()).error() == Errc::end_of_stream);
}

TEST_CASE("a cancelled handshake fails once with canceled, and closes the stream below") {
  TlsFixture t;
  auto [ours, theirs] = duplex(t.loop, steady());
  TaskGroup group(t.loop);
  int settled = 0;
  Task task = group.spawn(
      "handshake",
      tls_connect(std::move(ours), a_client(), "localhost").then([](TlsStream) {}).finally([&] {
        ++settled;
      }));
  t.run_until_idle();

  task.cancel();
  t.run_until_idle();
  t.advance(20s);

  CHECK(settled == 1);
  CHECK(task.state() == TaskState::canceled);
  CHECK(t.get(theirs.read()));
  CHECK(t.get(theirs.read()).error() == Errc::end_of_stream);
}

TEST_CASE("a handshake dies in its own continuation, and with its stream kept") {
  TlsFixture t;
  auto [ours, theirs] = duplex(t.loop, steady());
  Future<void> chain;
  TlsStream kept;
  auto accepting = tls_accept(std::move(theirs), a_server());
  chain = tls_connect(std::move(ours), a_client(), "localhost").then([&](TlsStream stream) {
    kept = std::move(stream);
    chain = {};
  });

  t.run_until_idle();

  CHECK(kept.open());
  CHECK_FALSE(chain.valid());
  kept.write("still good");
  TlsStream server = t.get(std::move(accepting)).value();
  CHECK(t.get(server.read()).value() == "still good");
}

TEST_CASE("TLS over a stream that is closed fails") {
  TlsFixture t;
  auto [ours, theirs] = duplex(t.loop, steady());
  ours.close();
  theirs.close();

  CHECK(t.get(tls_connect(std::move(ours), a_client(), "localhost")).error() == Errc::closed);
  CHECK(t.get(tls_accept(std::move(theirs), a_server())).error() == Errc::closed);
}

TEST_CASE("a good client that writes at once is read from at once") {
  TlsFixture t;
  auto [ours, theirs] = duplex(t.loop, steady());
  auto accepting = tls_accept(std::move(theirs), a_server());
  auto connecting = tls_connect(std::move(ours), a_client(), "localhost").then([](TlsStream it) {
    it.write("as soon as I may");
    return it;
  });
  auto client = t.get(std::move(connecting)).value();
  t.run_until_idle();

  auto server = t.get(std::move(accepting)).value();

  CHECK(t.get(server.read()).value() == "as soon as I may");
}
