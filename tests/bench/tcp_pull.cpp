// SPDX-License-Identifier: MIT
// TCP echo with futures, as an application would write it. limit/tcp_echo.c does the same on bare
// libuv.
#include <eddy/core/loop.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/io/listener.hpp>

#include <memory>
#include <string>
#include <utility>

#include "server.hpp"

namespace {

class Echo {
 public:
  explicit Echo(eddy::TcpStream stream) : stream_(std::move(stream)) {}

  eddy::Future<void> serve() {
    return eddy::repeat(stream_.loop(), [this] { return turn(); });
  }

 private:
  eddy::Future<eddy::Next> turn() {
    if (stream_.congested()) return stream_.drain().then([] { return eddy::Next::again; });
    return stream_.read().then([this](const std::string& bytes) {
      stream_.write(bytes);
      return eddy::Next::again;
    });
  }

  eddy::TcpStream stream_;
};

}  // namespace

int main() {
  eddy::Loop loop;
  auto listener = bench::listen(loop);
  // Every connection ends with an error: the end of the stream, or a reset by the load.
  eddy::TaskGroup connections(loop, [](const eddy::Task&, const eddy::Error&) {});
  listener.start([&connections](eddy::TcpStream stream) {
    auto echo = std::make_unique<Echo>(std::move(stream));
    auto work = echo->serve();
    connections.spawn("echo", std::move(work).attach(std::move(echo)));
  });
  loop.run();
  return 0;
}
