// SPDX-License-Identifier: MIT
//
// A user's program, compiled with the user's own warnings as errors.
#include <eddy/base/address.hpp>
#include <eddy/base/error.hpp>
#include <eddy/base/result.hpp>

#include <cstdio>
#include <system_error>

namespace {

eddy::Result<int> refused() {
  return eddy::Error(std::errc::connection_refused, "connect 10.0.0.1:80");
}

}  // namespace

int main() {
  using namespace eddy::literals;
  const auto address = eddy::Address::parse("[::1]:8080");
  const auto result = refused();
  const bool good = address && *address == "[::1]:8080"_addr && !result &&
                    result.error() == std::errc::connection_refused;
  std::puts(good ? "the consumer works" : "the consumer is broken");
  return good ? 0 : 1;
}
