// SPDX-License-Identifier: MIT
//
// A user's program, compiled with the user's own warnings as errors.
#include <eddy/base/address.hpp>
#include <eddy/base/error.hpp>
#include <eddy/base/result.hpp>
#include <eddy/core/future.hpp>
#include <eddy/core/loop.hpp>

#include <chrono>
#include <cstdio>
#include <system_error>

namespace {

using namespace std::chrono_literals;

eddy::Result<int> refused() {
  return eddy::Error(std::errc::connection_refused, "connect 10.0.0.1:80");
}

bool base_works() {
  using namespace eddy::literals;
  const auto address = eddy::Address::parse("[::1]:8080");
  const auto result = refused();
  return address && *address == "[::1]:8080"_addr && !result &&
         result.error() == std::errc::connection_refused;
}

bool core_works() {
  eddy::Loop loop;
  const auto seven = loop.run_until(loop.sleep(1ms, 3).then([](int three) { return three + 4; }));
  const auto late = loop.run_until(loop.sleep(1h).timeout(1ms));
  return seven && *seven == 7 && !late && late.error() == eddy::Errc::timed_out;
}

}  // namespace

int main() {
  const bool good = base_works() && core_works();
  std::puts(good ? "the consumer works" : "the consumer is broken");
  return good ? 0 : 1;
}
