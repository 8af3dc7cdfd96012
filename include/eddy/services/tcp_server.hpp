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
#include <eddy/base/statistics.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/io/listener.hpp>
#include <eddy/kit/service.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace eddy {

/// What a TcpServer has counted.
struct TcpServerStatistic {
  Counter clients;         ///< that came
  Gauge open;              ///< clients now
  Counter failed;          ///< whose handler failed, other than by their leaving
  Counter timed_out;       ///< that a limit of time ended
  Counter bytes_received;  ///< from clients that are gone
  Counter bytes_sent;      ///< to clients that are gone
  Counter reached_connection_limit;

  void visit(auto&& field) const {
    field("clients", clients), field("open", open), field("failed", failed);
    field("timed_out", timed_out), field("bytes_received", bytes_received);
    field("bytes_sent", bytes_sent);
    field("reached_connection_limit", reached_connection_limit);
  }
};

/// Calls on_client() for each connection and closes it when that is done, in whatever way.
///
/// A client that goes away ends its handler with an error of `peer_gone`, which is not reported;
/// other errors are logged. Thread: loop.
class EDDY_EXPORT TcpServer : public Service {
 public:
  struct Config {
    Required<ListenOn> listen;  ///< an address, port 0 takes a free one; or a passed socket
    /// At this number it stops accepting until a client goes.
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

  TcpServer(Env& env, Config config);
  ~TcpServer() override;

  /// Serves one client. When the Future has its value, what was written is sent, then the
  /// connection is closed, see Config::linger; on an error it is closed at once.
  ///
  /// Lifetime: `client` lives until the Future has settled or was dropped.
  virtual Future<void> on_client(Stream& client) = 0;

  Future<void> start() override;
  Future<void> stop(StopReason why) override;

  /// Where it listens, with the real port; no address before it is up and after its stop.
  Address bound_address() const noexcept;
  const TcpServerStatistic& statistic() const noexcept { return statistic_; }

 private:
  class Client;

  void serve(TcpStream stream);
  void check_room() noexcept;
  void client_failed(const Task& task, const Error& error);

  Config config_;
  TcpServerStatistic statistic_;
  Statistics::Registration registration_;
  Listener listener_;
  std::size_t open_ = 0;
  bool full_ = false;
  TaskGroup clients_;
};

}  // namespace eddy
