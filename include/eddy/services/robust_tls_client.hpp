// SPDX-License-Identifier: MIT
//
// A TLS connection to a server that comes back, as a service: a function of yours for each
// connection.
//
//     class Feed final : public RobustTlsClient {
//      public:
//       using RobustTlsClient::RobustTlsClient;
//       Future<void> on_connection(Stream& server) override { return read_lines(server); }
//     };
//     auto feed = supervisor.add<Feed>({.to = "example.org:7443"_endpoint});
//
// For one connection see services/tls_client.hpp.
#pragma once

#include <eddy/base/endpoint.hpp>
#include <eddy/base/required.hpp>
#include <eddy/io/connect.hpp>
#include <eddy/io/tls_options.hpp>
#include <eddy/services/client_base.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace eddy {

namespace detail {
class TlsOpening;
}

/// Connects, shakes hands, calls on_connection(), waits as its policy says, and connects again, for
/// as long as it lives.
///
/// A server that is not who it should be gets no octet of ours and gives none to the handler; it is
/// logged as an error each time, and tried again with growing pauses, for its certificate may be
/// mended. Otherwise as RobustTcpClient. Thread: loop.
class EDDY_EXPORT RobustTlsClient : public ClientBase {
 public:
  struct Config {
    Required<Endpoint> to;      ///< a name, which is looked up for each attempt, or an address
    TlsClientOptions tls = {};  ///< whom to trust; read in the loop's file threads at the start
    std::string host = {};      ///< whom the certificate must name; empty: the host of `to`
    /// Asked for instead of the host's name (SNI), "" for none.
    std::optional<std::string> server_name = {};
    ConnectOptions connect = {};  ///< limits of an attempt, to which the handshake's is added
    ReconnectPolicy reconnect = {.attempts = 0};  ///< endless, unless told
    /// As those of TcpClient::Config; they begin when the handshake is done.
    Duration idle_limit = Duration::zero();
    Duration write_limit = std::chrono::seconds(30);
    Duration linger = std::chrono::seconds(2);
    /// Where its numbers are listed, under the service's name; must outlive the service.
    Statistics* statistics = nullptr;

    /// What is wrong; certificates and keys are not looked at.
    std::vector<std::string> validate() const;
  };

  RobustTlsClient(Env& env, const Config& config);
  ~RobustTlsClient() override;

  /// Errors: those of TlsClientContext::create().
  Future<void> start() override;

  /// Everything but `misuse`.
  bool retry(const Error& error) const override;

 protected:
  Future<Stream> open(bool again) override;

 private:
  const std::unique_ptr<detail::TlsOpening> opening_;
};

}  // namespace eddy
