// SPDX-License-Identifier: MIT
//
// What contexts of servers and of clients have in common: our policy, told to OpenSSL. Private to
// the TLS part of io.
#pragma once

#include <eddy/base/result.hpp>
#include <eddy/io/tls_options.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/tls_openssl.hpp"
#include "io/tls_pem.hpp"

namespace eddy::detail {

/// Immutable once it is shared.
/// Thread: any.
class TlsContextState {
 public:
  TlsContextState(const TlsContextState&) = delete;
  TlsContextState& operator=(const TlsContextState&) = delete;
  virtual ~TlsContextState() = default;

  SSL_CTX& context() const noexcept { return *context_; }
  const BIO_METHOD& wire() const noexcept { return *wire_; }
  virtual const TlsLimits& limits() const noexcept = 0;

 protected:
  TlsContextState() = default;

  /// Makes the context. To be called first.
  Result<void> begin(const SSL_METHOD& method,
                     const TlsLimits& limits,
                     TlsVersion minimum,
                     TlsVersion maximum);
  /// Whether a connection may show it: keys and signatures may be too weak.
  Result<void> try_out(const TlsCredential& credential) const;
  /// Connections show it unless they are told otherwise.
  Result<void> use(const TlsCredential& credential);

 private:
  TlsOwned<BIO_METHOD> wire_;
  TlsOwned<SSL_CTX> context_;
};

/// What is known of one connection. OpenSSL's callbacks find it as the app data of its SSL.
struct TlsFacts {
  explicit TlsFacts(std::shared_ptr<const TlsContextState> state) noexcept
      : context(std::move(state)) {}

  static TlsFacts& of(const SSL& ssl) noexcept {
    return *static_cast<TlsFacts*>(SSL_get_app_data(&ssl));
  }
  /// Ends the connection for this reason; the first one counts.
  void refuse(Error error) noexcept {
    if (!refusal) refusal.emplace(std::move(error));
  }

  std::shared_ptr<const TlsContextState> context;
  std::optional<Error> refusal;
  std::string session_key;       // of a client: what its sessions are kept under
  std::uint64_t bytes_in = 0;    // data
  std::size_t handshake_in = 0;  // octets of the peer's before there was data
  std::size_t hello = 0;         // size of the first message
  unsigned messages = 0;         // that the peer sent besides data when the handshake was over
  bool connected = false;
};

/// Counts what the peer sends besides data. A callback of OpenSSL.
void watch_messages(int written,
                    int version,
                    int type,
                    const void* octets,
                    std::size_t count,
                    SSL* ssl,
                    void* argument) noexcept;

/// Protocol names as they stand in a message.
Result<std::string> alpn_wire(const std::vector<std::string>& names);

}  // namespace eddy::detail
