// SPDX-License-Identifier: MIT
//
// What the peers of TLS say to each other, with and without services around them.
#pragma once

#include <eddy/base/log.hpp>
#include <eddy/core/future.hpp>
#include <eddy/io/tls_options.hpp>
#include <eddy/io/tls_stream.hpp>

#include <string>

namespace eddy::integration {

/// @param authorities  of clients, who must have a certificate then; null: they need none.
inline TlsServerOptions server_options(const char* certificate,
                                       const char* key,
                                       const char* authorities) {
  TlsServerOptions options;
  options.certificates.push_back({Pem::file(certificate), Pem::file(key), {}});
  options.alpn = {"http/1.1", "http/1.0"};
  if (authorities != nullptr) {
    options.client_certificate = ClientCertificate::required;
    options.client_authorities = Pem::file(authorities);
  }
  return options;
}

inline std::string facts_of(const TlsStream& stream) {
  std::string text = stream.version() == TlsVersion::tls1_3 ? "TLS1.3" : "TLS1.2";
  text += stream.resumed() ? " resumed" : " full";
  text += " alpn=" + stream.alpn() + " name=" + stream.server_name();
  const auto peer = stream.peer_certificate();
  return text + " peer=" + (peer ? peer->subject : "") + "\n";
}

/// Answers the first line with what is known of the connection, as HTTP, and waits for the client
/// to end.
inline Future<void> answer(TlsStream& client) {
  return client.read_line()
      .then([&client](const std::string&) {
        client.write("HTTP/1.0 200 OK\r\n\r\n" + facts_of(client));
        return client.shutdown();
      })
      .then([&client] { return client.read_exactly(1'000'000); })
      .then([](const std::string&) {})
      .or_else(Errc::end_of_stream, [](const Error&) { log::info("the client has ended"); });
}

/// Sends a line and gives the answer.
inline Future<std::string> ask(Stream& server) {
  server.write("hello\n");
  return server.read_line();
}

}  // namespace eddy::integration
