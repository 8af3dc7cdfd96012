// SPDX-License-Identifier: MIT
//
// What stands behind a TlsServerContext. Private to the TLS part of io.
#pragma once

#include <eddy/io/tls_server_context.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/tls_context.hpp"

namespace eddy::detail {

/// Thread: any.
class TlsServerState final : public TlsContextState {
 public:
  explicit TlsServerState(TlsServerOptions options) noexcept : options_(std::move(options)) {}

  static std::shared_ptr<const TlsServerState> of(const TlsServerContext& context) noexcept {
    return context.state_;
  }
  static TlsServerContext handle_of(std::shared_ptr<const TlsServerState> state) noexcept {
    return TlsServerContext(std::move(state));
  }

  /// Does all that may fail. `former` gives the keys of its tickets.
  Result<void> prepare(const TlsServerState* former);

  const TlsLimits& limits() const noexcept override { return options_.limits; }
  const TlsServerOptions& options() const noexcept { return options_; }

 private:
  Result<void> prepare_certificates();
  Result<std::string> prepare_clients();
  Result<void> prepare_tickets(std::string_view trusted, const TlsServerState* former);

  static int on_hello(SSL* ssl, int* alert, void* self) noexcept;
  static int on_name(SSL* ssl, int* alert, void* self) noexcept;
  static int on_protocols(SSL* ssl,
                          const unsigned char** chosen,
                          unsigned char* chosen_size,
                          const unsigned char* offered,
                          unsigned offered_size,
                          void* self) noexcept;
  void choose(SSL& ssl, std::string_view name) const noexcept;

  TlsServerOptions options_;
  std::vector<TlsCredential> credentials_;
  std::string alpn_;  // as in a message
};

}  // namespace eddy::detail
