// SPDX-License-Identifier: MIT
//
// Says something to an echo server once a second, and comes back whenever that has gone:
// robust_client HOST:PORT
#include <eddy/core/iterate.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/kit/supervisor.hpp>
#include <eddy/services/robust_tcp_client.hpp>

#include <cstdio>
#include <string>

using eddy::ClientState;
using eddy::Future;
using eddy::Next;
using eddy::Stream;
using namespace std::chrono_literals;

namespace {

void print(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

const char* name_of(ClientState state) {
  switch (state) {
    case ClientState::connecting:
      return "connecting";
    case ClientState::connected:
      return "connected";
    case ClientState::backoff:
      return "waiting";
    case ClientState::closed:
      return "closed";
  }
  return "";
}

class Ticker final : public eddy::RobustTcpClient {
 public:
  using RobustTcpClient::RobustTcpClient;

  Future<void> start() override {
    tasks().spawn("states",
                  states().changes().for_each([](ClientState state) { print(name_of(state)); }));
    return RobustTcpClient::start();
  }

  /// Called anew for each connection. When the server goes, the read fails, and so does this.
  Future<void> on_connection(Stream& server) override {
    return eddy::repeat(loop(), [this, &server] { return tick(server); });
  }

 private:
  Future<Next> tick(Stream& server) {
    server.write("tick " + std::to_string(++ticks_) + "\n");
    return server.read_line().then([this](const std::string& answer) {
      print(answer);
      return loop().sleep(1s, Next::again);
    });
  }

  int ticks_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  auto server = eddy::Endpoint::parse(argc > 1 ? argv[1] : "localhost:8081");
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message().c_str());
    return eddy::exit_code::usage;
  }
  eddy::Loop loop;
  eddy::Supervisor supervisor(loop);
  supervisor.add<Ticker>({.to = *server,
                          .connect = {.limit = 3s},
                          .reconnect = {.attempts = 0, .base = 100ms, .max = 10s},
                          .idle_limit = 5s});
  return supervisor.run();
}
