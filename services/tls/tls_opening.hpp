// SPDX-License-Identifier: MIT
//
// What TlsClient and RobustTlsClient have in common, whose Configs are alike.
#pragma once

#include <eddy/io/tls_client_context.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tcp/tcp_opening.hpp"
#include "tls_complaints.hpp"

namespace eddy::detail {

/// Whom a certificate must name.
inline std::string host_of(const Endpoint& to, const std::string& host) {
  return host.empty() ? to.host() : host;
}

/// A connection that is secured. Thread: loop.
class TlsOpening {
 public:
  template <class Config>
  explicit TlsOpening(const Config& config)
      : tcp_(config),
        options_(config.tls),
        host_(host_of(config.to, config.host)),
        server_name_(config.server_name) {}

  /// Reads and checks certificates, which is to be done once and before open().
  Future<void> load(Loop& loop);
  /// Connects and shakes hands.
  /// @param service  for the log, which is told of each server that is not whom it should be.
  /// @param fresh  whether names are looked up anew.
  Future<Stream> open(Loop& loop, std::string_view service, bool fresh);

 private:
  const TcpOpening tcp_;
  const TlsClientOptions options_;
  const std::string host_;
  const std::optional<std::string> server_name_;
  std::optional<TlsClientContext> context_;
};

/// What is wrong with a Config.
template <class Config>
std::vector<std::string> tls_complaints_of(const Config& config) {
  std::vector<std::string> complaints =
      complaints_of(TcpOpening(config), config.reconnect, config.linger);
  for (std::string& complaint : complaints_of(config.tls))
    complaints.push_back(std::move(complaint));
  if (host_of(config.to, config.host).empty()) {
    complaints.emplace_back("host is needed, for the endpoint has no name");
  }
  return complaints;
}

}  // namespace eddy::detail
