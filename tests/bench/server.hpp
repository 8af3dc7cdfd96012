// SPDX-License-Identifier: MIT
// What the bench servers share: a port on 127.0.0.1, told on stdout, and an end in any case.
#pragma once

#include <eddy/base/address.hpp>
#include <eddy/io/listener.hpp>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace bench {

/// Ends the process after so long, if nobody else does.
constexpr unsigned longest_run_seconds = 600;

inline void tell_port(const eddy::Address& address) {
  std::printf("port %u\n", static_cast<unsigned>(address.port()));
  std::fflush(stdout);
}

inline eddy::Listener listen(eddy::Loop& loop) {
  using eddy::operator""_addr;
  alarm(longest_run_seconds);
  auto listener = eddy::Listener::bind(loop, "127.0.0.1:0"_addr);
  if (!listener.has_value()) {
    std::fprintf(stderr, "%s\n", listener.error().message().c_str());
    std::exit(1);
  }
  tell_port(listener->local());
  return *std::move(listener);
}

}  // namespace bench
