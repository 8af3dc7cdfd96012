// SPDX-License-Identifier: MIT
//
// Peers that do not shake hands as they should: what does not speak TLS, what speaks an old one,
// hellos that are too large or make no sense, and those who stop in the middle.
#include <eddy/core/deadline.hpp>

#include <openssl/err.h>

#include "tls_raw_peer.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

namespace {

/// What a server says to a client that begins with `octets`: the alert, and its own error.
struct Answer {
  int alert = -1;
  Error error = Errc::invalid;
  bool closed = false;
};
Answer answer_to(Fixture& t, std::string_view octets) {
  auto [ours, theirs] = duplex(t.loop, steady());
  auto accepting = tls_accept(std::move(theirs), a_server());
  Recorder client;
  ours.start(client);
  ours.write(octets);
  t.run_until_idle();
  const bool closed = client.ends == 1;
  ours.close();  // or it would be listened to for a while
  return {alert_in(client.bytes), t.get(std::move(accepting)).error(), closed};
}

/// A client of the past that was refused, and that stays.
struct Refused {
  explicit Refused(Fixture& t, TlsLimits limits = {}, Duration hesitation = {}) {
    TlsServerOptions options = server_options();
    options.limits = limits;
    auto [ours, theirs] = duplex(t.loop, steady());
    accepting = tls_accept(std::move(theirs), a_server(std::move(options)));
    client = std::move(ours);
    client.start(heard);
    t.advance(hesitation);
    client.write(client_hello("", 0x0301));
    t.run_until_idle();
  }

  Recorder heard;
  Stream client;
  Future<TlsStream> accepting;
};

}  // namespace

// Case 115.

TEST_CASE("what is not TLS is refused at once with an alert, and the connection is closed") {
  TlsFixture t;

  const Answer http = answer_to(t, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const Answer garbage = answer_to(t, std::string(100, '\xff'));
  const Answer zeros = answer_to(t, std::string(100, '\0'));

  CHECK(http.closed);
  CHECK(http.alert == SSL_AD_UNEXPECTED_MESSAGE);
  CHECK(http.error.code().category() == tls_category());
  CHECK(http.error.message().substr(0, 12) == "tls accept: ");
  CHECK(garbage.closed);
  CHECK(garbage.alert == SSL_AD_UNEXPECTED_MESSAGE);
  CHECK(zeros.closed);
  CHECK(zeros.alert == SSL_AD_UNEXPECTED_MESSAGE);
}

TEST_CASE("an alert is not answered") {
  TlsFixture t;
  auto [ours, theirs] = duplex(t.loop, steady());
  auto connecting = tls_connect(std::move(ours), a_client(), "localhost");
  Recorder server;
  theirs.start(server);
  t.run_until_idle();
  const std::string hello = server.bytes;

  theirs.write("\x15\x03\x03\x00\x02\x02\x28"sv);  // handshake_failure

  REQUIRE(t.poll(connecting));
  CHECK(t.get(std::move(connecting)).error() == TlsAlert::handshake_failure);
  CHECK(server.bytes == hello);
  CHECK(server.ends == 1);
}

TEST_CASE("a hello in records of one octet is a hello") {
  TlsFixture t;
  RawPair pair = a_raw_client(t);
  SSL_do_handshake(pair.raw->ssl());
  const std::string hello = pair.raw->take_output();

  pair.raw->stream().write(in_records(out_of_record(hello), 1));
  pair.raw->exchange();

  CHECK(pair.raw->shake_hands());
  CHECK(t.get(std::move(pair.ours)));
}

TEST_CASE("a hello that never ends ends with the time for a handshake") {
  TlsFixture t;
  auto [ours, theirs] = duplex(t.loop, steady());
  auto accepting = tls_accept(std::move(theirs), a_server());
  ours.write(client_hello("").substr(0, 50));
  t.advance(9s);
  CHECK_FALSE(t.poll(accepting));

  t.advance(1s);

  const Error error = t.get(std::move(accepting)).error();
  CHECK(error == Errc::timed_out);
  CHECK(error.message() == "tls accept: handshake: timed out");
  CHECK(t.get(ours.read()).error() == Errc::end_of_stream);
}

TEST_CASE("a client waits for a silent server as long as it was told") {
  TlsFixture t;
  TlsClientOptions options = client_options();
  options.limits.handshake = 3s;
  auto [ours, theirs] = duplex(t.loop, steady());
  auto connecting = tls_connect(std::move(ours), a_client(std::move(options)), "localhost");
  t.advance(2s);
  CHECK_FALSE(t.poll(connecting));

  t.advance(1s);

  const Error error = t.get(std::move(connecting)).error();
  CHECK(error == Errc::timed_out);
  CHECK(error == retryable);
  CHECK(error.context() == "tls connect localhost: handshake");
}

TEST_CASE("a handshake never takes longer than the deadline around it allows") {
  TlsFixture t;
  const auto ready_in_time = [&t](Duration limit) {
    TlsServerOptions options = server_options();
    options.limits.handshake = limit;
    auto [ours, theirs] = duplex(t.loop, steady());
    Future<TlsStream> accepting;
    auto begun = with_deadline(2s, [&, below = &theirs] {
      accepting = tls_accept(std::move(*below), a_server(std::move(options)));
      return ready_future();
    });
    CHECK(t.get(std::move(begun)));
    t.advance(1999ms);
    CHECK_FALSE(t.poll(accepting));
    t.advance(1ms);
    return t.poll(accepting) && t.get(std::move(accepting)).error() == Errc::timed_out;
  };

  CHECK(ready_in_time(50s));
  CHECK(ready_in_time(Duration::zero()));
}

TEST_CASE("a handshake that the peer ends is no handshake") {
  TlsFixture t;
  auto [ours, theirs] = duplex(t.loop, steady());
  auto [ours_too, theirs_too] = duplex(t.loop, steady());
  auto accepting = tls_accept(std::move(theirs), a_server());
  auto resetting = tls_accept(std::move(theirs_too), a_server());
  CHECK_FALSE(t.poll(accepting));

  ours.close();
  ours_too.reset();

  CHECK(t.get(std::move(accepting)).error() == Errc::end_of_stream);
  CHECK(t.get(std::move(resetting)).error() == std::errc::connection_reset);
}

TEST_CASE("who is refused hears why, though he has sent more than was read") {
  TlsFixture t;
  TcpPair pair = a_tcp_pair(t);
  auto accepting = tls_accept(std::move(pair.theirs), a_server());

  pair.ours.write(client_hello("", 0x0301) + std::string(200'000, 'x'));

  CHECK(alert_in(t.get(pair.ours.read()).value()) == SSL_AD_PROTOCOL_VERSION);
  CHECK(t.get(pair.ours.read()).error() == Errc::end_of_stream);  // and not a reset
  CHECK_FALSE(t.poll(accepting));
  pair.ours.close();
  CHECK(t.get(std::move(accepting)).error().code().category() == tls_category());
}

TEST_CASE("who was refused and stays is closed two seconds later") {
  TlsFixture t;
  Refused refused(t);
  CHECK(alert_in(refused.heard.bytes) == SSL_AD_PROTOCOL_VERSION);
  CHECK(refused.heard.ends == 1);
  refused.client.write("a word more");
  t.advance(1900ms);
  CHECK_FALSE(t.poll(refused.accepting));

  t.advance(100ms);

  const Error error = t.get(std::move(refused.accepting)).error();
  CHECK(error.code().category() == tls_category());
  CHECK(error.context().substr(0, 10) == "tls accept");
}

TEST_CASE("who was refused and stays gains no time beyond that for a handshake") {
  TlsFixture t;
  Refused refused(t, {.handshake = 5s}, 4s);
  CHECK_FALSE(t.poll(refused.accepting));

  t.advance(1s);

  CHECK(t.get(std::move(refused.accepting)).error().code().category() == tls_category());
}

TEST_CASE("who was refused and sends on is closed when it is too much") {
  TlsFixture t;
  Refused refused(t);
  refused.client.write(std::string(256 * 1024, 'x'));
  CHECK_FALSE(t.poll(refused.accepting));

  refused.client.write("x");

  REQUIRE(t.poll(refused.accepting));
  CHECK(t.get(std::move(refused.accepting)).error().code().category() == tls_category());
}

TEST_CASE("nobody waits for who was refused if that was not wanted") {
  TlsFixture t;

  Refused refused(t, {.linger = Duration::zero()});

  REQUIRE(t.poll(refused.accepting));
  CHECK_FALSE(t.get(std::move(refused.accepting)));
}

// Case 116.

TEST_CASE("a hello of a usual size is answered, one of 16 KiB or more gets an alert") {
  TlsFixture t;
  const auto padded = [](std::size_t size) {
    return client_hello(extension(21, std::string(size, '\0')));
  };
  auto [ours, theirs] = duplex(t.loop, steady());
  auto accepting = tls_accept(std::move(theirs), a_server());
  ours.write(padded(2000));
  CHECK(t.get(ours.read()).value().front() == 22);

  CHECK(answer_to(t, padded(16 * 1024)).alert == SSL_AD_ILLEGAL_PARAMETER);
  CHECK(answer_to(t, padded(65'000)).alert == SSL_AD_ILLEGAL_PARAMETER);
}

TEST_CASE("a message that says it is larger than any hello is refused by its head") {
  TlsFixture t;
  const std::string head = "\x01" + std::string("\x20\x00\x00", 3);  // 2 MiB

  const Answer answer = answer_to(t, in_records(head + std::string(1000, 'x'), 16 * 1024));

  CHECK(answer.alert == SSL_AD_ILLEGAL_PARAMETER);
  CHECK(answer.closed);
}

TEST_CASE("a hello of 128 KiB is refused, in whatever records it comes") {
  TlsFixture t;
  const std::string message = "\x01" + sized(3, std::string(128 * 1024, 'x'));

  CHECK(answer_to(t, in_records(message, 16 * 1024)).closed);
  CHECK(answer_to(t, in_records(message, 1000)).closed);
}

TEST_CASE("names of hosts that make no sense get an alert") {
  TlsFixture t;
  const auto naming = [](const std::string& body) {
    return client_hello(extension(0, body));
  };
  std::string hundred;
  for (int i = 0; i < 100; ++i)
    hundred += '\0' + sized(2, "a.example");

  CHECK(answer_to(t, naming(sized(2, hundred))).alert == SSL_AD_DECODE_ERROR);
  CHECK(answer_to(t, naming(server_names({""}))).alert == SSL_AD_DECODE_ERROR);
  CHECK(answer_to(t, naming(server_names({"a\0b.example"sv}))).alert > 0);
  CHECK(answer_to(t, naming(server_names({std::string(300, 'a')}))).alert > 0);
  CHECK(answer_to(t, naming("")).alert == SSL_AD_DECODE_ERROR);
}

// Case 117.

TEST_CASE("SSL 3, TLS 1.0 and TLS 1.1 are refused") {
  TlsFixture t;

  CHECK(answer_to(t, client_hello("", 0x0300)).alert == SSL_AD_HANDSHAKE_FAILURE);
  CHECK(answer_to(t, client_hello("", 0x0301)).alert == SSL_AD_PROTOCOL_VERSION);
  CHECK(answer_to(t, client_hello("", 0x0302)).alert == SSL_AD_PROTOCOL_VERSION);
}

TEST_CASE("a client that knows none of our two curves is refused") {
  TlsFixture t;
  RawPair pair = a_raw_client(t);
  REQUIRE(SSL_set1_groups_list(pair.raw->ssl(), "P-521:P-384") == 1);

  CHECK_FALSE(pair.raw->shake_hands());
  pair.raw->stream().close();
  CHECK_FALSE(t.get(std::move(pair.ours)));
}

TEST_CASE("a client that knows ciphers without an ephemeral key alone is refused") {
  TlsFixture t;
  RawPair pair = a_raw_client(t);
  SSL_set_max_proto_version(pair.raw->ssl(), TLS1_2_VERSION);
  REQUIRE(SSL_set_cipher_list(pair.raw->ssl(), "AES128-GCM-SHA256:ECDHE-ECDSA-AES128-SHA256") == 1);

  CHECK_FALSE(pair.raw->shake_hands());
  CHECK_FALSE(t.get(std::move(pair.ours)));
}

// Case 126.

TEST_CASE("who stops after his hello holds up nobody, and is closed when the time has come") {
  TlsFixture t;
  const TlsServerContext server = a_server();
  std::vector<Stream> stalled;
  std::vector<Future<TlsStream>> accepting;
  for (int i = 0; i < 1000; ++i) {
    auto [ours, theirs] = duplex(t.loop, steady());
    accepting.push_back(tls_accept(std::move(theirs), server));
    ours.write(client_hello(""));
    stalled.push_back(std::move(ours));
  }

  TlsPair good = a_tls_pair(t, a_client(), server);
  CHECK_FALSE(t.poll(accepting.front()));
  t.advance(10s);

  good.client.write("served");
  CHECK(t.get(good.server.read()).value() == "served");
  for (Future<TlsStream>& one : accepting)
    CHECK(t.get(std::move(one)).error() == Errc::timed_out);
}

// Case 127.

TEST_CASE("a ticket that is garbage leads to a full handshake") {
  TlsFixture t;
  RawPair pair = a_raw_client(t);
  std::string garbage(200, 'g');
  SSL_set_max_proto_version(pair.raw->ssl(), TLS1_2_VERSION);
  SSL_set_session_ticket_ext(pair.raw->ssl(), garbage.data(), static_cast<int>(garbage.size()));

  CHECK(pair.raw->shake_hands());

  CHECK_FALSE(t.get(std::move(pair.ours)).value().resumed());
}

// Case 129.

TEST_CASE("early data is not taken, and the handshake goes on without it") {
  TlsFixture t;
  const TlsServerContext server = a_server();
  RawPair first = a_raw_client(t, server);
  REQUIRE(first.raw->shake_hands());
  auto former = t.get(std::move(first.ours)).value();
  CHECK(first.raw->read().empty());  // the tickets
  RawPair pair = a_raw_client(t, server);
  SSL_SESSION* session = SSL_get1_session(first.raw->ssl());
  CHECK(SSL_SESSION_get_max_early_data(session) == 0);
  SSL_SESSION_set_max_early_data(session, 1000);
  SSL_set_session(pair.raw->ssl(), session);
  SSL_SESSION_free(session);
  std::size_t written = 0;
  CHECK(SSL_write_early_data(pair.raw->ssl(), "early", 5, &written) == 1);

  CHECK(pair.raw->shake_hands());
  auto stream = t.get(std::move(pair.ours)).value();
  pair.raw->write("late");

  CHECK(SSL_get_early_data_status(pair.raw->ssl()) == SSL_EARLY_DATA_REJECTED);
  CHECK(t.get(stream.read()).value() == "late");
}

// Case 130.

TEST_CASE("what another connection left in OpenSSL's error queue harms nobody") {
  TlsFixture t;
  const auto leave_error = [] {
    ERR_raise(ERR_LIB_SSL, SSL_R_BAD_LENGTH);
  };

  leave_error();
  TlsPair pair = a_tls_pair(t);
  leave_error();
  pair.client.write("fine");
  CHECK(t.get(pair.server.read()).value() == "fine");
  leave_error();
  auto ended = pair.client.shutdown();
  CHECK(t.get(pair.server.read()).error() == Errc::end_of_stream);
  CHECK(t.get(std::move(ended)));

  leave_error();
  CHECK(answer_to(t, "garbage").error.message().find("bad length") == std::string::npos);
}

TEST_CASE("what is left in OpenSSL's error queue is no failure of who waits for octets") {
  TlsFixture t;
  const auto leave_error = [] {
    ERR_raise(ERR_LIB_SSL, SSL_R_BAD_LENGTH);
  };
  auto [ours, theirs] = duplex(t.loop, steady());
  auto accepting = tls_accept(std::move(theirs), a_server());
  auto connecting = tls_connect(std::move(ours), a_client(), "localhost");

  leave_error();  // both have been set up
  auto client = t.get(std::move(connecting)).value();
  auto server = t.get(std::move(accepting)).value();
  auto read = server.read();
  client.write("fine");
  CHECK(client.flush());
  leave_error();  // all is encrypted, nothing decrypted

  CHECK(t.get(std::move(read)).value() == "fine");
  CHECK(server.open());
}

TEST_CASE("a peer that sends more than any handshake has is refused") {
  TlsFixture t;
  TlsServerOptions options = server_options();
  options.limits.max_handshake = 300;
  auto [ours, theirs] = duplex(t.loop, steady());
  auto accepting = tls_accept(std::move(theirs), a_server(std::move(options)));

  ours.write(client_hello(extension(21, std::string(400, '\0'))));

  CHECK(alert_in(t.get(ours.read()).value()) > 0);
  ours.close();
  CHECK(t.get(std::move(accepting)).error() == Errc::too_large);
}
