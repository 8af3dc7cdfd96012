// SPDX-License-Identifier: MIT
//
// How TLS is spoken: certificates, whom to trust, protocols, limits.
//
// Fill one in and make a TlsServerContext (io/tls_server_context.hpp) or a TlsClientContext
// (io/tls_client_context.hpp) of it. What is not said is safe: TLS 1.2 and 1.3 with ECDHE and
// authenticated ciphers only, no compression, no renegotiation, no early data; a client verifies
// its peer and the name it called it by.
#pragma once

#include <eddy/base/clock.hpp>
#include <eddy/base/config.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace eddy {

/// Certificates or keys in PEM: a file, or the text itself. Nothing if default-constructed.
///
/// A path or a text that is empty is not nothing but wrong: it comes from a setting that was
/// forgotten, which must not mean what was not said.
class Pem {
 public:
  Pem() noexcept = default;
  static Pem file(std::string path) { return Pem(std::move(path), Kind::file); }
  static Pem text(std::string pem) { return Pem(std::move(pem), Kind::text); }

  bool empty() const noexcept { return kind_ == Kind::nothing; }
  bool is_file() const noexcept { return kind_ == Kind::file; }
  /// The path or the text.
  const std::string& value() const noexcept { return value_; }

 private:
  enum class Kind { nothing, file, text };

  Pem(std::string value, Kind kind) noexcept : value_(std::move(value)), kind_(kind) {}

  std::string value_;
  Kind kind_ = Kind::nothing;
};

/// Who one is: a certificate and its private key.
struct TlsKeyPair {
  Pem certificate{};       ///< one's own first, then its issuers up to, and without, the root
  Pem key{};               ///< may stand in the same file
  std::string password{};  ///< of the key, if it is encrypted
};

enum class TlsVersion { tls1_2, tls1_3 };

/// What a peer may cost.
struct TlsLimits {
  Duration handshake = std::chrono::seconds(10);  ///< zero: none
  /// A peer that was refused may go on sending for so long, within the time of the handshake, for
  /// octets that meet a closed socket may destroy the alert on its way. It ends as soon as the peer
  /// does. Zero: it is closed at once.
  Duration linger = std::chrono::seconds(2);
  std::size_t max_handshake = 256 * 1024;  ///< octets of the peer's until it is over
  std::size_t max_hello = 16 * 1024;  ///< extensions of a client's first message; 2 KiB are usual
  std::size_t max_certificates = 64 * 1024;  ///< octets of the chain that a peer sends
  unsigned max_chain = 10;                   ///< issuers between a peer's certificate and a root
  unsigned max_rsa_bits = 8192;              ///< one signature of a larger key takes 0.1 s and more
  /// Messages besides data that a peer may send when the handshake is over (new keys, attempts to
  /// negotiate anew); one more for each 64 KiB of data.
  unsigned max_messages = 32;
};

/// Whether the certificate of a server is verified. It is, unless made by
/// insecure_skip_verification().
class PeerVerification {
 public:
  PeerVerification() noexcept = default;
  bool skipped() const noexcept { return skipped_; }

 private:
  friend PeerVerification insecure_skip_verification() noexcept;

  bool skipped_ = false;
};

/// Takes any server for the right one, also one in the middle that reads and changes all. For
/// tests; each context that is built so logs a warning.
inline PeerVerification insecure_skip_verification() noexcept {
  PeerVerification none;
  none.skipped_ = true;
  return none;
}

/// What a server wants of its clients.
enum class ClientCertificate {
  none,      ///< is not asked for
  optional,  ///< is asked for, and verified if there is one
  required,
};

struct TlsServerOptions {
  /// One at least. A client gets those that name the host it asks for, else the first.
  std::vector<TlsKeyPair> certificates{};
  std::vector<std::string> alpn{};  ///< protocols, the best one first; none: is not spoken of
  ClientCertificate client_certificate = ClientCertificate::none;
  Pem client_authorities{};  ///< who may have issued a client's certificate
  TlsVersion minimum = TlsVersion::tls1_2;
  TlsVersion maximum = TlsVersion::tls1_3;
  bool resumption = true;  ///< tickets, with keys that live as long as the context
  TlsLimits limits{};
};

struct TlsClientOptions {
  Pem authorities{};                ///< whom to trust instead of the system's store
  bool system_authorities = false;  ///< the system's as well as `authorities`
  TlsKeyPair certificate{};         ///< shown to a server that asks for one
  std::vector<std::string> alpn{};  ///< protocols, the best one first
  TlsVersion minimum = TlsVersion::tls1_2;
  TlsVersion maximum = TlsVersion::tls1_3;
  std::size_t max_sessions = 256;  ///< remembered, one a host; 0: each handshake is a full one
  PeerVerification verification{};
  TlsLimits limits{};
};

}  // namespace eddy
