// SPDX-License-Identifier: MIT
//
// A connection to a server as a service: it connects, calls a function of yours, and is done.
//
//     class Greeter final : public TcpClient {
//      public:
//       using TcpClient::TcpClient;
//       Future<void> on_connection(Stream& server) override {
//         server.write("hello\n");
//         return server.read_line().then([](std::string answer) { ... });
//       }
//     };
//     supervisor.add<Greeter>({.to = "example.org:7000"_endpoint});
//
// For a connection that is to be there as long as the program runs see
// services/robust_tcp_client.hpp.
#pragma once

#include <eddy/base/endpoint.hpp>
#include <eddy/base/required.hpp>
#include <eddy/io/connect.hpp>
#include <eddy/services/client_base.hpp>

#include <string>
#include <vector>

namespace eddy {

/// Connects, tries that again as its policy says, and calls on_connection() once.
///
/// It is up when it is connected. When the handler is done the service has finished; what the
/// handler fails with is the service's failure, and so is the last error when it has given up
/// connecting. Thread: loop.
class EDDY_EXPORT TcpClient : public ClientBase {
 public:
  struct Config {
    Required<Endpoint> to;        ///< a name and a port, or an IP or Unix address
    ConnectOptions connect = {};  ///< limits of an attempt, and how the socket is set up
    ReconnectPolicy reconnect = {};
    /// A server that neither sends nor takes anything for so long is closed; zero: never.
    Duration idle_limit = Duration::zero();
    /// A server that takes nothing of what waits for it for so long is reset; zero: never.
    Duration write_limit = std::chrono::seconds(30);
    /// When the handler is done, the server may still send for so long, for octets that meet a
    /// closed socket may destroy what is on its way to it. It ends as soon as the server does.
    Duration linger = std::chrono::seconds(2);
    /// Where its numbers are listed, under the service's name; must outlive the service.
    Statistics* statistics = nullptr;

    std::vector<std::string> validate() const;
  };

  TcpClient(Env& env, Config config);

  Future<void> start() override;

 protected:
  Future<Stream> open(bool again) override;

 private:
  const Config config_;
};

}  // namespace eddy
