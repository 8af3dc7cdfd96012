// SPDX-License-Identifier: MIT
//
// An HTTP/1.1 server: a listener, its connections, and the routes that answer.
//
// Programs usually add the ready service HttpServer (services/http_server.hpp) to a Supervisor;
// this is what stands behind it, and what tests use. Handlers: net/routes.hpp.
#pragma once

#include <eddy/base/address.hpp>
#include <eddy/base/statistic.hpp>
#include <eddy/core/future.hpp>
#include <eddy/io/listener.hpp>
#include <eddy/net/http_server_limits.hpp>
#include <eddy/net/routes.hpp>

#include <cstddef>
#include <utility>

namespace eddy::http {

namespace detail {
class ServerImpl;
}

/// What a server has counted.
struct ServerStatistic {
  Counter connections;    ///< that were opened
  Gauge open;             ///< connections now
  Counter requests;       ///< heads that were understood
  Gauge running;          ///< requests whose response is still to come
  Counter informational;  ///< responses 1xx
  Counter success;        ///< responses 2xx
  Counter redirection;    ///< responses 3xx
  Counter client_error;   ///< responses 4xx
  Counter server_error;   ///< responses 5xx
  Counter refused;        ///< messages that broke the protocol or a limit
  Counter timed_out;      ///< connections that a limit of time ended
  Counter dropped;        ///< handlers whose client went away
  Counter failed;         ///< handlers that failed or threw
  Counter bytes_received;
  Counter bytes_sent;  ///< by connections that are closed
  Counter reached_connection_limit;

  void visit(auto&& field) const {
    field("connections", connections), field("open", open), field("requests", requests);
    field("running", running), field("informational", informational), field("success", success);
    field("redirection", redirection), field("client_error", client_error);
    field("server_error", server_error), field("refused", refused);
    field("timed_out", timed_out), field("dropped", dropped), field("failed", failed);
    field("bytes_received", bytes_received), field("bytes_sent", bytes_sent);
    field("reached_connection_limit", reached_connection_limit);
  }
};

/// What happens to running requests when a client ends its sending.
enum class OnHalfClose : std::uint8_t {
  keep,  ///< they are answered
  drop,  ///< the connection is closed
};

/// How a Server treats its clients.
struct ServerOptions {
  ServerLimits limits = {};
  /// At this number the server stops accepting until one of them ends. The other bound is
  /// descriptor_share().
  std::size_t max_connections = 10'000;
  OnHalfClose on_half_close = OnHalfClose::keep;
};

/// Serves HTTP on a listener, or on streams that it is given.
///
/// Thread: loop.
/// Lifetime: destroying it resets all connections and drops their handlers; also in a handler.
class EDDY_EXPORT Server {
 public:
  /// Errors: Errc::invalid for bad routes; the context names them.
  [[nodiscard]] static Result<Server> create(Loop& loop,
                                             const Routes& routes,
                                             const ServerOptions& options = {});
  Server(Server&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
  Server& operator=(Server&& other) noexcept {
    std::swap(impl_, other.impl_);
    return *this;
  }
  ~Server();

  /// Serves all connections that `listener` accepts.
  void listen(Listener listener);
  /// Serves one connection. `peer` is what Request::peer() says.
  void serve(Stream stream, const Address& peer = {});

  /// Where it listens, with the real port; no address if it does not.
  Address bound_address() const noexcept;
  std::size_t connections() const noexcept;
  /// Lifetime: the server's.
  const ServerStatistic& statistic() const noexcept;

  /// Stops listening, lets running requests end, each with `Connection: close`, closes idle
  /// connections, and resets what is left after `grace`; zero: at once.
  ///
  /// A request that has reached this host counts as running. See ServerLimits::last_call.
  ///
  /// Resolves when no connection is left. Cancel: partial; the server stops anyway.
  [[nodiscard]] Future<void> stop(Duration grace);
  [[nodiscard]] Future<void> stop();  ///< with the limits' `stop`

 private:
  explicit Server(detail::ServerImpl* impl) noexcept : impl_(impl) {}

  detail::ServerImpl* impl_;
};

}  // namespace eddy::http
