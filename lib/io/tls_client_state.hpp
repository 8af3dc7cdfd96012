// SPDX-License-Identifier: MIT
//
// What stands behind a TlsClientContext. Private to the TLS part of io.
#pragma once

#include <eddy/io/tls_client_context.hpp>

#include <memory>
#include <string>
#include <utility>

#include "io/tls_context.hpp"
#include "io/tls_sessions.hpp"

namespace eddy::detail {

/// Thread: any.
class TlsClientState final : public TlsContextState {
 public:
  explicit TlsClientState(TlsClientOptions options) noexcept
      : options_(std::move(options)), sessions_(options_.max_sessions) {}

  static std::shared_ptr<const TlsClientState> of(const TlsClientContext& context) noexcept {
    return context.state_;
  }
  static TlsClientContext handle_of(std::shared_ptr<const TlsClientState> state) noexcept {
    return TlsClientContext(std::move(state));
  }

  /// Does all that may fail.
  Result<void> prepare();

  const TlsLimits& limits() const noexcept override { return options_.limits; }
  const TlsClientOptions& options() const noexcept { return options_; }
  TlsSessions& sessions() const noexcept { return sessions_; }

 private:
  Result<void> prepare_trust();
  static int on_session(SSL* ssl, SSL_SESSION* session) noexcept;

  TlsClientOptions options_;
  mutable TlsSessions sessions_;  // has a lock of its own
};

}  // namespace eddy::detail
