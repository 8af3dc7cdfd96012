// SPDX-License-Identifier: MIT
//
// A user's server: a ready service under a supervisor, asked once.
#include <eddy/base/address.hpp>
#include <eddy/core/future.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/io/connect.hpp>
#include <eddy/io/tcp.hpp>
#include <eddy/kit/supervisor.hpp>
#include <eddy/services/http_server.hpp>

#include <cstdio>
#include <string>
#include <utility>

namespace {

/// Resolves to the first line of the answer to `GET /`.
eddy::Future<std::string> ask(eddy::Loop& loop, const eddy::Address& server) {
  return eddy::connect(loop, server).then([](eddy::TcpStream stream) {
    stream.write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    auto line = stream.read_line();
    return std::move(line).attach(std::move(stream));
  });
}

}  // namespace

int main() {
  using namespace eddy::literals;
  eddy::Loop loop;
  eddy::Supervisor supervisor(loop);
  eddy::http::Routes routes;
  routes.get("/", [] { return eddy::http::Response::text("hello, world\n"); });
  auto server = supervisor.add<eddy::HttpServer>({.listen = "127.0.0.1:0"_addr, .routes = routes});

  std::string answer;
  const int code = supervisor.run_until([&loop, &server, &answer] {
    return ask(loop, server->bound_address()).then([&answer](std::string line) {
      answer = std::move(line);
    });
  });

  const bool good = code == 0 && answer.starts_with("HTTP/1.1 200");
  std::puts(good ? "the consumer works" : "the consumer is broken");
  return good ? 0 : 1;
}
