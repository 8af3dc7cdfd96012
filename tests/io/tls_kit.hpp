// SPDX-License-Identifier: MIT
//
// What the tests of TLS share: authorities that issue certificates while the tests run, and pairs
// of streams with a handshake done.
#pragma once

#include <eddy/io/tls.hpp>
#include <eddy/io/tls_error.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "support.hpp"

struct evp_pkey_st;
struct x509_st;

namespace eddy::testing {

/// What a certificate says.
struct CertificateSpec {
  std::string name = "peer";                         // common name of the subject
  std::string hosts = "DNS:localhost,IP:127.0.0.1";  // subjectAltName as OpenSSL writes it; or none
  long from = -3600;                                 // seconds from now
  long until = 24 * 3600L;
  bool authority = false;
  std::string usage = "serverAuth,clientAuth";
  int rsa_bits = 0;      // 0: an elliptic curve, P-256
  bool pss = false;      // an RSA key that signs with PSS alone
  bool edwards = false;  // or another one, Ed25519
  std::string comment{};
};

/// A certificate and its key, in PEM.
struct Certified {
  std::string certificate;
  std::string key;

  TlsKeyPair pair() const { return {Pem::text(certificate), Pem::text(key), {}}; }
  /// The key, encrypted.
  std::string locked(const std::string& password) const;
  /// The certificate, encrypted as PEM once allowed it.
  std::string locked_certificate(const std::string& password) const;
};

/// Issues certificates.
class Authority {
 public:
  explicit Authority(CertificateSpec spec = root_spec());
  Authority(const Authority& issuer, CertificateSpec spec);

  Certified issue(const CertificateSpec& spec = {}) const;
  /// One that is signed with its own key.
  static Certified self_signed(const CertificateSpec& spec = {});
  /// Of an authority with a public key of this size, to which there is no private one.
  /// @param kind  "RSA", or "RSA-PSS".
  std::string certify_rsa_key(int bits, const char* kind = "RSA") const;
  /// An empty list of revoked certificates, or one with that of `revoked`.
  std::string revocations(const Certified* revoked = nullptr) const;

  std::string pem() const;
  Pem trust() const { return Pem::text(pem()); }

 private:
  static CertificateSpec root_spec();

  struct Free {
    void operator()(evp_pkey_st* key) const noexcept;
    void operator()(x509_st* certificate) const noexcept;
  };

  std::unique_ptr<evp_pkey_st, Free> key_;
  std::unique_ptr<x509_st, Free> certificate_;
};

/// One authority for all tests that do not care which.
const Authority& the_authority();
/// A certificate of it for localhost.
const Certified& the_certificate();

/// An IoFixture that fails the test if an error is left in OpenSSL's queue.
class TlsFixture : public IoFixture {
 public:
  explicit TlsFixture(Site site = EDDY_HERE) : IoFixture(site) {}
  explicit TlsFixture(Loop::Options options, Site site = EDDY_HERE)
      : IoFixture(std::move(options), site) {}
  ~TlsFixture();
};

TlsServerOptions server_options();
TlsClientOptions client_options();
TlsServerContext a_server(TlsServerOptions options = server_options());
TlsClientContext a_client(TlsClientOptions options = client_options());

/// A duplex whose calls take all they can whatever the schedule, for tests that count them.
DuplexOptions steady();

struct TlsPair {
  TlsStream client;
  TlsStream server;
};

/// How both sides of a handshake ended.
struct Handshake {
  Result<TlsStream> client;
  Result<TlsStream> server;
};
Handshake shake_hands(Fixture& t,
                      Pair pair,
                      const TlsClientContext& client,
                      const TlsServerContext& server,
                      std::string_view host = "localhost",
                      TlsConnectOptions options = {});
Handshake shake_hands(Fixture& t,
                      const TlsClientContext& client,
                      const TlsServerContext& server,
                      std::string_view host = "localhost");

TlsPair a_tls_pair(Fixture& t, DuplexOptions below = steady());
TlsPair a_tls_pair(Fixture& t, const TlsClientContext& client, const TlsServerContext& server);

}  // namespace eddy::testing
