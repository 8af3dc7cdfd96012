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
  return eddy::repeat(loop(), [&client] { return echo_line(client); })
      .or_else(Errc::end_of_stream, [](Error) {})  // it has said all; what waits is still sent
      .or_else(Errc::too_large, [](Error) {});
}

}  // namespace sample
