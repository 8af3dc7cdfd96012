// SPDX-License-Identifier: MIT
#include "line_echo.hpp"

#include <eddy/core/repeat.hpp>

#include <string>

using eddy::Errc;
using eddy::Error;
using eddy::Future;
using eddy::Next;
using eddy::Stream;

namespace sample {
namespace {

Future<Next> echo_line(Stream& client) {
  return client.read_line()
      .then([&client](std::string line) {
        client.write(line += '\n');
        return client.drain();  // a client that does not read is not read from
      })
      .then([] { return Next::again; });
}

}  // namespace

Future<void> LineEcho::on_client(Stream& client) {
  // Both are normal ends: what was written is still sent.
  return eddy::repeat(loop(), [&client] { return echo_line(client); })
      .or_else(Errc::end_of_stream, [](const Error&) {})
      .or_else(Errc::too_large, [](const Error&) {});
}

}  // namespace sample
