// SPDX-License-Identifier: MIT
//
// The same as tls_peer.cpp, with services: a TlsServer, which reloads when its files change, and a
// TlsClient.
#include <eddy/core/loop.hpp>
#include <eddy/kit/supervisor.hpp>
#include <eddy/services/tls_client.hpp>
#include <eddy/services/tls_server.hpp>

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "tls_talk.hpp"

using namespace eddy;

namespace {

class Teller final : public TlsServer {
 public:
  using TlsServer::TlsServer;

  Future<void> on_client(TlsStream& client) override { return integration::answer(client); }
};

class Asker final : public TlsClient {
 public:
  using TlsClient::TlsClient;

  Future<void> on_connection(Stream& server) override {
    return integration::ask(server).then([](const std::string& line) { std::puts(line.c_str()); });
  }
};

int serve(char** argv) {
  Loop loop;
  Supervisor supervisor(loop);
  supervisor.add<Teller>({.listen = Address::parse("127.0.0.1:0").value(),
                          .tls = integration::server_options(argv[2], argv[3], argv[4]),
                          .reload_on_change = true});
  return supervisor.run();
}

int call(char** argv) {
  const auto endpoint = Endpoint::parse(argv[2]);
  if (!endpoint) return 2;
  Loop loop;
  Supervisor supervisor(loop);
  supervisor.add<Asker>({.to = *endpoint,
                         .tls = {.authorities = Pem::file(argv[4])},
                         .host = argv[3],
                         .reconnect = {.attempts = 1}});
  return supervisor.run();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "server" && argc > 3) return serve(argv);
  if (mode == "client" && argc > 4) return call(argv);
  return 2;
}
