// SPDX-License-Identifier: MIT
//
// An HTTP/1.1 server as a service.
//
//     http::Routes routes;
//     routes.get("/", [] { return http::Response::text("hello, world\n"); });
//     supervisor.add<HttpServer>({.listen = "[::]:8080"_addr, .routes = routes});
//
// Handlers are described in net/routes.hpp. A class of your own may derive from this one and give
// it routes that call its own functions.
#pragma once

#include <eddy/base/required.hpp>
#include <eddy/base/statistics.hpp>
#include <eddy/kit/service.hpp>
#include <eddy/net/http_server.hpp>

#include <memory>
#include <string>
#include <vector>

namespace eddy {

/// Listens while it is up; its stop lets running requests end, within the stop grace.
///
/// Thread: loop.
class EDDY_EXPORT HttpServer : public Service {
 public:
  struct Config {
    Required<ListenOn> listen;  ///< an address, port 0 takes a free one; or a passed socket
    http::Routes routes = {};
    http::ServerLimits limits = {};
    /// At this number, or at 80 % of the descriptors, it stops accepting until a client goes.
    std::size_t max_connections = 10'000;
    http::OnHalfClose on_half_close = http::OnHalfClose::keep;
    BindOptions bind = {};
    /// Where its numbers are listed, under the service's name; must outlive the service.
    Statistics* statistics = nullptr;

    std::vector<std::string> validate() const;
  };

  HttpServer(Env& env, Config config);
  ~HttpServer() override;

  Future<void> start() override;
  Future<void> stop(StopReason why) override;

  /// Where it listens, with the real port; no address before it is up and after its stop.
  Address bound_address() const noexcept;
  /// Lifetime: the service's. It must have been up.
  const http::ServerStatistic& statistic() const noexcept;

 private:
  Config config_;
  std::unique_ptr<http::Server> server_;
  Statistics::Registration registration_;
};

}  // namespace eddy
