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

using namespace eddy;

namespace {

int fail(const Error& error) {
  std::fprintf(stderr, "%s\n", error.message().c_str());
  return 1;
}

std::string facts_of(const TlsStream& stream) {
  std::string text = stream.version() == TlsVersion::tls1_3 ? "TLS1.3" : "TLS1.2";
  text += stream.resumed() ? " resumed" : " full";
  text += " alpn=" + stream.alpn() + " name=" + stream.server_name();
  const auto peer = stream.peer_certificate();
  return text + " peer=" + (peer ? peer->subject : "") + "\n";
}

/// Answers the first line, waits for the client to end, and ends.
Future<void> answer(std::unique_ptr<TlsStream> client) {
  TlsStream& stream = *client;
  return stream.read_line()
      .then([&stream](const std::string&) {
        stream.write("HTTP/1.0 200 OK\r\n\r\n" + facts_of(stream));
        return stream.shutdown();
      })
      .then([&stream] { return stream.read_exactly(1'000'000); })
      .then([](const std::string&) {})
      .or_else(Errc::end_of_stream, [](const Error&) { log::info("the client has ended"); })
      .attach(std::move(client));
}

int serve(int argc, char** argv) {
  TlsServerOptions options;
  options.certificates.push_back({Pem::file(argv[2]), Pem::file(argv[3]), {}});
  options.alpn = {"http/1.1", "http/1.0"};
  if (argc > 4) {
    options.client_certificate = ClientCertificate::required;
    options.client_authorities = Pem::file(argv[4]);
  }
  const auto context = TlsServerContext::create(std::move(options));
  if (!context) return fail(context.error());
  Loop loop;
  auto listener = Listener::bind(loop, "127.0.0.1:0"_addr);
  if (!listener) return fail(listener.error());
  TaskGroup clients(loop, [](const Task&, const Error& error) {
    log::info("a client failed", {{"error", error}});
  });
  listener->start([&clients, &context](TcpStream stream) {
    clients.spawn("client", tls_accept(std::move(stream), *context).then([](TlsStream client) {
      return answer(std::make_unique<TlsStream>(std::move(client)));
    }));
  });
  log::info("peer listens", {{"address", listener->local()}});
  auto interrupt = SignalWatcher::watch(loop, SIGINT, [&loop](int) { loop.stop(); });
  loop.run();
  return 0;
}

Future<std::string> ask(std::unique_ptr<TlsStream> server) {
  TlsStream& stream = *server;
  stream.write("hello\n");
  return stream.read_line().attach(std::move(server));
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
  if (mode == "server" && argc > 3) return serve(argc, argv);
  if (mode == "client" && argc > 4) return call(argv);
  return 2;
}
