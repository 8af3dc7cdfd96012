// SPDX-License-Identifier: MIT
//
// A TLS stream behaves as every stream: data, order, ends, limits.
#include "tls_kit.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

DuplexOptions octet_by_octet() {
  DuplexOptions options;
  for (DuplexScript* script : {&options.first, &options.second}) {
    script->usual_read.at_most = 1;
    script->usual_write.at_most = 1;
  }
  return options;
}

}  // namespace

TEST_CASE("what one side of a TLS connection writes the other reads") {
  TlsFixture t;
  TlsPair pair = a_tls_pair(t);

  pair.client.write("hello");
  CHECK(t.get(pair.server.read()).value() == "hello");
  pair.server.write("hello yourself");

  CHECK(t.get(pair.client.read()).value() == "hello yourself");
  CHECK(pair.client.version() == TlsVersion::tls1_3);
  CHECK(pair.client.statistic().bytes_out == 5);
  CHECK(pair.client.statistic().bytes_in == 14);
}

TEST_CASE("nothing of what is written to a TLS stream is seen below it") {
  TlsFixture t;
  auto [ours, middle] = duplex(t.loop, steady());
  auto connecting = tls_connect(std::move(ours), a_client(), "localhost");

  const std::string hello = t.get(middle.read()).value();

  CHECK(hello.substr(0, 2) == "\x16\x03");
  CHECK_FALSE(t.poll(connecting));
}

TEST_CASE("TLS works when each read and each write below moves one octet") {
  TlsFixture t;
  TlsPair pair = a_tls_pair(t, octet_by_octet());

  pair.client.write("one octet at a time");
  auto ended = pair.client.shutdown();

  CHECK(t.get(pair.server.read_exactly(19)).value() == "one octet at a time");
  CHECK(t.get(std::move(ended)));
  CHECK(t.get(pair.server.read()).error() == Errc::end_of_stream);
}

TEST_CASE("shutdown sends close_notify and leaves the other way open") {
  TlsFixture t;
  TlsPair pair = a_tls_pair(t);

  auto ended = pair.client.shutdown();
  CHECK_FALSE(ended.ready());
  CHECK(t.get(std::move(ended)));
  CHECK(t.get(pair.server.read()).error() == Errc::end_of_stream);
  pair.server.write("the answer");
  auto ended_too = pair.server.shutdown();

  CHECK(t.get(pair.client.read()).value() == "the answer");
  CHECK(t.get(pair.client.read()).error() == Errc::end_of_stream);
  CHECK(t.get(std::move(ended_too)));
}

TEST_CASE("an end of the stream below without close_notify is no end of stream but truncated") {
  TlsFixture t;
  auto [ours, theirs] = duplex(t.loop, steady());
  auto [front, back] = duplex(t.loop, steady());
  auto connecting = tls_connect(std::move(ours), a_client(), "localhost");
  auto accepting = tls_accept(std::move(back), a_server());
  auto pump = [&t](Stream& from, Stream& to) {
    to.write(t.get(from.read()).value());
  };
  pump(theirs, front);
  pump(front, theirs);
  pump(theirs, front);
  auto client = t.get(std::move(connecting)).value();
  auto server = t.get(std::move(accepting)).value();
  client.write("half of it");
  pump(theirs, front);

  auto cut = front.shutdown();

  CHECK(t.get(server.read_exactly(10)).value() == "half of it");
  CHECK(t.get(server.read()).error() == Errc::truncated);
  CHECK(server.open());
  CHECK(t.get(std::move(cut)));
}

TEST_CASE("a stream that is closed with everything sent has not cut the conversation") {
  TlsFixture t;
  TlsPair pair = a_tls_pair(t);
  pair.client.write("all of it");

  pair.client.close();

  CHECK(t.get(pair.server.read()).value() == "all of it");
  CHECK(t.get(pair.server.read()).error() == Errc::end_of_stream);
}

TEST_CASE("what is larger than the water marks arrives whole and in order") {
  TlsFixture t;
  TlsPair pair = a_tls_pair(t);
  std::string sent(3 * 1024 * 1024, '\0');
  for (std::size_t i = 0; i < sent.size(); ++i)
    sent[i] = static_cast<char>(i * 2654435761U >> 24U);

  pair.client.write(sent);
  CHECK(pair.client.congested());
  auto drained = pair.client.drain();
  CHECK_FALSE(t.poll(drained));
  const std::string got = t.get(pair.server.read_exactly(sent.size())).value();

  CHECK(got == sent);
  CHECK(t.get(std::move(drained)));
  CHECK(pair.client.queued() == 0);
}
