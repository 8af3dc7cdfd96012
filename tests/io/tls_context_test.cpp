// SPDX-License-Identifier: MIT
//
// What contexts are made of: files, keys, passwords, and what is said when they are wrong.
#include <openssl/ui.h>

#include <limits>

#include "own_folder.hpp"
#include "tls_kit.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

/// What is said about a server with this certificate.
Error complaint(TlsKeyPair pair) {
  TlsServerOptions options;
  options.certificates.push_back(std::move(pair));
  return TlsServerContext::create(std::move(options)).error();
}

TlsServerOptions options_of(TlsKeyPair pair) {
  TlsServerOptions options;
  options.certificates.push_back(std::move(pair));
  return options;
}

bool mentions(const Error& error, std::string_view text) {
  CAPTURE(error.message());
  return error.message().find(text) != std::string::npos;
}

CertificateSpec weak_spec(bool pss = false) {
  CertificateSpec spec;
  spec.name = "weak";
  spec.rsa_bits = 1024;
  spec.pss = pss;
  return spec;
}

/// Counts how often OpenSSL wanted to ask somebody, who does not answer.
class NoTerminal {
 public:
  NoTerminal() : method_(UI_create_method("no terminal")), former_(UI_get_default_method()) {
    times = 0;
    UI_method_set_opener(method_, [](UI*) {
      ++times;
      return 0;
    });
    UI_set_default_method(method_);
  }
  NoTerminal(const NoTerminal&) = delete;
  NoTerminal& operator=(const NoTerminal&) = delete;
  ~NoTerminal() {
    UI_set_default_method(former_);
    UI_destroy_method(method_);
  }

  static int asked() noexcept { return times; }

 private:
  static inline int times = 0;

  UI_METHOD* method_;
  const UI_METHOD* former_;
};

std::string serial_of(TlsStream& client) {
  return client.peer_certificate()->serial;
}

}  // namespace

// Case 124.

TEST_CASE("a missing file is named") {
  const TlsFixture t;
  const OwnFolder folder;
  const std::string missing = folder / "missing.pem";

  const Error certificate = complaint({Pem::file(missing), {}, {}});
  const Error key = complaint({Pem::text(the_certificate().certificate), Pem::file(missing), {}});

  CHECK(certificate == std::errc::no_such_file_or_directory);
  CHECK(mentions(certificate, "tls certificate: " + missing));
  CHECK(key == std::errc::no_such_file_or_directory);
  CHECK(mentions(key, "tls key: " + missing));
}

TEST_CASE("a file that cannot be read is named") {
  const TlsFixture t;
  const OwnFolder folder;

  const Error error = complaint({Pem::file(folder / ""), {}, {}});

  CHECK(error == std::errc::is_a_directory);
  CHECK(mentions(error, "tls certificate: "));
}

TEST_CASE("a file without PEM is named, with what OpenSSL says") {
  const TlsFixture t;
  const OwnFolder folder;
  const std::string garbage = folder.put("garbage.pem", "not a certificate");

  const Error error = complaint({Pem::file(garbage), {}, {}});

  CHECK(error.code().category() == tls_category());
  CHECK(mentions(error, "tls certificate " + garbage + ": no start line"));

  const Error key = complaint({Pem::text(the_certificate().certificate), Pem::file(garbage), {}});
  CHECK(key.code().category() == tls_category());
  CHECK(mentions(key, "tls key " + garbage + ": no private key in PEM"));
}

TEST_CASE("a certificate that is cut is refused, also as an issuer") {
  const TlsFixture t;
  const Certified& good = the_certificate();
  const std::string cut = good.certificate.substr(0, 200) + "\n-----END CERTIFICATE-----\n";

  CHECK_FALSE(complaint({Pem::text(cut), Pem::text(good.key), {}}) == Errc::invalid);
  CHECK(complaint({Pem::text(good.certificate + cut), Pem::text(good.key), {}}).code().category() ==
        tls_category());
}

TEST_CASE("a key of another certificate is refused") {
  const TlsFixture t;
  const Certified other = the_authority().issue();

  const Error error =
      complaint({Pem::text(the_certificate().certificate), Pem::text(other.key), {}});

  CHECK(error == Errc::invalid);
  CHECK(error == misuse);
  CHECK(mentions(error, "the key does not match the certificate"));
}

TEST_CASE("an encrypted key needs its password") {
  const TlsFixture t;
  const Pem certificate = Pem::text(the_certificate().certificate);
  const Pem locked = Pem::text(the_certificate().locked("open sesame"));

  CHECK(mentions(complaint({certificate, locked, ""}), "encrypted, and no password was given"));
  CHECK(mentions(complaint({certificate, locked, "sesame"}), "the password is wrong"));
  CHECK(mentions(complaint({certificate, locked, std::string(2000, 'x')}), "password is wrong"));
  CHECK(TlsServerContext::create(options_of({certificate, locked, "open sesame"})));
}

TEST_CASE("key and certificate may stand in one file") {
  const TlsFixture t;
  const OwnFolder folder;
  const Certified& good = the_certificate();
  const std::string both = folder.put("both.pem", good.key + good.certificate);

  CHECK(TlsServerContext::create(options_of({Pem::file(both), {}, {}})));
}

TEST_CASE("a server without a certificate, and one that asks and trusts nobody, make no sense") {
  const TlsFixture t;
  TlsServerOptions trusts_nobody = server_options();
  trusts_nobody.client_certificate = ClientCertificate::required;

  CHECK(TlsServerContext::create({}).error() == Errc::invalid);
  CHECK(TlsServerContext::create(std::move(trusts_nobody)).error() == Errc::invalid);
}

TEST_CASE("authorities are certificates in a file that is there") {
  const TlsFixture t;
  const OwnFolder folder;
  TlsClientOptions missing;
  missing.authorities = Pem::file(folder / "ca.pem");
  TlsClientOptions empty;
  empty.authorities = Pem::text("nothing");
  TlsClientOptions key;
  key.authorities = Pem::text(the_certificate().key);

  const Error error = TlsClientContext::create(std::move(missing)).error();
  CHECK(error == std::errc::no_such_file_or_directory);
  CHECK(mentions(error, "tls authorities: "));
  CHECK(TlsClientContext::create(std::move(empty)).error() == Errc::invalid);
  CHECK(TlsClientContext::create(std::move(key)).error() == Errc::invalid);
}

TEST_CASE("protocol names and versions that make no sense are refused") {
  const TlsFixture t;
  TlsClientOptions empty_name = client_options();
  empty_name.alpn = {""};
  TlsClientOptions long_name = client_options();
  long_name.alpn = {std::string(256, 'x')};
  TlsServerOptions many = server_options();
  many.alpn.assign(400, std::string(200, 'x'));
  TlsClientOptions no_version = client_options();
  no_version.minimum = TlsVersion::tls1_3;
  no_version.maximum = TlsVersion::tls1_2;

  CHECK(TlsClientContext::create(std::move(empty_name)).error() == Errc::invalid);
  CHECK(TlsClientContext::create(std::move(long_name)).error() == Errc::invalid);
  CHECK(TlsServerContext::create(std::move(many)).error() == Errc::invalid);
  CHECK(TlsClientContext::create(std::move(no_version)).error() == Errc::invalid);
}

TEST_CASE("a server does not take a key of its own that would stall its loop") {
  const TlsFixture t;
  const auto refusal_of = [](bool pss) {
    TlsServerOptions options = options_of(the_authority().issue(weak_spec(pss)).pair());
    options.limits.max_rsa_bits = 1023;
    return TlsServerContext::create(std::move(options)).error();
  };

  CHECK(refusal_of(false) == Errc::invalid);
  CHECK(mentions(refusal_of(false), "an RSA key of 1024 bits is too slow"));
  CHECK(mentions(refusal_of(true), "an RSA key of 1024 bits is too slow"));
}

TEST_CASE("each certificate of a server is tried, and not only the first") {
  const TlsFixture t;
  TlsServerOptions options = server_options();
  options.certificates.push_back(the_authority().issue(weak_spec()).pair());

  const auto made = TlsServerContext::create(std::move(options));

  REQUIRE_FALSE(made);
  CHECK(made.error().code().category() == tls_category());
  CHECK(mentions(made.error(), "tls certificate CN=weak: "));
}

TEST_CASE("an empty path and an empty text are not nothing, but wrong") {
  const TlsFixture t;
  TlsClientOptions path;
  path.authorities = Pem::file("");
  TlsClientOptions text;
  text.authorities = Pem::text("");
  const Certified& good = the_certificate();

  CHECK(Pem().empty());
  CHECK(mentions(TlsClientContext::create(std::move(path)).error(), "the path is empty"));
  CHECK_FALSE(TlsClientContext::create(std::move(text)));
  CHECK_FALSE(TlsServerContext::create(
      options_of({Pem::text(good.certificate + good.key), Pem::file(""), {}})));
}

TEST_CASE("limits that make no sense are refused, and large ones are large") {
  TlsFixture t;
  TlsServerOptions negative = server_options();
  negative.limits.handshake = Duration(-1);
  TlsClientOptions large = client_options();
  large.limits.max_chain = std::numeric_limits<unsigned>::max();
  large.limits.max_certificates = std::numeric_limits<std::size_t>::max();

  CHECK(TlsServerContext::create(std::move(negative)).error() == Errc::invalid);
  CHECK(shake_hands(t, a_client(std::move(large)), a_server()).client);
}

TEST_CASE("nobody is asked for a password at the terminal") {
  const TlsFixture t;
  const NoTerminal terminal;
  const std::string locked = the_certificate().locked_certificate("secret");
  TlsClientOptions authorities;
  authorities.authorities = Pem::text(locked);

  CHECK(complaint({Pem::text(locked), Pem::text(the_certificate().key), {}}).code().category() ==
        tls_category());
  CHECK_FALSE(TlsClientContext::create(std::move(authorities)));
  CHECK(terminal.asked() == 0);
}

TEST_CASE("a file that is larger than all certificates there are is refused") {
  const TlsFixture t;

  CHECK(complaint({Pem::text(std::string(5 * 1024 * 1024, 'x')), {}, {}}) == Errc::too_large);
}

// Case 125.

TEST_CASE("after a reload new handshakes get the new certificate, and old connections live on") {
  TlsFixture t;
  const OwnFolder folder;
  const auto install = [&folder](const Certified& certified) {
    folder.put("server.pem", certified.certificate);
    folder.put("server.key", certified.key);
  };
  install(the_authority().issue());
  TlsServerContext server = a_server(
      options_of({Pem::file(folder / "server.pem"), Pem::file(folder / "server.key"), {}}));
  const TlsServerContext copy = server;
  TlsPair before = a_tls_pair(t, a_client(), server);

  install(the_authority().issue());
  CHECK(server.reload());
  TlsPair after = a_tls_pair(t, a_client(), server);
  TlsPair of_copy = a_tls_pair(t, a_client(), copy);

  CHECK(serial_of(after.client) != serial_of(before.client));
  CHECK(serial_of(of_copy.client) == serial_of(before.client));
  before.client.write("still here");
  CHECK(t.get(before.server.read()).value() == "still here");
}

TEST_CASE("a reload of what is wrong says why and leaves the old certificate in place") {
  TlsFixture t;
  const OwnFolder folder;
  const Certified first = the_authority().issue();
  folder.put("server.pem", first.certificate);
  folder.put("server.key", first.key);
  TlsServerContext server = a_server(
      options_of({Pem::file(folder / "server.pem"), Pem::file(folder / "server.key"), {}}));
  TlsPair before = a_tls_pair(t, a_client(), server);

  folder.put("server.pem", the_authority().issue().certificate);
  const Result<void> reloaded = server.reload();
  TlsPair after = a_tls_pair(t, a_client(), server);

  CHECK(mentions(reloaded.error(), "the key does not match the certificate"));
  CHECK(serial_of(after.client) == serial_of(before.client));
}

TEST_CASE(
    "a client whose authority is trusted no more after a reload does not resume its session") {
  TlsFixture t;
  const OwnFolder folder;
  const Authority former;
  const Authority later;
  folder.put("clients.pem", former.pem());
  TlsServerOptions options = server_options();
  options.client_certificate = ClientCertificate::required;
  options.client_authorities = Pem::file(folder / "clients.pem");
  TlsServerContext server = a_server(std::move(options));
  TlsClientOptions known = client_options();
  known.certificate = former.issue().pair();
  const TlsClientContext client = a_client(std::move(known));
  const auto greeted = [&] {
    TlsPair pair = a_tls_pair(t, client, server);
    pair.server.write("x");
    CHECK(t.get(pair.client.read()).value() == "x");
    return pair.server.resumed();
  };
  CHECK_FALSE(greeted());
  CHECK(greeted());

  folder.put("clients.pem", later.pem());
  CHECK(server.reload());

  CHECK_FALSE(shake_hands(t, client, server).server);
}
