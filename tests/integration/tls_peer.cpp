// SPDX-License-Identifier: MIT
//
// One side of TLS for peers that are not ours:
//
//     tls_peer server CERTIFICATE KEY [AUTHORITIES]    answers each line with what it knows, as
//     HTTP tls_peer client ADDRESS:PORT HOST AUTHORITIES    sends a line, prints the answer
#include <eddy/base/log.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/core/signal_watcher.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/io/connect.hpp>
#include <eddy/io/listener.hpp>
#include <eddy/io/tls.hpp>

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "tls_talk.hpp"

using namespace eddy;

namespace {

int fail(const Error& error) {
  std::fprintf(stderr, "%s\n", error.message().c_str());
  return 1;
}

int serve(char** argv) {
  const auto context =
      TlsServerContext::create(integration::server_options(argv[2], argv[3], argv[4]));
  if (!context) return fail(context.error());
  Loop loop;
  auto listener = Listener::bind(loop, "127.0.0.1:0"_addr);
  if (!listener) return fail(listener.error());
  TaskGroup clients(loop, [](const Task&, const Error& error) {
    log::info("a client failed", {{"error", error}});
  });
  listener->start([&clients, &context](TcpStream stream) {
    clients.spawn("client", tls_accept(std::move(stream), *context).then([](TlsStream client) {
      auto kept = std::make_unique<TlsStream>(std::move(client));
      Future<void> answered = integration::answer(*kept);
      return std::move(answered).attach(std::move(kept));
    }));
  });
  log::info("peer listens", {{"address", listener->local()}});
  auto interrupt = SignalWatcher::watch(loop, SIGINT, [&loop](int) { loop.stop(); });
  loop.run();
  return 0;
}

Future<std::string> ask(std::unique_ptr<TlsStream> server) {
  Future<std::string> line = integration::ask(*server);
  return std::move(line).attach(std::move(server));
}

int call(char** argv) {
  const auto address = Address::parse(argv[2]);
  if (!address) return fail(address.error());
  TlsClientOptions options;
  options.authorities = Pem::file(argv[4]);
  const auto context = TlsClientContext::create(std::move(options));
  if (!context) return fail(context.error());
  Loop loop;
  auto line =
      loop.run_until(connect(loop, *address)
                         .then([&context, host = std::string_view(argv[3])](TcpStream stream) {
                           return tls_connect(std::move(stream), *context, host);
                         })
                         .then([](TlsStream stream) {
                           return ask(std::make_unique<TlsStream>(std::move(stream)));
                         }));
  if (!line) return fail(line.error());
  std::puts(line->c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "server" && argc > 3) return serve(argv);
  if (mode == "client" && argc > 4) return call(argv);
  return 2;
}
