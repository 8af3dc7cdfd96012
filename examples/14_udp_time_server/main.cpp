// SPDX-License-Identifier: MIT
//
// Tells the time over UDP, and asks for it:
//
//     udp_time_server [ADDRESS:PORT]
//     udp_time_server ask ADDRESS:PORT
#include <eddy/core/loop.hpp>
#include <eddy/kit/supervisor.hpp>
#include <eddy/services/udp_server.hpp>

#include <cstdio>
#include <ctime>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

using eddy::Address;
using eddy::Errc;
using eddy::Error;
using eddy::Future;
using eddy::Result;
using namespace std::chrono_literals;

namespace {

std::string time_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

/// Answers "time" with the time, and "alarm" with that of a second later.
class TimeServer final : public eddy::UdpServer {
 public:
  using UdpServer::UdpServer;

  bool on_arrival(const eddy::DatagramView& question) override {
    if (question.bytes != "time") return false;
    std::ignore = reply(question, time_now());  // if it is lost, the client asks again
    return true;
  }

  Future<void> on_datagram(eddy::Datagram question) override {
    if (question.bytes != "alarm") {
      return eddy::failed_future<void>(Error(make_error_code(Errc::protocol), question.bytes));
    }
    return loop().sleep(1s).then(
        [this, question = std::move(question)] { return reply(question, time_now()); });
  }
};

/// Asks `attempts` times at most, for the question may be lost as well as the answer.
Future<std::string> ask(eddy::UdpSocket& server, int attempts) {
  if (Result<void> sent = server.send("time"); !sent) {
    return eddy::failed_future<std::string>(std::move(sent).error());
  }
  return server.receive()
      .timeout(500ms)
      .then([](eddy::Datagram answer) { return std::move(answer.bytes); })
      .or_else(Errc::timed_out, [&server, attempts](Error error) {
        if (attempts > 1) return ask(server, attempts - 1);
        return eddy::failed_future<std::string>(std::move(error));
      });
}

int run_client(const Address& address) {
  eddy::Loop loop;
  auto server = eddy::UdpSocket::connect(loop, address);
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message().c_str());
    return 1;
  }
  const Result<std::string> answer = loop.run_until(ask(*server, 3));
  std::puts(answer ? answer->c_str() : answer.error().message().c_str());
  return answer ? 0 : 1;
}

int run_server(const Address& address) {
  eddy::Loop loop;
  eddy::Supervisor supervisor(loop);
  supervisor.add<TimeServer>({.listen = address,
                              .max_handlers = 100,
                              .handler_limit = 5s,
                              .socket = {.packet_info = true}});
  return supervisor.run();
}

}  // namespace

int main(int argc, char** argv) {
  const bool client = argc == 3 && std::string_view(argv[1]) == "ask";
  const auto address = Address::parse(argc > 1 ? argv[argc - 1] : "127.0.0.1:3737");
  if (!address || (argc > 2 && !client)) {
    std::fprintf(stderr, "usage: udp_time_server [ask] ADDRESS:PORT\n");
    return eddy::exit_code::usage;
  }
  return client ? run_client(*address) : run_server(*address);
}
