// SPDX-License-Identifier: MIT
//
// Makes contexts of TLS while a loop runs: files are read and keys checked in the loop's file
// threads.
//
// Before a loop runs, and in threads of one's own, see TlsServerContext::create()
// (io/tls_server_context.hpp) and TlsClientContext::create() (io/tls_client_context.hpp).
#pragma once

#include <eddy/core/future.hpp>
#include <eddy/io/tls_client_context.hpp>
#include <eddy/io/tls_server_context.hpp>

namespace eddy {

/// As TlsServerContext::create().
///
/// Errors: also Errc::overloaded, see FileThreads::queue_limit.
/// Cancel: total.
/// Thread: loop.
[[nodiscard]] EDDY_EXPORT Future<TlsServerContext> load_tls_server(Loop& loop,
                                                                   TlsServerOptions options,
                                                                   Site site = EDDY_HERE);

/// As TlsServerContext::reload(), of a copy: resolves to what `context` is to be replaced by.
///
/// Errors, Cancel, Thread: as those of load_tls_server().
[[nodiscard]] EDDY_EXPORT Future<TlsServerContext> reload_tls_server(Loop& loop,
                                                                     TlsServerContext context,
                                                                     Site site = EDDY_HERE);

/// As TlsClientContext::create().
///
/// Errors, Cancel, Thread: as those of load_tls_server().
[[nodiscard]] EDDY_EXPORT Future<TlsClientContext> load_tls_client(Loop& loop,
                                                                   TlsClientOptions options,
                                                                   Site site = EDDY_HERE);

}  // namespace eddy
