// SPDX-License-Identifier: MIT
//
// Where eddy was built without c-ares.
#include "resolver_kit.hpp"

using namespace eddy;
using namespace eddy::testing;

TEST_CASE("a resolver that needs c-ares says with each lookup that it is not built in") {
  Fixture t;
  Resolver resolver(t.loop, {.backend = ResolverBackend::cares});

  const Error error = t.get(resolver.resolve("example.org")).error();

  CHECK(error == std::errc::not_supported);
  CHECK(error.message().find("-Dcares=enabled") != std::string::npos);
}

TEST_CASE("name servers of one's own need c-ares") {
  Fixture t;
  Resolver resolver(t.loop, {.servers = {"127.0.0.1:53"_addr}});

  CHECK(t.get(resolver.resolve("example.org")).error() == std::errc::not_supported);
}
