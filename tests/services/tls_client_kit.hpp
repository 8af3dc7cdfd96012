// SPDX-License-Identifier: MIT
//
// What the tests of TLS clients share: the other end of their connections.
#pragma once

#include <eddy/services/robust_tls_client.hpp>
#include <eddy/services/tls_client.hpp>

#include <utility>

#include "client_kit.hpp"
#include "io/tls_kit.hpp"

namespace eddy::testing {

/// The next connection, with a handshake done by a server with this certificate.
inline Result<TlsStream> secured(ClientFixture& f, const Certified& shown = the_certificate()) {
  TlsServerOptions options;
  options.certificates.push_back(shown.pair());
  auto accepting = tls_accept(f.accepted(), a_server(std::move(options)));
  return f.t.get(std::move(accepting));
}

/// What makes a client trust that server.
template <class Client>
typename Client::Config trusting(ClientFixture& f) {
  typename Client::Config config{.to = f.address, .tls = client_options()};
  config.reconnect = steady_pauses();
  return config;
}

}  // namespace eddy::testing
