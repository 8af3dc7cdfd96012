// SPDX-License-Identifier: MIT
// TLS 1.3 echo by push. limit/tls_echo.c does the same on bare libuv and OpenSSL.
#include <eddy/core/loop.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/io/listener.hpp>
#include <eddy/io/tls.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "certificate.hpp"
#include "echo.hpp"
#include "server.hpp"

namespace {

eddy::TlsServerContext a_context() {
  eddy::TlsServerOptions options;
  const std::string pem = bench::certificate_and_key();
  options.certificates.push_back(
      {.certificate = eddy::Pem::text(pem), .key = eddy::Pem::text(pem)});
  options.minimum = eddy::TlsVersion::tls1_3;
  options.resumption = false;  // as the limit, which sends no tickets
  auto context = eddy::TlsServerContext::create(std::move(options));
  if (context.has_value()) return *std::move(context);
  std::fprintf(stderr, "%s\n", context.error().message().c_str());
  std::exit(1);
}

}  // namespace

int main() {
  const eddy::TlsServerContext context = a_context();
  eddy::Loop loop;
  eddy::TaskGroup handshakes(loop);
  auto listener = bench::listen(loop);
  listener.start([&](eddy::TcpStream stream) {
    handshakes.spawn("handshake",
                     eddy::tls_accept(std::move(stream), context).then([](eddy::TlsStream secure) {
                       new bench::Echo(std::move(secure));
                     }));
  });
  loop.run();
  return 0;
}
