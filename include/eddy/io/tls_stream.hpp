// SPDX-License-Identifier: MIT
//
// A stream that is encrypted and authenticated, over any other stream.
//
// Got from tls_accept() or tls_connect() (io/tls.hpp), its handshake done. All that is sent and
// received goes through Stream; this adds what the handshake has found out.
#pragma once

#include <eddy/base/clock.hpp>
#include <eddy/io/stream.hpp>
#include <eddy/io/tls_options.hpp>

#include <optional>
#include <string>
#include <vector>

namespace eddy {

/// The certificate of a peer, for people and for decisions.
struct TlsCertificate {
  std::string subject;      ///< "CN=client,O=example", as RFC 2253 writes it
  std::string issuer;       ///< likewise
  std::string serial;       ///< hexadecimal
  std::string fingerprint;  ///< SHA-256 of the whole, hexadecimal
  WallTime not_before{};
  WallTime not_after{};
  std::vector<std::string> dns_names{};
  std::vector<std::string> addresses{};
  std::vector<std::string> emails{};
  std::vector<std::string> uris{};
};

/// A TLS connection. Owns the stream below it, which dies with it.
///
/// shutdown() sends close_notify and then ends the stream below. The peer's close_notify is its end
/// of stream; an end of the stream below without one fails reads with Errc::truncated. close() and
/// the destructor send close_notify if all that was written has left, so that a peer can tell a
/// whole conversation from a cut one. What the stream below holds counts as queued().
///
/// Adds functions and no data to Stream, as which it may be moved away.
/// Thread: loop.
class EDDY_EXPORT TlsStream : public Stream {
 public:
  TlsStream() noexcept = default;

  TlsVersion version() const noexcept;
  /// Such as "TLS_AES_256_GCM_SHA384".
  std::string cipher() const;
  /// The protocol that both agreed on; empty if none was spoken of.
  std::string alpn() const;
  /// The name that the client asked for; empty if it did not.
  std::string server_name() const;
  /// Whether the handshake continued an earlier session.
  bool resumed() const noexcept;
  /// The certificate that the peer has shown; none if it had not to. That it was verified is sure
  /// unless this side was told not to.
  std::optional<TlsCertificate> peer_certificate() const;

 private:
  friend class detail::StreamBase;

  explicit TlsStream(detail::StreamBase* base) noexcept : Stream(base) {}
};

}  // namespace eddy
