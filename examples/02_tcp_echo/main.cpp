// SPDX-License-Identifier: MIT
//
// Sends back what each client sends: tcp_echo [ADDRESS:PORT]
//
// A socket that a service manager passes under the name "echo" goes before the address.
#include <eddy/core/loop.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/io/passed_sockets.hpp>
#include <eddy/kit/supervisor.hpp>
#include <eddy/services/tcp_server.hpp>

#include <cstdio>
#include <string>

using eddy::Errc;
using eddy::Error;
using eddy::Future;
using eddy::Next;
using eddy::Stream;
using namespace std::chrono_literals;

namespace {

/// Every client gets back what it sends.
class Echo final : public eddy::TcpServer {
 public:
  using TcpServer::TcpServer;

  Future<void> on_client(Stream& client) override {
    // When the client has said all, what was written is still sent.
    return eddy::repeat(loop(), [&client] { return echo_once(client); })
        .or_else(Errc::end_of_stream, [](const Error&) {});
  }

 private:
  static Future<Next> echo_once(Stream& client) {
    return client.read()
        .then([&client](const std::string& octets) {
          client.write(octets);
          return client.drain();  // a client that does not read is not read from
        })
        .then([] { return Next::again; });
  }
};

}  // namespace

int main(int argc, char** argv) {
  auto listen = eddy::Address::parse(argc > 1 ? argv[1] : "127.0.0.1:8081");
  if (!listen) {
    std::fprintf(stderr, "%s\n", listen.error().message().c_str());
    return eddy::exit_code::usage;
  }
  const auto passed = eddy::PassedSockets::take();
  const auto where = passed ? passed->listen_on("echo", *listen) : passed.error();
  if (!where) {
    std::fprintf(stderr, "%s\n", where.error().message().c_str());
    return eddy::exit_code::usage;
  }
  eddy::Loop loop;
  eddy::Supervisor supervisor(loop);
  supervisor.add<Echo>({.listen = *where, .max_connections = 100, .idle_limit = 60s});
  return supervisor.run();
}
