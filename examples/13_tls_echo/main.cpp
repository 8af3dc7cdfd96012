// SPDX-License-Identifier: MIT
//
// Sends back what each client sends, encrypted: tls_echo CERTIFICATE KEY [ADDRESS:PORT]
//
// On SIGHUP it reads certificate and key again.
#include <eddy/base/log.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/core/signal_watcher.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/io/listener.hpp>
#include <eddy/io/tls.hpp>
#include <eddy/io/tls_load.hpp>

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

using eddy::Errc;
using eddy::Error;
using eddy::Future;
using eddy::Next;
using eddy::TlsStream;
using namespace std::chrono_literals;
namespace log = eddy::log;

namespace {

class TlsEcho {
 public:
  TlsEcho(eddy::Loop& loop, eddy::Listener listener, eddy::TlsServerContext context)
      : loop_(loop),
        listener_(std::move(listener)),
        context_(std::move(context)),
        clients_(loop, [](const eddy::Task& task, const Error& error) { report(task, error); }) {
    listener_.start([this](eddy::TcpStream stream) { serve(std::move(stream)); });
  }

  eddy::Address address() const { return listener_.local(); }

  void reload() {
    reloading_ = eddy::reload_tls_server(loop_, context_)
                     .then([this](eddy::TlsServerContext fresh) {
                       context_ = std::move(fresh);
                       log::info("new clients get the new certificate");
                     })
                     .or_else([](const Error& error) {
                       log::error("the old certificate stays", {{"error", error}});
                     });
  }

  Future<void> stop() {
    listener_.close();
    return clients_.stop(2s);
  }

 private:
  void serve(eddy::TcpStream stream) {
    stream.set_idle_limit(60s);
    std::string task = "client " + stream.peer().to_string();
    clients_.spawn(std::move(task),
                   eddy::tls_accept(std::move(stream), context_).then([this](TlsStream client) {
                     return echo(std::make_unique<TlsStream>(std::move(client)));
                   }));
  }

  Future<void> echo(std::unique_ptr<TlsStream> client) {
    TlsStream& stream = *client;
    return eddy::repeat(loop_, [&stream] { return echo_once(stream); })
        .or_else(Errc::end_of_stream, [](const Error&) {})
        .then([&stream] { return stream.shutdown(); })
        .attach(std::move(client));
  }

  static Future<Next> echo_once(TlsStream& client) {
    return client.read()
        .then([&client](const std::string& octets) {
          client.write(octets);
          return client.drain();
        })
        .then([] { return Next::again; });
  }

  static void report(const eddy::Task& task, const Error& error) {
    log::warning("lost a client", {{"task", task.name()}, {"error", error}});
  }

  eddy::Loop& loop_;
  eddy::Listener listener_;
  eddy::TlsServerContext context_;
  Future<void> reloading_;
  eddy::TaskGroup clients_;  // last, so that it dies first
};

int fail(const Error& error) {
  std::fprintf(stderr, "%s\n", error.message().c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: tls_echo CERTIFICATE KEY [ADDRESS:PORT]\n", stderr);
    return 2;
  }
  eddy::TlsServerOptions options;
  options.certificates.push_back({eddy::Pem::file(argv[1]), eddy::Pem::file(argv[2]), {}});
  auto context = eddy::TlsServerContext::create(std::move(options));
  if (!context) return fail(context.error());
  auto address = eddy::Address::parse(argc > 3 ? argv[3] : "127.0.0.1:8443");
  if (!address) return fail(address.error());

  eddy::Loop loop;
  auto listener = eddy::Listener::bind(loop, *address);
  if (!listener) return fail(listener.error());
  TlsEcho server(loop, *std::move(listener), *std::move(context));

  Future<void> stopped;
  auto hangup = eddy::SignalWatcher::watch(loop, SIGHUP, [&server](int) { server.reload(); });
  auto interrupt = eddy::SignalWatcher::watch(
      loop, SIGINT, [&server, &stopped](int) { stopped = server.stop(); });
  if (!hangup || !interrupt) return 1;
  log::info("tls echo listens", {{"address", server.address()}});
  loop.run();  // returns when the listener is closed and nobody is left
}
