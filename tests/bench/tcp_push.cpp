// SPDX-License-Identifier: MIT
// TCP echo by push. limit/tcp_echo.c does the same on bare libuv.
#include <eddy/core/loop.hpp>
#include <eddy/io/listener.hpp>

#include <utility>

#include "echo.hpp"
#include "server.hpp"

int main() {
  eddy::Loop loop;
  auto listener = bench::listen(loop);
  listener.start([](eddy::TcpStream stream) { new bench::Echo(std::move(stream)); });
  loop.run();
  return 0;
}
