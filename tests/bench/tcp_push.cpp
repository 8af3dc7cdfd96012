// SPDX-License-Identifier: MIT
// TCP echo by push. limit/tcp_echo.c does the same on bare libuv.
#include <eddy/core/loop.hpp>
#include <eddy/io/byte_sink.hpp>
#include <eddy/io/listener.hpp>

#include <utility>

#include "server.hpp"

namespace {

/// Lives until its peer goes.
class Echo final : public eddy::ByteSink {
 public:
  explicit Echo(eddy::TcpStream stream) : stream_(std::move(stream)) { stream_.start(*this); }

  void on_bytes(eddy::ByteView bytes) noexcept override {
    stream_.write(bytes);
    if (stream_.congested()) stream_.pause();
  }
  void on_drained() noexcept override { stream_.resume(); }
  void on_end() noexcept override { delete this; }
  void on_error(const eddy::Error&) noexcept override { delete this; }

 private:
  eddy::TcpStream stream_;
};

}  // namespace

int main() {
  eddy::Loop loop;
  auto listener = bench::listen(loop);
  listener.start([](eddy::TcpStream stream) { new Echo(std::move(stream)); });
  loop.run();
  return 0;
}
