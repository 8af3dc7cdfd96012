// SPDX-License-Identifier: MIT
// UDP echo by push. limit/udp_echo.c does the same on bare libuv.
#include <eddy/core/loop.hpp>
#include <eddy/io/udp_socket.hpp>

#include <tuple>

#include "server.hpp"

namespace {

class Echo final : public eddy::DatagramSink {
 public:
  explicit Echo(eddy::UdpSocket& socket) : socket_(socket) { socket.start(*this); }

  void on_datagram(const eddy::DatagramView& datagram) noexcept override {
    // What cannot be sent is lost, as any datagram may be.
    std::ignore = socket_.send_to(datagram.peer, datagram.bytes);
  }

 private:
  eddy::UdpSocket& socket_;
};

}  // namespace

int main() {
  using eddy::operator""_addr;
  alarm(bench::longest_run_seconds);
  eddy::Loop loop;
  auto socket = eddy::UdpSocket::bind(loop, "127.0.0.1:0"_addr);
  if (!socket) {
    std::fprintf(stderr, "%s\n", socket.error().message().c_str());
    return 1;
  }
  const Echo echo(*socket);
  bench::tell_port(socket->local());
  loop.run();
  return 0;
}
