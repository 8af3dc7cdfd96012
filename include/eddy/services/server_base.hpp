// SPDX-License-Identifier: MIT
//
// What all services have in common that serve connections: limits, counting, the way to part.
//
// Derive from TcpServer or TlsServer (services/tcp_server.hpp, services/tls_server.hpp) instead,
// unless the connections are of another kind.
#pragma once

#include <eddy/base/log.hpp>
#include <eddy/base/log_throttle.hpp>
#include <eddy/base/statistics.hpp>
#include <eddy/core/detail/presence.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/io/descriptor_share.hpp>
#include <eddy/io/listener.hpp>
#include <eddy/kit/service.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace eddy {

/// What a server has counted of its clients.
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

/// Listens, has each connection served, and closes it when that is done, in whatever way.
///
/// Thread: loop.
class EDDY_EXPORT ServerBase : public Service {
 public:
  ~ServerBase() override;

  Future<void> start() override;
  Future<void> stop(StopReason why) override;

  /// Where it listens, with the real port; no address before it is up and after its stop.
  Address bound_address() const noexcept;
  const TcpServerStatistic& statistic() const noexcept { return statistic_; }

 protected:
  /// What the Configs of all such servers have, see TcpServer::Config.
  struct Settings {
    ListenOn listen;
    std::size_t max_connections;
    Duration idle_limit;
    Duration write_limit;
    Duration linger;
    Duration drain;
    BindOptions bind;
    Statistics* statistics;
    log::Message listens;        ///< what the log says when it is up
    log::Message client_failed;  ///< and when a handler failed

    template <class Config>
    Settings(const Config& config, log::Message on_listening, log::Message on_failure)
        : listen(config.listen),
          max_connections(std::min(config.max_connections, descriptor_share())),
          idle_limit(config.idle_limit),
          write_limit(config.write_limit),
          linger(config.linger),
          drain(config.drain),
          bind(config.bind),
          statistics(config.statistics),
          listens(on_listening),
          client_failed(on_failure) {}
  };

  ServerBase(Env& env, Settings settings);

  /// What is wrong with these parts of a Config.
  template <class Config>
  static std::vector<std::string> complaints_of(const Config& config);

  /// Serves one connection. It counts as one until the Future has settled or was dropped.
  virtual Future<void> serve(TcpStream stream) = 0;

  /// Gives `stream` to `handler`, a function of a reference to it; when that is done, sends what
  /// was written and parts with the client.
  template <class AnyStream, class Handler>
  Future<void> converse(AnyStream stream, Handler handler);

  /// Rests from accepting, for other reasons than the number of connections.
  void set_resting(bool resting) noexcept;
  /// Logs that newcomers wait, for `count` of something are there, at most once a second.
  void newcomers_wait(log::Message why, std::size_t count, std::string_view cure) noexcept;
  /// Drops all connections: for destructors of derived classes whose members these use.
  void drop_clients() noexcept;

 private:
  class Place;
  template <class AnyStream>
  class Counted;

  void accept(TcpStream stream);
  void check_room() noexcept;
  void client_failed(const Task& task, const Error& error);
  Future<void> part(Stream& stream);

  const Settings settings_;
  TcpServerStatistic statistic_;
  Statistics::Registration registration_;
  log::Throttle complaints_;  // of limits
  log::Throttle failures_;    // of clients
  Listener listener_;
  std::size_t open_ = 0;
  bool full_ = false;
  bool resting_ = false;
  bool paused_ = false;
  std::unique_ptr<TaskGroup> clients_;
  detail::Presence presence_;
};

}  // namespace eddy
