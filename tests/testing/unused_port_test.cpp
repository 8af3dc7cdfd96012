// SPDX-License-Identifier: MIT
#include <eddy/core/loop.hpp>
#include <eddy/io/listener.hpp>
#include <eddy/testing/unused_port.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <set>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "core/child.hpp"

using namespace eddy;
using eddy::testing::run_in_child;
using eddy::testing::unused_port;
using eddy::testing::UnusedPort;

namespace {

/// Whether a socket of `type` without any option can have `address` right now.
bool can_bind(int type, Address address) {
  const int made = socket(address.family(), type, 0);
  const bool bound = bind(made,
                          static_cast<const sockaddr*>(address.data()),
                          static_cast<socklen_t>(address.size())) == 0;
  close(made);
  return bound;
}

}  // namespace

TEST_CASE("no two unused ports are the same") {
  std::vector<UnusedPort> ports(200);
  std::set<std::uint16_t> numbers;

  for (const UnusedPort& port : ports)
    numbers.insert(port.number());

  CHECK(numbers.size() == ports.size());
  CHECK(numbers.count(0) == 0);
}

TEST_CASE("another process does not get a port that is kept here") {
  const std::vector<UnusedPort> ports(100);

  const auto child = run_in_child([&ports] {
    std::vector<UnusedPort> own(100);
    for (const UnusedPort& port : ports)
      for (const UnusedPort& other : own)
        if (other.number() == port.number()) return 1;
    return 0;
  });

  CHECK(child.exit_code() == 0);
}

TEST_CASE("a listener can have the unused port while it is kept") {
  const UnusedPort port = unused_port();
  Loop loop;

  const auto listener = Listener::bind(loop, port.address());

  REQUIRE(listener.has_value());
  CHECK(listener->local().port() == port.number());
}

TEST_CASE("a released port can be had by those who do not share, and for datagrams") {
  UnusedPort port = unused_port();
  CHECK_FALSE(can_bind(SOCK_STREAM, port.address()));
  CHECK(can_bind(SOCK_DGRAM, port.address()));

  port.release();

  CHECK(can_bind(SOCK_STREAM, port.address()));
  CHECK(port.number() != 0);
}

TEST_CASE("a moved port is kept by its new owner") {
  UnusedPort first = unused_port();
  const Address address = first.address();

  UnusedPort second = std::move(first);
  second = UnusedPort(std::move(second));

  CHECK_FALSE(can_bind(SOCK_STREAM, address));
  CHECK(second.address() == address);
}
