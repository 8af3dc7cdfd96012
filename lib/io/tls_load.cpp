// SPDX-License-Identifier: MIT
#include <eddy/io/tls_load.hpp>

#include <utility>

#include "io/file_pool.hpp"

namespace eddy {

Future<TlsServerContext> load_tls_server(Loop& loop, TlsServerOptions options, Site site) {
  return detail::FilePool::of(loop).run(
      [options = std::move(options)]() mutable {
        return TlsServerContext::create(std::move(options));
      },
      site);
}

Future<TlsServerContext> reload_tls_server(Loop& loop, TlsServerContext context, Site site) {
  return detail::FilePool::of(loop).run(
      [context = std::move(context)]() mutable -> Result<TlsServerContext> {
        if (auto reloaded = context.reload(); !reloaded) return std::move(reloaded).error();
        return std::move(context);
      },
      site);
}

Future<TlsClientContext> load_tls_client(Loop& loop, TlsClientOptions options, Site site) {
  return detail::FilePool::of(loop).run(
      [options = std::move(options)]() mutable {
        return TlsClientContext::create(std::move(options));
      },
      site);
}

}  // namespace eddy
