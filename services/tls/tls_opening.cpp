// SPDX-License-Identifier: MIT
#include "tls_opening.hpp"

#include <eddy/base/log.hpp>
#include <eddy/io/tls.hpp>
#include <eddy/io/tls_error.hpp>
#include <eddy/io/tls_load.hpp>

#include <utility>

namespace eddy::detail {

Future<void> TlsOpening::load(Loop& loop) {
  return load_tls_client(loop, options_).then([this](TlsClientContext context) {
    context_.emplace(std::move(context));
  });
}

Future<Stream> TlsOpening::open(Loop& loop, std::string_view service, bool fresh) {
  return connect_tcp(loop, tcp_, fresh)
      .then([this](TcpStream stream) {
        return tls_connect(std::move(stream), *context_, host_, {.server_name = server_name_});
      })
      .then([this](TlsStream stream) { return tcp_.limited(std::move(stream)); })
      .or_else([this, service](Error error) -> Result<Stream> {
        if (error.code().category() == tls_verify_category()) {
          log::error("the server is not who it should be, nothing was sent to it",
                     {{"service", service}, {"server", tcp_.to.to_string()}, {"error", error}});
        }
        return error;
      });
}

}  // namespace eddy::detail
