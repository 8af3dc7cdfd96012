// SPDX-License-Identifier: MIT
// HTTP hello with the router and the limits that a user gets. limit/http_hello.c does the least
// that llhttp and bare libuv allow.
//
// Only the limits that would end the load are lifted: the number of connections, and idle time.
#include <eddy/core/loop.hpp>
#include <eddy/net/http_server.hpp>

#include <cstdio>
#include <limits>

#include "server.hpp"

int main() {
  using namespace eddy;
  Loop loop;
  http::Routes routes;
  routes.get("/", [] { return http::Response::text("Hello, World!"); });
  http::ServerOptions options;
  options.limits.idle = Duration::zero();
  options.max_connections = std::numeric_limits<std::size_t>::max();
  auto server = http::Server::create(loop, routes, options);
  if (!server.has_value()) {
    std::fprintf(stderr, "%s\n", server.error().message().c_str());
    return 1;
  }
  server->listen(bench::listen(loop));
  loop.run();
  return 0;
}
