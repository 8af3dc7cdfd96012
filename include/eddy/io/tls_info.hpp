// SPDX-License-Identifier: MIT
//
// What the handshake of a stream has found out, where all that is at hand is a Stream: in the
// handler of a TlsClient, for one.
//
//     Future<void> on_connection(Stream& server) override {
//       if (tls_info(server)->alpn != "mqtt") return failed_future<void>(Errc::protocol);
//
// A TlsStream has the same as functions.
#pragma once

#include <eddy/io/tls_stream.hpp>

#include <optional>
#include <string>

namespace eddy {

/// See TlsStream.
struct TlsInfo {
  TlsVersion version{};
  std::string cipher;
  std::string alpn;         ///< empty if none was spoken of
  std::string server_name;  ///< that the client asked for; empty if it did not
  bool resumed = false;
  std::optional<TlsCertificate> peer_certificate{};
};

/// Nothing if `stream` is empty or no TLS connection. One that was closed still tells.
/// Thread: loop.
[[nodiscard]] EDDY_EXPORT std::optional<TlsInfo> tls_info(const Stream& stream);

}  // namespace eddy
