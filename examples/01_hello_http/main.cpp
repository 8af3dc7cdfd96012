// SPDX-License-Identifier: MIT
#include <eddy/core/loop.hpp>
#include <eddy/kit/supervisor.hpp>
#include <eddy/services/http_server.hpp>
using namespace eddy;

int main() {
  Loop loop;
  Supervisor supervisor(loop);
  http::Routes routes;
  routes.get("/", [] { return http::Response::text("hello, world\n"); });
  supervisor.add<HttpServer>({.listen = "127.0.0.1:8080"_addr, .routes = routes});
  return supervisor.run();
}
