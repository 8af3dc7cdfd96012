// SPDX-License-Identifier: MIT
//
// Whom a client takes for the server it called, and whom a server takes for a client.
#include <eddy/testing/log_capture.hpp>

#include <cstdlib>

#include "own_folder.hpp"
#include "tls_raw_peer.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

TlsServerContext a_server_with(const Certified& certified) {
  TlsServerOptions options;
  options.certificates.push_back(certified.pair());
  return a_server(std::move(options));
}

/// What a client of the_authority() says to a server with a certificate for these names.
Result<void> verdict(Fixture& t, const std::string& names, std::string_view host) {
  CertificateSpec spec;
  spec.name = "localhost";
  spec.hosts = names;
  const TlsServerContext server = a_server_with(the_authority().issue(spec));
  Handshake done = shake_hands(t, a_client(), server, host);
  if (done.client) {
    CHECK(done.server);
    return {};
  }
  CHECK_FALSE(done.server);
  return std::move(done.client).error();
}

/// What a client of the_authority() says to this server.
Error refusal(Fixture& t, const Certified& certified, std::string_view host = "localhost") {
  Handshake done = shake_hands(t, a_client(), a_server_with(certified), host);
  CHECK_FALSE(done.server);
  return std::move(done.client).error();
}

/// Makes an authority that of the system as long as it lives.
class SystemStore {
 public:
  explicit SystemStore(const Authority& authority) {
    setenv("SSL_CERT_FILE", folder_.put("store.pem", authority.pem()).c_str(), 1);
  }
  SystemStore(const SystemStore&) = delete;
  SystemStore& operator=(const SystemStore&) = delete;
  ~SystemStore() { unsetenv("SSL_CERT_FILE"); }

 private:
  OwnFolder folder_;
};

CertificateSpec spec_of(void (*change)(CertificateSpec&)) {
  CertificateSpec spec;
  change(spec);
  return spec;
}

TlsClientOptions client_with(const Certified& certified) {
  TlsClientOptions options = client_options();
  options.certificate = certified.pair();
  return options;
}

TlsServerContext a_server_that_wants(ClientCertificate wanted) {
  TlsServerOptions options = server_options();
  options.client_certificate = wanted;
  options.client_authorities = the_authority().trust();
  return a_server(std::move(options));
}

}  // namespace

// Case 121.

TEST_CASE("a client refuses a certificate that has expired, and the server hears why") {
  TlsFixture t;
  const Certified expired = the_authority().issue(spec_of([](CertificateSpec& spec) {
    spec.from = -7200;
    spec.until = -3600;
  }));

  Handshake done = shake_hands(t, a_client(), a_server_with(expired));

  CHECK(done.client.error() == TlsVerify::expired);
  CHECK(done.client.error().message() ==
        "tls connect localhost: certificate of CN=peer: certificate has expired");
  CHECK(done.server.error() == TlsAlert::certificate_expired);
}

TEST_CASE("a client refuses a certificate that is not valid yet") {
  TlsFixture t;
  const auto later = spec_of([](CertificateSpec& spec) { spec.from = 3600; });

  CHECK(refusal(t, the_authority().issue(later)) == TlsVerify::not_yet_valid);
}

TEST_CASE("a client refuses a certificate that is signed with its own key") {
  TlsFixture t;

  CHECK(refusal(t, Authority::self_signed()) == TlsVerify::self_signed);
}

TEST_CASE("a client refuses the certificate of an authority that it does not know") {
  TlsFixture t;
  const Authority stranger;
  Certified certified = stranger.issue();

  CHECK(refusal(t, certified) == TlsVerify::unknown_issuer);
  certified.certificate += stranger.pem();
  CHECK(refusal(t, certified) == TlsVerify::self_signed_in_chain);
}

TEST_CASE("with the authorities of the system a client refuses a server of our own authority") {
  TlsFixture t;

  Handshake done = shake_hands(t, a_client(TlsClientOptions()), a_server());

  CHECK(done.client.error() == TlsVerify::unknown_issuer);
  CHECK(done.server.error() == TlsAlert::unknown_ca);
}

TEST_CASE("the authorities of the system are trusted without others, and with them if told so") {
  TlsFixture t;
  const Authority of_system;
  const SystemStore store(of_system);
  const TlsServerContext server = a_server_with(of_system.issue());
  TlsClientOptions both = client_options();
  both.system_authorities = true;

  CHECK(shake_hands(t, a_client(TlsClientOptions()), server).client);
  CHECK(shake_hands(t, a_client(), server).client.error() == TlsVerify::unknown_issuer);
  CHECK(shake_hands(t, a_client(both), server).client);
  CHECK(shake_hands(t, a_client(both), a_server()).client);
}

TEST_CASE("a chain is verified with the issuers that are sent, and refused without them") {
  TlsFixture t;
  const Authority between(the_authority(), CertificateSpec{.name = "between"});
  Certified certified = between.issue();

  CHECK(refusal(t, certified) == TlsVerify::unknown_issuer);
  certified.certificate += between.pem();
  CHECK(shake_hands(t, a_client(), a_server_with(certified)).client);
}

TEST_CASE("a client refuses a certificate that is for clients") {
  TlsFixture t;
  const auto of_client = spec_of([](CertificateSpec& spec) { spec.usage = "clientAuth"; });

  CHECK(refusal(t, the_authority().issue(of_client)) == TlsVerify::wrong_purpose);
}

TEST_CASE("a client refuses what an issuer that is no authority has signed") {
  TlsFixture t;
  const Authority impostor(CertificateSpec{.name = "impostor"});
  Certified certified = impostor.issue();
  certified.certificate += impostor.pem();

  Handshake done = shake_hands(t,
                               a_client([&] {
                                 TlsClientOptions options;
                                 options.authorities = impostor.trust();
                                 return options;
                               }()),
                               a_server_with(certified));

  CHECK(done.client.error() == TlsVerify::invalid_authority);
}

TEST_CASE("a client with revocation lists refuses what they name, and what none speaks of") {
  TlsFixture t;
  const Authority authority;
  const Certified good = authority.issue();
  const Certified bad = authority.issue();
  const auto client_of = [&](const std::string& lists) {
    TlsClientOptions options;
    options.authorities = Pem::text(authority.pem() + lists);
    return a_client(std::move(options));
  };
  const TlsClientContext client = client_of(authority.revocations(&bad));

  CHECK(shake_hands(t, client, a_server_with(good)).client);
  CHECK(shake_hands(t, client, a_server_with(bad)).client.error() == TlsVerify::revoked);
  CHECK_FALSE(shake_hands(t, client_of(Authority().revocations()), a_server_with(good)).client);
}

TEST_CASE("only insecure_skip_verification makes a client take any server, and it is logged") {
  TlsFixture t;
  LogCapture captured;
  TlsClientOptions options;
  options.verification = insecure_skip_verification();

  const TlsClientContext client = a_client(std::move(options));

  captured.expect(log::Level::warning,
                  "a tls client takes any server for the right one: insecure_skip_verification()");
  CHECK(shake_hands(t, client, a_server_with(Authority::self_signed()), "other.example").client);
}

// Case 122.

TEST_CASE("a certificate names hosts exactly, whatever the case of the letters") {
  TlsFixture t;

  CHECK(verdict(t, "DNS:a.example", "a.example"));
  CHECK(verdict(t, "DNS:a.example", "A.Example."));
  CHECK(verdict(t, "DNS:other.example,DNS:A.EXAMPLE", "a.example"));
  CHECK(verdict(t, "DNS:a.example", "b.example").error() == TlsVerify::host_mismatch);
  CHECK(verdict(t, "DNS:a.example", "x.a.example").error() == TlsVerify::host_mismatch);
}

TEST_CASE("a wildcard stands for exactly one label, the first one") {
  TlsFixture t;

  CHECK(verdict(t, "DNS:*.a.example", "x.a.example"));
  CHECK(verdict(t, "DNS:*.a.example", "y.x.a.example").error() == TlsVerify::host_mismatch);
  CHECK(verdict(t, "DNS:*.a.example", "a.example").error() == TlsVerify::host_mismatch);
  CHECK(verdict(t, "DNS:x.*.example", "x.a.example").error() == TlsVerify::host_mismatch);
}

TEST_CASE("a wildcard is a whole label, and no top level domain stands below it") {
  TlsFixture t;

  CHECK(verdict(t, "DNS:a*.b.example", "ax.b.example").error() == TlsVerify::host_mismatch);
  CHECK(verdict(t, "DNS:*a.b.example", "xa.b.example").error() == TlsVerify::host_mismatch);
  CHECK(verdict(t, "DNS:*", "localhost").error() == TlsVerify::host_mismatch);
  CHECK(verdict(t, "DNS:*.com", "example.com").error() == TlsVerify::host_mismatch);
}

TEST_CASE("the common name of a certificate names no host") {
  TlsFixture t;

  CHECK(verdict(t, "", "localhost").error() == TlsVerify::host_mismatch);
  CHECK(verdict(t, "DNS:other.example", "localhost").error() == TlsVerify::host_mismatch);
}

TEST_CASE("an address is named as an address and not as a name") {
  TlsFixture t;

  CHECK(verdict(t, "IP:127.0.0.1", "127.0.0.1"));
  CHECK(verdict(t, "IP:::1", "0:0::1"));
  CHECK(verdict(t, "IP:127.0.0.1", "127.0.0.2").error() == TlsVerify::address_mismatch);
  CHECK(verdict(t, "DNS:127.0.0.1", "127.0.0.1").error() == TlsVerify::address_mismatch);
  CHECK(verdict(t, "IP:127.0.0.1", "localhost").error() == TlsVerify::host_mismatch);
}

TEST_CASE("the zone of an address is no part of what a certificate names") {
  TlsFixture t;

  CHECK(verdict(t, "IP:fe80::1", "fe80::1%eth0"));
  CHECK(verdict(t, "IP:fe80::2", "fe80::1%eth0").error() == TlsVerify::address_mismatch);
  CHECK(verdict(t, "IP:127.0.0.1", "127.0.0.1%eth0").error() == Errc::invalid);
}

TEST_CASE("an internationalised name is called by its ASCII form") {
  TlsFixture t;

  CHECK(verdict(t, "DNS:xn--mnchen-3ya.example", "xn--mnchen-3ya.example"));
  CHECK(verdict(t, "DNS:*.example.org", "xn--mnchen-3ya.example.org"));
  CHECK(verdict(t, "DNS:xn--mnchen-3ya.example", "m\xc3\xbcnchen.example").error() ==
        Errc::invalid);
}

TEST_CASE("what is no host is no host of a connection") {
  TlsFixture t;
  const std::string long_label(64, 'a');

  for (const std::string& host : {std::string(),
                                  std::string("a b"),
                                  std::string("a\0b", 3),
                                  std::string("a..b"),
                                  std::string("."),
                                  std::string("[::1]"),
                                  long_label,
                                  std::string("*.a.example")}) {
    auto [ours, theirs] = duplex(t.loop, steady());
    CHECK(t.get(tls_connect(std::move(ours), a_client(), host)).error() == Errc::invalid);
  }
}

// Client certificates.

TEST_CASE("a server that does not ask gets no certificate") {
  TlsFixture t;

  TlsPair pair = a_tls_pair(t, a_client(client_with(the_certificate())), a_server());

  CHECK_FALSE(pair.server.peer_certificate());
}

TEST_CASE("a server that asks for a certificate says whose it takes") {
  TlsFixture t;
  RawPair pair = a_raw_client(t, a_server_that_wants(ClientCertificate::optional));

  REQUIRE(pair.raw->shake_hands());

  const STACK_OF(X509_NAME)* names = SSL_get0_peer_CA_list(pair.raw->ssl());
  CHECK(sk_X509_NAME_num(names) == 1);
  CHECK(t.get(std::move(pair.ours)));
}

TEST_CASE("a server knows a client by its certificate") {
  TlsFixture t;
  CertificateSpec spec;
  spec.name = "alice";
  spec.hosts = "DNS:alice.example,IP:192.0.2.1,email:alice@example.org,URI:spiffe://example/alice";
  const Certified alice = the_authority().issue(spec);

  TlsPair pair =
      a_tls_pair(t, a_client(client_with(alice)), a_server_that_wants(ClientCertificate::required));
  const TlsCertificate known = pair.server.peer_certificate().value();

  CHECK(known.subject == "CN=alice");
  CHECK(known.issuer == "CN=test root");
  CHECK(known.dns_names == std::vector<std::string>{"alice.example"});
  CHECK(known.addresses == std::vector<std::string>{"192.0.2.1"});
  CHECK(known.emails == std::vector<std::string>{"alice@example.org"});
  CHECK(known.uris == std::vector<std::string>{"spiffe://example/alice"});
  CHECK(known.fingerprint.size() == 64);
  CHECK(known.not_before < known.not_after);
  CHECK(pair.client.peer_certificate()->subject == "CN=peer");
}

TEST_CASE("a certificate that ends later than a clock can tell ends as late as it can") {
  TlsFixture t;
  const auto endless = spec_of([](CertificateSpec& spec) { spec.until = 250'000'000'000; });

  TlsPair pair = a_tls_pair(t, a_client(), a_server_with(the_authority().issue(endless)));

  CHECK(pair.client.peer_certificate()->not_after == WallTime::max());
}

TEST_CASE("a client without a certificate is refused only where one is required") {
  TlsFixture t;

  Handshake refused = shake_hands(t, a_client(), a_server_that_wants(ClientCertificate::required));
  CHECK_FALSE(refused.server);
  CHECK(t.get(refused.client->read()).error() == TlsAlert::certificate_required);
  TlsPair pair = a_tls_pair(t, a_client(), a_server_that_wants(ClientCertificate::optional));

  CHECK_FALSE(pair.server.peer_certificate());
}

TEST_CASE(
    "a client whose certificate a stranger has issued is refused, also where it is optional") {
  TlsFixture t;
  const Authority stranger;

  Handshake done = shake_hands(
      t, a_client(client_with(stranger.issue())), a_server_that_wants(ClientCertificate::optional));

  CHECK(done.server.error() == TlsVerify::unknown_issuer);
  CHECK(t.get(done.client->read()).error() == TlsAlert::unknown_ca);
}

TEST_CASE("a client whose certificate is for servers is refused") {
  TlsFixture t;
  const auto of_server = spec_of([](CertificateSpec& spec) { spec.usage = "serverAuth"; });

  Handshake done = shake_hands(t,
                               a_client(client_with(the_authority().issue(of_server))),
                               a_server_that_wants(ClientCertificate::required));

  CHECK(done.server.error() == TlsVerify::wrong_purpose);
}
