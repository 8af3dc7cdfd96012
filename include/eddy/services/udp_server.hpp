// SPDX-License-Identifier: MIT
//
// A UDP server as a service: a function of yours for each datagram.
//
//     class Echo final : public UdpServer {
//      public:
//       using UdpServer::UdpServer;
//       Future<void> on_datagram(Datagram datagram) override {
//         std::ignore = reply(datagram, datagram.bytes);  // lost, as any datagram may be
//         return ready_future();
//       }
//     };
//     supervisor.add<Echo>({.listen = "[::]:7"_addr});
#pragma once

#include <eddy/base/log_throttle.hpp>
#include <eddy/base/required.hpp>
#include <eddy/base/statistics.hpp>
#include <eddy/core/detail/presence.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/io/udp_socket.hpp>
#include <eddy/kit/service.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace eddy {

/// What a UdpServer has counted; what its socket has is listed beside it.
struct UdpServerStatistic {
  Counter datagrams;  ///< that came
  Gauge running;      ///< handlers now
  Gauge waiting;      ///< datagrams that wait for a handler
  Counter dropped;    ///< datagrams that no handler got, for too many waited
  Counter failed;     ///< handlers
  Counter timed_out;  ///< handlers that were ended by their limit

  void visit(auto&& field) const {
    field("datagrams", datagrams), field("running", running), field("waiting", waiting);
    field("dropped", dropped), field("failed", failed), field("timed_out", timed_out);
  }
};

/// Calls on_datagram() for each datagram that comes, for so many at a time.
///
/// No error of a handler or of the network stops it; those of the network that are not for a
/// handler are logged at most once a second. Thread: loop.
class EDDY_EXPORT UdpServer : public Service {
 public:
  struct Config {
    Required<ListenOn> listen;  ///< an address, port 0 takes a free one; or a passed socket
    /// So many handlers wait for something at a time; one that ends at once is none of them.
    std::size_t max_handlers = 256;
    /// So many datagrams wait for a handler; what is more is dropped. Longer queues answer later
    /// than anybody waits.
    std::size_t max_waiting = 1024;
    std::size_t max_waiting_bytes = 4 * 1024 * 1024;
    /// A handler that takes longer is cancelled: nobody waits so long for a datagram; zero: never.
    Duration handler_limit = std::chrono::seconds(30);
    /// When the service stops, what has come is still handled for so long.
    Duration drain = std::chrono::seconds(1);
    UdpOptions socket = {};
    /// Where its numbers are listed, under the service's name; must outlive the service.
    Statistics* statistics = nullptr;

    std::vector<std::string> validate() const;
  };

  UdpServer(Env& env, Config config);
  ~UdpServer() override;

  /// Handles one datagram. Its error is logged, at most once a second, and counted.
  virtual Future<void> on_datagram(Datagram datagram) = 0;
  /// Sees each datagram first, in the loop's buffer: true if there is nothing left to do, and then
  /// it is never copied. For answers that need no waiting; by default false.
  virtual bool on_arrival(const DatagramView& datagram);

  Future<void> start() override;
  Future<void> stop(StopReason why) override;

  /// Answers, from the address that the datagram came to if UdpOptions::packet_info tells it.
  ///
  /// Errors: as UdpSocket::send_to(); Errc::invalid before the start.
  [[nodiscard]] Result<void> reply(const Datagram& datagram, ByteView bytes);
  [[nodiscard]] Result<void> reply(const DatagramView& datagram, ByteView bytes);
  /// Sends a datagram to anybody. Errors: as those of reply().
  [[nodiscard]] Result<void> send_to(const Address& peer, ByteView bytes);

  /// Where it listens, with the real port; no address before it is up and after its stop.
  Address bound_address() const noexcept;
  const UdpServerStatistic& statistic() const noexcept { return statistic_; }

 private:
  class Intake;
  class Running;

  void take(const DatagramView& datagram);
  void serve(Datagram datagram);
  Future<void> handle(Datagram datagram);
  void keep(const DatagramView& datagram);
  void serve_waiting();
  void ended() noexcept;
  bool idle() const noexcept { return running_ == 0 && waiting_.empty(); }
  Future<void> drained();
  void handler_failed(std::string_view task, const Error& error);
  void socket_failed(const Error& error) noexcept;
  Result<void> answer(const Address& local, const Address& peer, ByteView bytes);

  Config config_;
  UdpServerStatistic statistic_;
  std::unique_ptr<DatagramSink> intake_;
  UdpSocket socket_;
  Statistics::Registration registration_;
  Statistics::Registration socket_registration_;
  std::deque<Datagram> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::size_t running_ = 0;
  log::Throttle complaints_;         // of handlers
  log::Throttle socket_complaints_;  // of its socket
  std::optional<Promise<void>> when_idle_;
  bool started_ = false;
  bool over_ = false;
  Future<void> next_;
  TaskGroup handlers_;
  detail::Presence presence_;
};

}  // namespace eddy
