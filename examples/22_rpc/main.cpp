// SPDX-License-Identifier: MIT
//
// Remote calls over TCP and UDP:
//
//     rpc                                     a server and a client that call each other
//     rpc serve ADDRESS:PORT                  the same methods over TCP and UDP
//     rpc tcp HOST:PORT METHOD [PARAMS]       calls one; PARAMS is JSON
//     rpc udp ADDRESS:PORT METHOD [PARAMS]
#include <eddy/core/all.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/kit/supervisor.hpp>

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "arithmetic.hpp"
#include "client.hpp"
#include "server.hpp"
#include "udp_client.hpp"
#include "udp_server.hpp"

using eddy::Future;
using eddy::Result;
using namespace eddy::literals;
using namespace std::chrono_literals;
using rpc::Json;

namespace {

/// The server: arithmetic, and a greeting for which it asks the client who that is.
class Calculator final : public rpc::Server {
 public:
  using Server::Server;

  rpc::Methods methods(rpc::Peer& client) override {
    rpc::Methods methods = rpc::arithmetic();
    methods.add("greet", [&client](const Json&) {
      return client.call("name").then(
          [](const Json& name) { return Json("hello, " + name.get<std::string>()); });
    });
    return methods;
  }
};

class UdpCalculator final : public rpc::UdpServer {
 public:
  using UdpServer::UdpServer;

  rpc::Methods methods() override { return rpc::arithmetic(); }
};

/// The client: it can be asked for its name.
class Ann final : public rpc::Client {
 public:
  using Client::Client;

  rpc::Methods methods(rpc::Peer& /*server*/) override {
    rpc::Methods methods;
    methods.add("name", [](const Json&) { return Json("ann"); });
    return methods;
  }
};

/// As text for a terminal; strings of MessagePack may be anything.
std::string text_of(const Json& value) {
  return value.dump(-1, ' ', true, Json::error_handler_t::replace);
}

/// Prints what a call gives.
Future<void> show(std::string what, Future<Json> call) {
  return std::move(call).complete([what = std::move(what)](Result<Json>&& outcome) {
    const std::string text = outcome ? text_of(*outcome) : "failed, " + outcome.error().message();
    std::printf("%s: %s\n", what.c_str(), text.c_str());
  });
}

/// Four calls at the same time, over one connection.
Future<void> call_all(Ann& ann) {
  return eddy::all(show("6 * 7", ann.call("multiply", {6, 7})),
                   show("1 / 0", ann.call("divide", {1, 0})),
                   show("nothing", ann.call("echo")),
                   show("greeting", ann.call("greet")))
      .then([](auto&&) {});
}

/// The client is added when the server is up, for its port is known only then.
int demonstrate() {
  eddy::Loop loop;
  eddy::Supervisor supervisor(loop);
  auto server = supervisor.add<Calculator>({.tcp = {.listen = "127.0.0.1:0"_addr}});
  return supervisor.run_until([&supervisor, server] {
    auto ann = supervisor.add<Ann>({.tcp = {.to = server->bound_address()}});
    return supervisor.start_services({ann}).then([ann] { return ann->connected(); }).then([ann] {
      return call_all(*ann.get());
    });
  });
}

int serve(const eddy::Address& listen) {
  eddy::Loop loop;
  eddy::Supervisor supervisor(loop);
  supervisor.add<Calculator>({.tcp = {.listen = listen}});
  supervisor.add<UdpCalculator>({.udp = {.listen = listen}});
  return supervisor.run();
}

int call_by_tcp(const eddy::Endpoint& server, std::string method, Json params) {
  eddy::Loop loop;
  eddy::Supervisor supervisor(loop);
  auto ann = supervisor.add<Ann>({.tcp = {.to = server}});
  return supervisor.run_until([ann, method = std::move(method), params = std::move(params)] {
    return ann->connected()
        .then([ann, method, params] { return ann->call(method, params); })
        .timeout(5s)
        .then([](const Json& result) { std::puts(text_of(result).c_str()); });
  });
}

int call_by_udp(const eddy::Address& server, std::string method, Json params) {
  eddy::Loop loop;
  auto socket = eddy::UdpSocket::connect(loop, server);
  if (!socket) {
    std::fprintf(stderr, "rpc: %s\n", socket.error().message().c_str());
    return eddy::exit_code::failure;
  }
  rpc::UdpClient client(loop, *std::move(socket));
  const auto result = loop.run_until(client.call(std::move(method), std::move(params)));
  if (!result) {
    std::fprintf(stderr, "rpc: %s\n", result.error().message().c_str());
    return eddy::exit_code::failure;
  }
  std::puts(text_of(*result).c_str());
  return eddy::exit_code::success;
}

int complain() {
  std::fprintf(stderr,
               "usage: rpc [serve ADDRESS:PORT | tcp HOST:PORT METHOD [PARAMS] | udp ...]\n");
  return eddy::exit_code::usage;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 1) return demonstrate();
  const std::string_view what = argv[1];
  const auto where = eddy::Endpoint::parse(argc > 2 ? argv[2] : "");
  if (!where) return complain();
  if (what == "serve" && argc == 3 && where->address()) return serve(where->address());
  if (argc < 4 || argc > 5) return complain();
  Json params = argc > 4 ? Json::parse(argv[4], nullptr, false) : Json();
  if (params.is_discarded()) return complain();
  if (what == "tcp") return call_by_tcp(*where, argv[3], std::move(params));
  if (what == "udp" && where->address())
    return call_by_udp(where->address(), argv[3], std::move(params));
  return complain();
}
