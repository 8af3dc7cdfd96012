// SPDX-License-Identifier: MIT
//
// Peers that misbehave when the handshake is done, and certificates that cost too much.
#include <openssl/err.h>

#include "tls_raw_peer.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

/// A raw client whose handshake is done, and our side of it.
struct RawConnection {
  TlsStream ours;
  std::unique_ptr<RawPeer> raw;
};
RawConnection connected(Fixture& t, RawPair pair) {
  REQUIRE(pair.raw->shake_hands());
  return {t.get(std::move(pair.ours)).value(), std::move(pair.raw)};
}

void update_keys(RawPeer& peer) {
  REQUIRE(SSL_key_update(peer.ssl(), SSL_KEY_UPDATE_REQUESTED) == 1);
  REQUIRE(SSL_do_handshake(peer.ssl()) == 1);
}

TlsServerContext a_server_with(const Certified& certified) {
  TlsServerOptions options;
  options.certificates.push_back(certified.pair());
  return a_server(std::move(options));
}

/// A certificate below so many authorities.
Certified issued_at_depth(int depth) {
  std::vector<std::unique_ptr<Authority>> line;
  const Authority* issuer = &the_authority();
  std::string chain;
  for (int i = 0; i < depth; ++i) {
    line.push_back(std::make_unique<Authority>(*issuer, CertificateSpec{.name = "between"}));
    issuer = line.back().get();
    chain.insert(0, issuer->pem());
  }
  Certified certified = issuer->issue();
  certified.certificate += chain;
  return certified;
}

}  // namespace

// Case 118.

TEST_CASE("a client that wants to negotiate anew is refused, and may go on as before") {
  TlsFixture t;
  RawPair pair = a_raw_client(t);
  SSL_set_max_proto_version(pair.raw->ssl(), TLS1_2_VERSION);
  RawConnection connection = connected(t, std::move(pair));
  auto read = connection.ours.read();
  REQUIRE(SSL_renegotiate(connection.raw->ssl()) == 1);

  SSL_do_handshake(connection.raw->ssl());
  connection.raw->exchange();
  const int outcome = SSL_do_handshake(connection.raw->ssl());

  CHECK(outcome < 1);
  CHECK(ERR_GET_REASON(ERR_get_error()) == SSL_R_NO_RENEGOTIATION);
  ERR_clear_error();
  CHECK_FALSE(t.poll(read));
  CHECK(connection.ours.open());
}

TEST_CASE("a client that says hello again and again is answered some times, and then closed") {
  TlsFixture t;
  RawPair pair = a_raw_client(t);
  SSL_set_max_proto_version(pair.raw->ssl(), TLS1_2_VERSION);
  SSL_set_cipher_list(pair.raw->ssl(), "ECDHE-ECDSA-AES128-GCM-SHA256");
  RawConnection connection = connected(t, std::move(pair));
  SealedRecords records(connection.raw->ssl());
  const std::string hello = client_hello("");
  const auto ask = [&](int times) {
    for (int i = 0; i < times; ++i)
      connection.raw->stream().write(records.handshake(out_of_record(hello)));
  };
  auto read = connection.ours.read();

  ask(32);
  CHECK_FALSE(t.poll(read));
  ask(1000);

  REQUIRE(t.poll(read));
  CHECK(t.get(std::move(read)).error().context() == "tls stream: too many messages of TLS");
}

TEST_CASE("a server that asks again and again to negotiate anew is closed") {
  TlsFixture t;
  RawPair pair = a_raw_server(t);
  SSL_set_max_proto_version(pair.raw->ssl(), TLS1_2_VERSION);
  RawConnection connection = connected(t, std::move(pair));
  auto read = connection.ours.read();
  const auto ask = [&] {
    SSL_renegotiate(connection.raw->ssl());
    SSL_do_handshake(connection.raw->ssl());
    connection.raw->exchange();
  };

  for (int i = 0; i < 10; ++i)
    ask();
  CHECK_FALSE(t.poll(read));
  for (int i = 0; i < 1000; ++i)
    ask();
  ERR_clear_error();

  CHECK(t.get(std::move(read)).error() == Errc::protocol);
  CHECK_FALSE(connection.ours.open());
}

// Case 119.

TEST_CASE("a peer may change its keys, and changes ours if it asks to") {
  TlsFixture t;
  RawConnection connection = connected(t, a_raw_client(t));

  for (int i = 0; i < 10; ++i) {
    update_keys(*connection.raw);
    connection.raw->write("new keys");
    CHECK(t.get(connection.ours.read()).value() == "new keys");
    connection.ours.write("mine too");
    CHECK(connection.raw->read() == "mine too");
  }
}

TEST_CASE("a flood of new keys ends the connection") {
  TlsFixture t;
  RawConnection connection = connected(t, a_raw_client(t));
  auto read = connection.ours.read();

  for (int i = 0; i < 32; ++i)
    update_keys(*connection.raw);
  connection.raw->exchange();
  CHECK_FALSE(t.poll(read));
  update_keys(*connection.raw);
  connection.raw->exchange();

  const Error error = t.get(std::move(read)).error();
  CHECK(error == Errc::protocol);
  CHECK(error.context() == "tls stream: too many messages of TLS");
}

TEST_CASE("a flood in one go is not worked through to its end") {
  TlsFixture t;
  RawConnection connection = connected(t, a_raw_client(t));
  for (int i = 0; i < 2000; ++i)
    update_keys(*connection.raw);

  connection.raw->write("behind the flood");

  CHECK(t.get(connection.ours.read()).error() == Errc::protocol);
}

TEST_CASE("a connection of much data may have many new keys") {
  TlsFixture t;
  RawConnection connection = connected(t, a_raw_client(t));
  const std::string data(16 * 1024, 'x');

  for (int i = 0; i < 200; ++i) {
    connection.raw->write(data);
    if (i % 4 == 0) update_keys(*connection.raw);
    CHECK(t.get(connection.ours.read_exactly(data.size())));
  }

  CHECK(connection.ours.open());
}

// Garbage between records.

TEST_CASE("octets that were changed under way end the connection with an alert") {
  TlsFixture t;
  RawConnection connection = connected(t, a_raw_client(t));
  SSL_write(connection.raw->ssl(), "hello", 5);
  std::string record = connection.raw->take_output();
  record.back() = static_cast<char>(~record.back());
  auto read = connection.ours.read();

  connection.raw->stream().write(record);
  const Error error = t.get(std::move(read)).error();

  CHECK(error.code().category() == tls_category());
  CHECK(error.context() == "tls stream");
  CHECK(connection.raw->read().empty());
  CHECK(connection.raw->arrived().ends == 1);
}

TEST_CASE("data before the damage is given first") {
  TlsFixture t;
  RawConnection connection = connected(t, a_raw_client(t));
  SSL_write(connection.raw->ssl(), "good", 4);
  SSL_write(connection.raw->ssl(), "bad", 3);
  std::string records = connection.raw->take_output();
  records.back() = static_cast<char>(~records.back());

  connection.raw->stream().write(records);
  auto first = connection.ours.read();

  CHECK(t.get(std::move(first)).value() == "good");
  CHECK(t.get(connection.ours.read()).error().code().category() == tls_category());
}

// Case 120.

TEST_CASE("a sink hears of a truncated connection by on_error") {
  TlsFixture t;
  RawConnection connection = connected(t, a_raw_client(t));
  Recorder sink;
  connection.ours.start(sink);
  connection.raw->write("half");

  connection.raw->stream().close();
  t.run_until_idle();

  CHECK(sink.bytes == "half");
  CHECK(sink.ends == 0);
  CHECK(sink.error.value() == Errc::truncated);
}

TEST_CASE("what comes after close_notify is not data, and not an error") {
  TlsFixture t;
  RawConnection connection = connected(t, a_raw_client(t));
  auto read = connection.ours.read();
  SSL_shutdown(connection.raw->ssl());
  std::string octets = connection.raw->take_output() + std::string(100, 'x');

  connection.raw->stream().write(octets);

  CHECK(t.get(std::move(read)).error() == Errc::end_of_stream);
  connection.ours.write("an answer");
  CHECK(connection.raw->read() == "an answer");
}

// Case 123.

TEST_CASE("a chain of as many issuers as there may be is verified, and one more is too many") {
  TlsFixture t;

  CHECK(shake_hands(t, a_client(), a_server_with(issued_at_depth(10))).client);
  CHECK(shake_hands(t, a_client(), a_server_with(issued_at_depth(11))).client.error() ==
        TlsVerify::chain_too_long);
}

TEST_CASE("a chain of 100 issuers is refused before it is looked at") {
  TlsFixture t;

  Handshake done = shake_hands(t, a_client(), a_server_with(issued_at_depth(100)));

  CHECK(done.client.error() == TlsVerify::chain_too_long);
}

TEST_CASE("a certificate of 1 MiB is refused by its size, and so is one of 64 KiB") {
  TlsFixture t;
  const auto outcome = [&t](std::size_t size) {
    CertificateSpec spec;
    spec.comment.assign(size, 'x');
    Handshake done = shake_hands(t, a_client(), a_server_with(the_authority().issue(spec)));
    return done.client ? "taken" : done.client.error().message();
  };

  CHECK(outcome(63 * 1024) == "taken");
  CHECK(outcome(64 * 1024).find("excessive message size") != std::string::npos);
  CHECK(outcome(1024 * 1024).find("excessive message size") != std::string::npos);
}

TEST_CASE("a chain with an RSA key of 16384 bits is refused before anything is verified with it") {
  TlsFixture t;
  const auto refusal_of = [&t](const char* kind) {
    Certified certified = the_authority().issue();
    certified.certificate += the_authority().certify_rsa_key(16384, kind);
    Handshake done = shake_hands(t, a_client(), a_server_with(certified));
    return done.client ? Error(std::error_code()) : done.client.error();
  };

  CHECK(refusal_of("RSA") == TlsVerify::refused_by_limits);
  CHECK(refusal_of("RSA-PSS") == TlsVerify::refused_by_limits);
}
