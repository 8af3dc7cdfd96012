// SPDX-License-Identifier: MIT
//
// A TLS connection to a server as a service: it connects, calls a function of yours, and is done.
//
//     class Greeter final : public TlsClient {
//      public:
//       using TlsClient::TlsClient;
//       Future<void> on_connection(Stream& server) override { ... }
//     };
//     supervisor.add<Greeter>({.to = "example.org:7443"_endpoint});
//
// The server is verified, and so is its name, unless the options say otherwise in a loud voice. For
// a connection that is to be there as long as the program runs see services/robust_tls_client.hpp.
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

/// Connects, shakes hands, tries that again as its policy says, and calls on_connection() once.
///
/// It is up when the handshake is done. A handshake is a part of connecting: one that is cut or
/// takes too long is tried again. A server that is not who it should be is not: the service fails
/// with a code of tls_verify_category(). Otherwise as TcpClient. Thread: loop.
class EDDY_EXPORT TlsClient : public ClientBase {
 public:
  struct Config {
    Required<Endpoint> to;      ///< a name and a port, or an IP or Unix address
    TlsClientOptions tls = {};  ///< whom to trust; read in the loop's file threads at the start
    std::string host = {};      ///< whom the certificate must name; empty: the host of `to`
    /// Asked for instead of the host's name (SNI), "" for none.
    std::optional<std::string> server_name = {};
    ConnectOptions connect = {};  ///< limits of an attempt, to which the handshake's is added
    ReconnectPolicy reconnect = {};
    /// As those of TcpClient::Config; they begin when the handshake is done.
    Duration idle_limit = Duration::zero();
    Duration write_limit = std::chrono::seconds(30);
    Duration linger = std::chrono::seconds(2);
    /// Where its numbers are listed, under the service's name; must outlive the service.
    Statistics* statistics = nullptr;

    /// What is wrong; certificates and keys are not looked at.
    std::vector<std::string> validate() const;
  };

  TlsClient(Env& env, const Config& config);
  ~TlsClient() override;

  /// Errors: also those of TlsClientContext::create(), without an attempt to connect.
  Future<void> start() override;

 protected:
  Future<Stream> open(bool again) override;

 private:
  const std::unique_ptr<detail::TlsOpening> opening_;
};

}  // namespace eddy
