// SPDX-License-Identifier: MIT
//
// What all services have in common that keep a connection to a server: attempts, pauses, states.
//
// Derive from TcpClient or RobustTcpClient (services/tcp_client.hpp,
// services/robust_tcp_client.hpp) instead, unless the connection is of another kind.
#pragma once

#include <eddy/base/statistics.hpp>
#include <eddy/core/event.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/core/watch.hpp>
#include <eddy/io/stream.hpp>
#include <eddy/kit/service.hpp>
#include <eddy/services/reconnect_policy.hpp>

#include <memory>
#include <string>

namespace eddy {

namespace detail {
class ReconnectPlan;
}

/// What a client is doing.
enum class ClientState {
  connecting,  ///< from its start on: names are looked up, addresses tried
  connected,   ///< the handler runs
  backoff,     ///< waits before it tries again
  closed,      ///< it is over: stopped, done, or given up
};

/// What a client has counted.
struct ClientStatistic {
  Counter attempts;         ///< to connect
  Counter failed_attempts;  ///< of these
  Counter connections;      ///< that were made
  Gauge connected;          ///< 1 while there is one
  Counter failed;          ///< connections whose handler failed, other than by the server's leaving
  Counter bytes_received;  ///< over connections that are gone
  Counter bytes_sent;      ///< over connections that are gone

  void visit(auto&& field) const {
    field("attempts", attempts), field("failed_attempts", failed_attempts);
    field("connections", connections), field("connected", connected), field("failed", failed);
    field("bytes_received", bytes_received), field("bytes_sent", bytes_sent);
  }
};

/// Connects, calls on_connection(), and closes the connection when that is done, in whatever way.
///
/// Thread: loop.
class EDDY_EXPORT ClientBase : public Service {
 public:
  ~ClientBase() override;

  ClientState state() const noexcept { return states_.value(); }
  /// Hears of each change of the state; the last one is ClientState::closed.
  [[nodiscard]] WatchReader<ClientState> states() const { return states_.reader(); }
  /// Resolves when there is a connection; at once if there is one.
  ///
  /// Errors: Errc::closed when the client is over.
  /// Cancel: total.
  [[nodiscard]] Future<void> connected(Site site = EDDY_HERE);
  const ClientStatistic& statistic() const noexcept { return statistic_; }

  /// Uses a connection. When the Future has its value, what was written is sent, then the
  /// connection is closed; on an error it is closed at once.
  ///
  /// Lifetime: `server` lives until the Future has settled or was dropped.
  virtual Future<void> on_connection(Stream& server) = 0;

  /// Whether it is worth trying again after `error`, of an attempt or of the handler.
  ///
  /// By default after those that are `retryable`. Otherwise the service fails with it.
  virtual bool retry(const Error& error) const;

  Future<void> stop(StopReason why) override;

 protected:
  /// What follows a connection whose handler is done.
  enum class After {
    finish,     ///< the service has done its work
    reconnect,  ///< the next one
  };
  /// What the Configs of all such clients have, see TcpClient::Config.
  struct Settings {
    ReconnectPolicy reconnect;
    After after;
    Duration linger;
    Statistics* statistics;
    std::string server;  ///< for logs and errors

    template <class Config>
    Settings(const Config& config, After then)
        : reconnect(config.reconnect),
          after(then),
          linger(config.linger),
          statistics(config.statistics),
          server(config.to->to_string()) {}
  };

  ClientBase(Env& env, Settings settings);

  /// Makes a connection. But for the first time `again` is set: names are to be asked for anew.
  virtual Future<Stream> open(bool again) = 0;

  /// Begins to connect. The service's work is spawned; it fails or finishes with that.
  void begin();

 private:
  Future<Next> round();
  Future<void> serve(Stream stream);
  Future<void> call_handler();
  void hang_up() noexcept;
  Next handler_done();
  Result<Next> went_wrong(const Error& error);
  Future<Next> pause();
  void ended(const Result<void>& how);
  void enter(ClientState state);
  void close();
  Error closed_error() const;

  const Settings settings_;
  ClientStatistic statistic_;
  Statistics::Registration registration_;
  std::unique_ptr<detail::ReconnectPlan> plan_;
  Watch<ClientState> states_{ClientState::connecting};
  Event arrival_;  // of a connection
  Stream stream_;
  TimePoint connected_at_{};
  bool again_ = false;  // this is not the first attempt
  bool stopping_ = false;
};

}  // namespace eddy
