// SPDX-License-Identifier: MIT
//
// Begins TLS on a stream, as its server or its client.
//
//     auto context = TlsClientContext::create().value();
//     auto secure = connect(loop, address).then([context](TcpStream stream) {
//       return tls_connect(std::move(stream), context, "example.com");
//     });
#pragma once

#include <eddy/core/future.hpp>
#include <eddy/io/tls_client_context.hpp>
#include <eddy/io/tls_server_context.hpp>
#include <eddy/io/tls_stream.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace eddy {

/// What is particular to one connection of a client.
struct TlsConnectOptions {
  /// Asked for instead of the host's name (SNI), "" for none. The certificate must name the host
  /// all the same.
  std::optional<std::string> server_name{};
};

/// Takes part in a handshake that the peer begins; resolves to the secured stream.
///
/// A peer that is refused is told why, and listened to as TlsLimits::linger says before this fails.
/// Errors: Errc::timed_out (TlsLimits::handshake), Errc::end_of_stream and those of the stream
/// below, Errc::closed if that is not open, Errc::too_large (TlsLimits::max_handshake), TlsAlert,
/// TlsVerify, tls_category(); with the context "tls accept".
/// Cancel: terminal; `stream` is closed.
/// Thread: loop, that of the stream.
/// Lifetime: `stream` has no reader; it is closed if the handshake fails.
[[nodiscard]] EDDY_EXPORT Future<TlsStream> tls_accept(Stream stream,
                                                       const TlsServerContext& context,
                                                       Site site = EDDY_HERE);

/// Begins a handshake with `host`, whose certificate must be valid and name it; resolves to the
/// secured stream.
///
/// A certificate names hosts by subjectAltName alone (RFC 9525), with "*" as its whole first label
/// if at all. In TLS 1.3 a server that refuses the client's certificate says so only when it is
/// read from.
/// @param host  a name, in ASCII ("xn--..."), or an address.
/// Errors: as those of tls_accept(), with the context "tls connect example.com"; Errc::invalid for
/// what is no host.
/// Cancel: terminal; `stream` is closed.
/// Thread: loop, that of the stream.
/// Lifetime: `stream` has no reader; it is closed if the handshake fails.
[[nodiscard]] EDDY_EXPORT Future<TlsStream> tls_connect(Stream stream,
                                                        const TlsClientContext& context,
                                                        std::string_view host,
                                                        TlsConnectOptions options = {},
                                                        Site site = EDDY_HERE);

}  // namespace eddy
