// SPDX-License-Identifier: MIT
//
// What a TLS client needs for each connection: whom to trust, who it is, and sessions to resume.
//
// Make one for all connections, and give it to tls_connect() (io/tls.hpp). See io/tls_options.hpp
// for what can be set.
#pragma once

#include <eddy/base/result.hpp>
#include <eddy/io/tls_options.hpp>

#include <memory>

namespace eddy {

namespace detail {
class TlsClientState;
}

/// Checked settings of a client, and the sessions of its copies; cheap to copy.
///
/// Thread: copies may be used on different threads at once; one object, one at a time.
class EDDY_EXPORT TlsClientContext {
 public:
  /// Reads and checks all that `options` name. Reads files: at work in a loop, do it in a pool.
  ///
  /// Without `authorities` it trusts the store of the system (SSL_CERT_FILE and SSL_CERT_DIR are
  /// heeded, as OpenSSL has it).
  /// Errors: as those of TlsServerContext::create().
  static Result<TlsClientContext> create(TlsClientOptions options = {});

  /// How many sessions are remembered.
  std::size_t sessions() const noexcept;

  const TlsClientOptions& options() const noexcept;

 private:
  friend class detail::TlsClientState;

  explicit TlsClientContext(std::shared_ptr<const detail::TlsClientState> state) noexcept
      : state_(std::move(state)) {}

  std::shared_ptr<const detail::TlsClientState> state_;  // shared by threads
};

}  // namespace eddy
