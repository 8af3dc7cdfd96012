// SPDX-License-Identifier: MIT
//
// A connection to a server that comes back, as a service: a function of yours for each connection.
//
//     class Feed final : public RobustTcpClient {
//      public:
//       using RobustTcpClient::RobustTcpClient;
//       Future<void> on_connection(Stream& server) override { return read_lines(server); }
//     };
//     auto feed = supervisor.add<Feed>({.to = "example.org:7000"_endpoint});
//     feed->connected().then([] { ... });
//
// For one connection see services/tcp_client.hpp.
#pragma once

#include <eddy/base/endpoint.hpp>
#include <eddy/base/required.hpp>
#include <eddy/io/connect.hpp>
#include <eddy/services/client_base.hpp>

#include <string>
#include <vector>

namespace eddy {

/// Connects, calls on_connection(), waits as its policy says, and connects again, for as long as it
/// lives.
///
/// It is up as soon as it has begun: connected() and states() tell of connections. A handler that
/// returns is followed by a pause too, or a server that ends every connection at once would make it
/// spin. Thread: loop.
class EDDY_EXPORT RobustTcpClient : public ClientBase {
 public:
  struct Config {
    Required<Endpoint> to;        ///< a name, which is looked up for each attempt, or an address
    ConnectOptions connect = {};  ///< limits of an attempt, and how the socket is set up
    ReconnectPolicy reconnect = {.attempts = 0};  ///< endless, unless told
    /// A server that neither sends nor takes anything for so long is closed; zero: never.
    Duration idle_limit = Duration::zero();
    /// A server that takes nothing of what waits for it for so long is reset; zero: never.
    Duration write_limit = std::chrono::seconds(30);
    /// As TcpClient::Config::linger.
    Duration linger = std::chrono::seconds(2);
    /// Where its numbers are listed, under the service's name; must outlive the service.
    Statistics* statistics = nullptr;

    std::vector<std::string> validate() const;
  };

  RobustTcpClient(Env& env, Config config);

  Future<void> start() override;

  /// Everything but `misuse`: a name that is not known yet, or a handler that failed, may do better
  /// the next time.
  bool retry(const Error& error) const override;

 protected:
  Future<Stream> open(bool again) override;

 private:
  const Config config_;
};

}  // namespace eddy
