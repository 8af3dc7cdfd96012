// SPDX-License-Identifier: MIT
//
// What both sides of a handshake agree on: versions, names, protocols, sessions.
#include <openssl/ssl.h>

#include "io/tls_client_state.hpp"
#include "io/tls_server_state.hpp"

#include "tls_kit.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

TlsServerContext a_server_speaking(std::vector<std::string> protocols) {
  TlsServerOptions options = server_options();
  options.alpn = std::move(protocols);
  return a_server(std::move(options));
}

TlsClientContext a_client_speaking(std::vector<std::string> protocols) {
  TlsClientOptions options = client_options();
  options.alpn = std::move(protocols);
  return a_client(std::move(options));
}

TlsClientContext a_client_of(TlsVersion version) {
  TlsClientOptions options = client_options();
  options.minimum = options.maximum = version;
  return a_client(std::move(options));
}

TlsServerContext a_server_of(TlsVersion version) {
  TlsServerOptions options = server_options();
  options.minimum = options.maximum = version;
  return a_server(std::move(options));
}

TlsKeyPair pair_for(const std::string& name, const std::string& hosts, bool edwards = false) {
  CertificateSpec spec;
  spec.name = name;
  spec.hosts = hosts;
  spec.edwards = edwards;
  return the_authority().issue(spec).pair();
}

std::string subject_for(Fixture& t, const TlsServerContext& server, std::string_view host) {
  TlsClientOptions options;
  options.verification = insecure_skip_verification();
  Handshake done = shake_hands(t, a_client(std::move(options)), server, host);
  return done.client->peer_certificate()->subject;
}

/// A handshake after which the client has read, and so has got the tickets.
TlsPair a_used_pair(Fixture& t, const TlsClientContext& client, const TlsServerContext& server) {
  TlsPair pair = a_tls_pair(t, client, server);
  pair.server.write("x");
  CHECK(t.get(pair.client.read()).value() == "x");
  return pair;
}

}  // namespace

// Case 117.

TEST_CASE("a server and a client of ours agree on TLS 1.3") {
  TlsFixture t;

  TlsPair pair = a_tls_pair(t);

  CHECK(pair.server.version() == TlsVersion::tls1_3);
  CHECK(pair.server.cipher() == pair.client.cipher());
  CHECK(pair.server.cipher().substr(0, 4) == "TLS_");
}

TEST_CASE("TLS 1.2 is spoken with an ephemeral key and authenticated encryption") {
  TlsFixture t;

  TlsPair pair = a_tls_pair(t, a_client_of(TlsVersion::tls1_2), a_server());

  CHECK(pair.server.version() == TlsVersion::tls1_2);
  CHECK(pair.server.cipher() == "ECDHE-ECDSA-AES128-GCM-SHA256");
}

TEST_CASE("two that have no version in common say so") {
  TlsFixture t;

  Handshake done = shake_hands(t, a_client_of(TlsVersion::tls1_2), a_server_of(TlsVersion::tls1_3));

  CHECK(done.server.error().code().category() == tls_category());
  CHECK(done.client.error() == TlsAlert::protocol_version);
}

TEST_CASE("all ciphers have an ephemeral key and authenticated encryption") {
  const TlsFixture t;
  const TlsServerContext server = a_server();
  SSL_CTX& context = detail::TlsServerState::of(server)->context();
  const STACK_OF(SSL_CIPHER)* ciphers = SSL_CTX_get_ciphers(&context);
  REQUIRE(sk_SSL_CIPHER_num(ciphers) == 9);

  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
    const SSL_CIPHER* cipher = sk_SSL_CIPHER_value(ciphers, i);
    const int exchange = SSL_CIPHER_get_kx_nid(cipher);
    CHECK(SSL_CIPHER_is_aead(cipher) == 1);
    CHECK((exchange == NID_kx_ecdhe || exchange == NID_kx_any));
  }
}

TEST_CASE("a context allows no compression, no renegotiation, no early data") {
  const TlsFixture t;
  const TlsServerContext server = a_server();
  SSL_CTX& context = detail::TlsServerState::of(server)->context();
  const std::uint64_t wanted = SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION;

  CHECK((SSL_CTX_get_options(&context) & wanted) == wanted);
  CHECK((SSL_CTX_get_mode(&context) & SSL_MODE_RELEASE_BUFFERS) != 0);
  CHECK(SSL_CTX_get_max_early_data(&context) == 0);  // case 129
  CHECK(SSL_CTX_get_min_proto_version(&context) == TLS1_2_VERSION);
}

// Case 128.

TEST_CASE("both sides know the protocol that the server likes best of what the client offers") {
  TlsFixture t;

  TlsPair pair = a_tls_pair(
      t, a_client_speaking({"http/1.1", "mqtt"}), a_server_speaking({"h2", "mqtt", "http/1.1"}));

  CHECK(pair.client.alpn() == "mqtt");
  CHECK(pair.server.alpn() == "mqtt");
}

TEST_CASE("a client that offers only what the server does not speak is told so") {
  TlsFixture t;

  Handshake done = shake_hands(t, a_client_speaking({"h2"}), a_server_speaking({"http/1.1"}));

  CHECK(done.client.error() == TlsAlert::no_application_protocol);
  CHECK_FALSE(done.server);
}

TEST_CASE("where one side speaks of no protocol none is agreed on") {
  TlsFixture t;

  TlsPair silent_server = a_tls_pair(t, a_client_speaking({"h2"}), a_server());
  TlsPair silent_client = a_tls_pair(t, a_client(), a_server_speaking({"h2"}));

  CHECK(silent_server.client.alpn().empty());
  CHECK(silent_client.server.alpn().empty());
}

// Names.

TEST_CASE("a client gets the certificate of the name it asks for, an exact one before a wildcard") {
  TlsFixture t;
  TlsServerOptions options;
  options.certificates = {pair_for("default", "DNS:default.example"),
                          pair_for("wild", "DNS:*.a.example"),
                          pair_for("exact", "DNS:x.a.example")};
  const TlsServerContext server = a_server(std::move(options));

  CHECK(subject_for(t, server, "x.a.example") == "CN=exact");
  CHECK(subject_for(t, server, "X.A.Example") == "CN=exact");
  CHECK(subject_for(t, server, "y.a.example") == "CN=wild");
  CHECK(subject_for(t, server, "z.y.a.example") == "CN=default");
  CHECK(subject_for(t, server, "unknown.example") == "CN=default");
  CHECK(subject_for(t, server, "192.0.2.1") == "CN=default");
}

TEST_CASE("a certificate of another kind of key is not sent for a name that it does not have") {
  TlsFixture t;
  TlsServerOptions options;
  options.certificates = {pair_for("curve", "DNS:curve.example"),
                          pair_for("other", "DNS:other.example", true)};
  const TlsServerContext server = a_server(std::move(options));

  CHECK(subject_for(t, server, "other.example") == "CN=other");
  CHECK(subject_for(t, server, "curve.example") == "CN=curve");
}

TEST_CASE("a server knows the name that was asked for, which may be another than the host's") {
  TlsFixture t;
  TlsConnectOptions other;
  other.server_name = "other.example";
  TlsConnectOptions none;
  none.server_name = "";

  Handshake plain = shake_hands(t, a_client(), a_server());
  Handshake by_address = shake_hands(t, a_client(), a_server(), "127.0.0.1");
  Handshake with_other =
      shake_hands(t, OverDuplex::pair(t), a_client(), a_server(), "localhost", other);
  Handshake with_none =
      shake_hands(t, OverDuplex::pair(t), a_client(), a_server(), "localhost", none);

  CHECK(plain.server->server_name() == "localhost");
  CHECK(by_address.server->server_name().empty());
  CHECK(with_other.server->server_name() == "other.example");
  CHECK(with_none.server->server_name().empty());
}

// Sessions.

TEST_CASE_TEMPLATE_DEFINE("a client resumes its session with the same host", Version, resumes) {
  TlsFixture t;
  const TlsClientContext client = a_client_of(Version::value);
  const TlsServerContext server = a_server();

  TlsPair first = a_used_pair(t, client, server);
  CHECK(client.sessions() == 1);
  TlsPair second = a_used_pair(t, client, server);
  TlsPair third = a_used_pair(t, client, server);

  CHECK_FALSE(first.server.resumed());
  CHECK(second.server.resumed());
  CHECK(second.client.resumed());
  CHECK(third.client.resumed());
  CHECK(third.client.peer_certificate()->subject == "CN=peer");
  CHECK(client.sessions() == 1);
}
TEST_CASE_TEMPLATE_INVOKE(resumes,
                          std::integral_constant<TlsVersion, TlsVersion::tls1_2>,
                          std::integral_constant<TlsVersion, TlsVersion::tls1_3>);

TEST_CASE("a session is not resumed with another host") {
  TlsFixture t;
  const TlsClientContext client = a_client();
  const TlsServerContext server = a_server();
  a_used_pair(t, client, server);

  TlsConnectOptions same_name;
  same_name.server_name = "localhost";
  Handshake done = shake_hands(t, client, server, "127.0.0.1");
  Handshake alike =
      shake_hands(t, OverDuplex::pair(t), client, server, "127.0.0.1", std::move(same_name));

  CHECK_FALSE(done.client->resumed());
  CHECK_FALSE(alike.client->resumed());
}

TEST_CASE("a client remembers as many sessions as it was told, the last ones used") {
  TlsFixture t;
  CertificateSpec spec;
  spec.hosts = "DNS:a.example,DNS:b.example,DNS:c.example";
  TlsServerOptions server_with;
  server_with.certificates = {the_authority().issue(spec).pair()};
  const TlsServerContext server = a_server(std::move(server_with));
  TlsClientOptions options = client_options();
  options.max_sessions = 2;
  const TlsClientContext client = a_client(std::move(options));
  const auto call = [&](std::string_view host) {
    Handshake done = shake_hands(t, client, server, host);
    done.server->write("x");
    CHECK(t.get(done.client->read()).value() == "x");
    return done.client->resumed();
  };

  CHECK_FALSE(call("a.example"));
  CHECK_FALSE(call("b.example"));
  CHECK_FALSE(call("c.example"));
  CHECK(client.sessions() == 2);
  CHECK(call("b.example"));
  CHECK_FALSE(call("a.example"));
}

TEST_CASE("a client that is to remember no sessions makes full handshakes") {
  TlsFixture t;
  TlsClientOptions options = client_options();
  options.max_sessions = 0;
  const TlsClientContext client = a_client(std::move(options));
  const TlsServerContext server = a_server();

  a_used_pair(t, client, server);

  CHECK(client.sessions() == 0);
  CHECK_FALSE(a_used_pair(t, client, server).client.resumed());
}

TEST_CASE("a server without resumption gives no tickets") {
  TlsFixture t;
  TlsServerOptions options = server_options();
  options.resumption = false;
  const TlsClientContext client = a_client();

  a_used_pair(t, client, a_server(std::move(options)));

  CHECK(client.sessions() == 0);
}

TEST_CASE("sessions survive a reload of the server's certificates") {
  TlsFixture t;
  const TlsClientContext client = a_client();
  TlsServerContext server = a_server();
  a_used_pair(t, client, server);

  CHECK(server.reload());

  CHECK(a_used_pair(t, client, server).client.resumed());
}

// Case 127.

TEST_CASE_TEMPLATE_DEFINE("the ticket of another server leads to a full handshake",
                          Version,
                          stray) {
  TlsFixture t;
  const TlsClientContext client = a_client_of(Version::value);
  a_used_pair(t, client, a_server());
  CHECK(client.sessions() == 1);

  TlsPair pair = a_used_pair(t, client, a_server());

  CHECK_FALSE(pair.client.resumed());
}
TEST_CASE_TEMPLATE_INVOKE(stray,
                          std::integral_constant<TlsVersion, TlsVersion::tls1_2>,
                          std::integral_constant<TlsVersion, TlsVersion::tls1_3>);

TEST_CASE("a session of a client that was not asked for a certificate is not resumed where it is") {
  TlsFixture t;
  TlsServerOptions options = server_options();
  options.client_authorities = the_authority().trust();
  const TlsClientContext client = a_client();
  const TlsServerContext lenient = a_server(options);
  a_used_pair(t, client, lenient);
  options.client_certificate = ClientCertificate::required;
  auto strict = std::make_shared<detail::TlsServerState>(std::move(options));
  REQUIRE(strict->prepare(detail::TlsServerState::of(lenient).get()));

  Handshake done = shake_hands(t, client, detail::TlsServerState::handle_of(std::move(strict)));

  CHECK_FALSE(done.server);
}
