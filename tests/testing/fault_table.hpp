// SPDX-License-Identifier: MIT
//
// What every stream owes when the network does harm: one test template for each fault.
//
// A subject says how the two ends are made, see ThroughTcp in fault_subjects.hpp:
//
//     struct Subject {
//       explicit Subject(Fixture& t, const TcpProxy::Options& options = {});
//       Future<Stream> try_connect();    // through the proxy, up to a usable stream
//       Stream accept();                 // runs until the server has its end of that
//       void stop_target();              // nobody listens behind the proxy any more
//       TcpProxy proxy;
//       static bool torn(const Error&);  // how an end without farewell shows: a truncation, or
//                                        // merely an end where the protocol cannot tell
//       static constexpr bool notices_corruption;
//     };
//
// Run the table by TEST_CASE_TEMPLATE_INVOKE(the fault, Subject) for each of them.
#pragma once

#include <memory>
#include <string>
#include <tuple>

#include "testing/proxied.hpp"

namespace eddy::testing::faults {

using namespace std::chrono_literals;

/// Two ends that have exchanged a word, so that all handshakes are over.
template <class Subject>
struct Connected {
  explicit Connected(Fixture& t, const TcpProxy::Options& options = {})
      : fixture(t), subject(t, options) {
    Future<Stream> connecting = subject.try_connect();
    server = subject.accept();
    client = t.get(std::move(connecting)).value();
    client.write("hello");
    CHECK(t.get(server.read_exactly(5)).value() == "hello");
    server.write("welcome");
    CHECK(t.get(client.read_exactly(7)).value() == "welcome");
  }

  TcpProxy& proxy() { return subject.proxy; }
  Error failure(Stream& end) { return fixture.get(end.read()).error(); }

  Fixture& fixture;
  Subject subject;
  Stream client;
  Stream server;
};

/// Cases 76, 82 and 83: who waits is told, who writes later is refused, and nothing dies of
/// SIGPIPE.
TEST_CASE_TEMPLATE_DEFINE("a reset by the network reaches every wait once, and later ones too",
                          Subject,
                          network_reset) {
  IoFixture t;
  Connected<Subject> ends(t);
  Recorder sink;
  ends.server.start(sink);
  auto read = ends.client.read();
  CHECK_FALSE(t.poll(read));

  ends.proxy().reset();

  CHECK(t.get(std::move(read)).error() == peer_gone);
  run_until(t, [&] { return sink.errors > 0; });
  CHECK(*sink.error == peer_gone);
  CHECK(sink.ends == 0);
  ends.client.write("into the void");
  CHECK(ends.client.statistic().bytes_refused == 13);
  CHECK(t.get(ends.client.drain()).error() == peer_gone);
  CHECK(t.get(ends.client.shutdown()).error() == peer_gone);
  CHECK_FALSE(ends.client.open());
  t.run_until_idle();
  CHECK(sink.errors == 1);
}

/// Case 82: the reset is met by a write and not by a read.
TEST_CASE_TEMPLATE_DEFINE("who only writes is told of a reset once", Subject, reset_of_a_writer) {
  IoFixture t;
  Connected<Subject> ends(t);
  Recorder sink;
  sink.when_error = [&] {
    ends.client.write("more");
  };
  ends.client.start(sink);
  ends.client.pause();

  ends.proxy().reset();
  run_until(t, [&] {
    ends.client.write("more");
    return sink.errors > 0;
  });
  t.run_until_idle();

  CHECK(sink.errors == 1);
  CHECK(*sink.error == peer_gone);
  CHECK(sink.calls == 0);
}

/// Case 83: the stream is destroyed where it learns of its end.
TEST_CASE_TEMPLATE_DEFINE("a stream may be destroyed by who is told of a reset",
                          Subject,
                          destroyed_in_reset) {
  IoFixture t;
  Connected<Subject> ends(t);
  Recorder sink;
  sink.when_error = [&] {
    ends.client = {};
  };
  ends.client.start(sink);

  ends.proxy().reset();
  run_until(t, [&] { return sink.errors > 0; });
  t.run_until_idle();

  CHECK(sink.errors == 1);
  CHECK_FALSE(ends.client.open());
}

/// Case 78: a message that is cut is no message. What had come before the cut is not lost.
TEST_CASE_TEMPLATE_DEFINE("a message that is cut by an end is not taken for a whole one",
                          Subject,
                          cut_by_end) {
  IoFixture t;
  Connected<Subject> ends(t);
  ends.proxy().cut_after(700, Cut::end, ProxyDirection::client_to_server);
  const std::string message(1000, 'x');
  ends.client.write(message);

  CHECK(Subject::torn(t.get(ends.server.read_exactly(message.size())).error()));

  const std::string rest = t.get(ends.server.read()).value_or("");
  CHECK(rest.size() < message.size());
  CHECK(message.substr(0, rest.size()) == rest);
  CHECK(ends.proxy().statistic().cut.value() == 1);
}

/// Case 76: likewise, by a reset.
TEST_CASE_TEMPLATE_DEFINE("a message that is cut by a reset fails its reader",
                          Subject,
                          cut_by_reset) {
  IoFixture t;
  Connected<Subject> ends(t);
  ends.proxy().cut_after(700, Cut::reset, ProxyDirection::server_to_client);
  auto whole = ends.client.read_exactly(1000);
  ends.server.write(std::string(1000, 'x'));

  CHECK(t.get(std::move(whole)).error() == peer_gone);
  CHECK(ends.failure(ends.server) == peer_gone);
}

/// Case 77.
TEST_CASE_TEMPLATE_DEFINE("after a half-close the answer is still delivered", Subject, half_close) {
  IoFixture t;
  Connected<Subject> ends(t);
  ends.client.write("all I have to say");

  CHECK(t.get(ends.client.shutdown()).has_value());
  CHECK(t.get(ends.server.read_exactly(17)).value() == "all I have to say");
  CHECK(ends.failure(ends.server) == Errc::end_of_stream);
  ends.server.write("answer");
  CHECK(t.get(ends.client.read_exactly(6)).value() == "answer");
}

/// Cases 64 and 65: what waits is bounded by who writes, and the time by the write limit.
TEST_CASE_TEMPLATE_DEFINE("who writes to a network that takes nothing is told by the write limit",
                          Subject,
                          stalled_writer) {
  IoFixture t;
  Connected<Subject> ends(t, {.max_held = 1000});
  ends.client.set_write_limit(10s);
  ends.proxy().stall(ProxyDirection::client_to_server);
  ends.client.write(std::string(12'000'000, 'x'));  // NOLINT: large on purpose
  auto drained = ends.client.drain();

  CHECK_FALSE(t.poll(drained));
  t.advance(9s);
  CHECK_FALSE(t.poll(drained));
  t.advance(4s);

  CHECK(t.get(std::move(drained)).error() == Errc::timed_out);
}

/// Cases 62 and 66: a peer that is silent, and one that the network has made so, look the same.
TEST_CASE_TEMPLATE_DEFINE("who waits in a partition is told by the idle limit",
                          Subject,
                          idle_in_a_partition) {
  IoFixture t;
  Connected<Subject> ends(t);
  ends.server.set_idle_limit(10s);
  ends.proxy().partition(true);
  ends.client.write("does not arrive");
  auto read = ends.server.read();

  t.advance(9s);
  CHECK_FALSE(t.poll(read));
  t.advance(2s);

  CHECK(t.get(std::move(read)).error() == Errc::timed_out);
}

TEST_CASE_TEMPLATE_DEFINE("a partition that ends in time loses nothing",
                          Subject,
                          partition_that_ends) {
  IoFixture t;
  Connected<Subject> ends(t);
  ends.proxy().partition(true);
  ends.proxy().at(5s, [&] { ends.proxy().partition(false); });
  ends.client.write("question");
  ends.server.write("answer");
  auto question = ends.server.read_exactly(8);
  auto answer = ends.client.read_exactly(6);

  t.advance(4s);
  CHECK_FALSE(t.poll(question));
  CHECK_FALSE(t.poll(answer));
  t.advance(1s);

  CHECK(t.get(std::move(question)).value() == "question");
  CHECK(t.get(std::move(answer)).value() == "answer");
}

/// Case 84, by the network: every octet comes alone.
TEST_CASE_TEMPLATE_DEFINE("a message that comes octet by octet is whole", Subject, octet_by_octet) {
  IoFixture t;
  Connected<Subject> ends(t);
  ends.proxy().bandwidth(1);
  const Counter& received = ends.proxy().statistic().client_to_server.received;
  const std::uint64_t before = received.value();
  ends.client.write("one by one");
  auto whole = ends.server.read_exactly(10);

  run_until(t, [&] { return received.value() > before; });
  t.advance(5s);
  CHECK_FALSE(t.poll(whole));
  t.advance(100s);

  CHECK(t.get(std::move(whole)).value() == "one by one");
}

TEST_CASE_TEMPLATE_DEFINE("delays of any length change neither order nor content",
                          Subject,
                          jitter) {
  IoFixture t;
  Connected<Subject> ends(t);
  ends.proxy().latency(Latency::normal(50ms, 40ms));
  std::string sent;
  for (int part = 0; part < 100; ++part) {
    sent += "part " + std::to_string(part) + "\n";
    ends.client.write("part " + std::to_string(part) + "\n");
    t.advance(1ms);
  }
  auto whole = ends.server.read_exactly(sent.size());

  t.advance(1s);
  ends.proxy().latency({});  // for what the kernel was late with

  CHECK(t.get(std::move(whole)).value() == sent);
}

TEST_CASE_TEMPLATE_DEFINE("corrupted octets never pass where the protocol checks, nor crash",
                          Subject,
                          corruption) {
  IoFixture t;
  Connected<Subject> ends(t);
  ends.proxy().corrupt(0.02, ProxyDirection::client_to_server);
  const std::string sent(10'000, 'x');
  ends.client.write(sent);

  const Result<std::string> got = t.get(ends.server.read_exactly(sent.size()));

  CHECK(got.has_value() != Subject::notices_corruption);
  CHECK(ends.proxy().statistic().client_to_server.corrupted.value() > 0);
  CHECK((!got || *got != sent));
}

/// Nobody listens, as far as the client can tell.
TEST_CASE_TEMPLATE_DEFINE("a refused connection is an error that may be retried",
                          Subject,
                          refused_connection) {
  IoFixture t;
  Subject subject(t);
  subject.proxy.refuse(Refusal::closed);

  const auto refused = t.get(subject.try_connect());

  CHECK(refused.error() == std::errc::connection_refused);
  CHECK(refused.error() == retryable);
}

/// A load balancer whose servers are all gone: connect() succeeds, and then nothing does.
TEST_CASE_TEMPLATE_DEFINE("a connection whose server is gone fails as one that was reset",
                          Subject,
                          unreachable_target) {
  IoFixture t;
  Subject subject(t);
  subject.stop_target();

  auto first_word = subject.try_connect().then([](Stream made) {
    auto stream = std::make_unique<Stream>(std::move(made));
    Future<std::string> read = stream->read();
    return std::move(read).attach(std::move(stream));
  });

  CHECK(t.get(std::move(first_word)).error() == peer_gone);
}

TEST_CASE_TEMPLATE_DEFINE("who no longer waits hears nothing of a fault", Subject, dropped_wait) {
  IoFixture t;
  Connected<Subject> ends(t);
  bool ran = false;
  auto read = ends.client.read().complete([&ran](Result<std::string>&&) { ran = true; });
  CHECK_FALSE(t.poll(read));

  read = {};
  ends.proxy().reset();
  t.run_until_idle();

  CHECK_FALSE(ran);
  CHECK(ends.failure(ends.client) == peer_gone);
}

TEST_CASE_TEMPLATE_DEFINE("a stream may go while the network holds what it sent",
                          Subject,
                          gone_in_a_partition) {
  IoFixture t;
  Connected<Subject> ends(t);
  ends.proxy().partition(true);
  ends.client.write("last words");

  ends.client.close();
  t.run_until_idle();
  ends.proxy().partition(false);

  CHECK(t.get(ends.server.read_exactly(10)).value() == "last words");
}

}  // namespace eddy::testing::faults
