// SPDX-License-Identifier: MIT
//
// A TCP server as a service: a function of yours for each client.
//
//     class Echo final : public TcpServer {
//      public:
//       using TcpServer::TcpServer;
//       Future<void> on_client(Stream& client) override {
//         return repeat(loop(), [&client] {
//           return client.read().then([&client](std::string octets) {
//             client.write(octets);
//             return client.drain().then([] { return Next::again; });
//           });
//         });
//       }
//     };
//     supervisor.add<Echo>({.listen = "[::]:8081"_addr});
#pragma once

#include <eddy/base/required.hpp>
#include <eddy/services/server_base.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace eddy {

/// Calls on_client() for each connection and closes it when that is done, in whatever way.
///
/// A client that goes away ends its handler with an error of `peer_gone`, which is not reported;
/// other errors are logged. Thread: loop.
class EDDY_EXPORT TcpServer : public ServerBase {
 public:
  struct Config {
    Required<ListenOn> listen;  ///< an address, port 0 takes a free one; or a passed socket
    /// At this number, or at 80 % of the descriptors, it stops accepting until a client goes.
    std::size_t max_connections = 10'000;
    /// A client that neither sends nor takes anything for so long is closed; zero: never.
    Duration idle_limit = Duration::zero();
    /// A client that takes nothing of what waits for it for so long is reset; zero: never.
    Duration write_limit = std::chrono::seconds(30);
    /// When a handler is done, its client may still send for so long, for octets that meet a closed
    /// socket may destroy the answer on its way. It ends as soon as the client does.
    Duration linger = std::chrono::seconds(2);
    /// When the service stops, handlers may go on for so long before they are cancelled: enough to
    /// end what they are at, not enough for somebody to wait for clients that merely stay.
    Duration drain = std::chrono::seconds(1);
    BindOptions bind = {};
    /// Where its numbers are listed, under the service's name; must outlive the service.
    Statistics* statistics = nullptr;

    std::vector<std::string> validate() const;
  };

  TcpServer(Env& env, const Config& config);
  ~TcpServer() override;

  /// Serves one client. When the Future has its value, what was written is sent, then the
  /// connection is closed, see Config::linger; on an error it is closed at once.
  ///
  /// Lifetime: `client` lives until the Future has settled or was dropped.
  virtual Future<void> on_client(Stream& client) = 0;

 protected:
  Future<void> serve(TcpStream stream) final;
};

}  // namespace eddy
