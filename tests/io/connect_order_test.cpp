// SPDX-License-Identifier: MIT
#include "io/connect_order.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace eddy;

namespace {

const Address four_a = "10.0.0.1:80"_addr;
const Address four_b = "10.0.0.2:80"_addr;
const Address six_a = "[::a]:80"_addr;
const Address six_b = "[::b]:80"_addr;
const Address six_c = "[::c]:80"_addr;
const Address local = "unix:/x"_addr;

std::string order(const std::vector<Address>& addresses, const ConnectOptions& options = {}) {
  std::string text;
  for (const Address& address : detail::connect_order(addresses, options))
    text += address.to_string() + " ";
  return text;
}

}  // namespace

TEST_CASE("families take turns, the first address's first, otherwise as given") {
  CHECK(order({six_a, six_b, six_c, four_a, four_b}) ==
        "[::a]:80 10.0.0.1:80 [::b]:80 10.0.0.2:80 [::c]:80 ");
  CHECK(order({four_a, four_b, six_a}) == "10.0.0.1:80 [::a]:80 10.0.0.2:80 ");
  CHECK(order({local, four_a, six_a}) == "unix:/x 10.0.0.1:80 [::a]:80 ");
  CHECK(order({four_a}) == "10.0.0.1:80 ");
  CHECK(order({}).empty());
}

TEST_CASE("the family to begin with can be chosen, and is not missed if there is none") {
  CHECK(order({six_a, four_a}, {.prefer = FamilyPreference::ipv4}) == "10.0.0.1:80 [::a]:80 ");
  CHECK(order({four_a, six_a}, {.prefer = FamilyPreference::ipv6}) == "[::a]:80 10.0.0.1:80 ");
  CHECK(order({four_a, four_b}, {.prefer = FamilyPreference::ipv6}) == "10.0.0.1:80 10.0.0.2:80 ");
}

TEST_CASE("duplicates are tried once, and what is no address not at all") {
  CHECK(order({six_a, six_a, four_a, six_a, four_a}) == "[::a]:80 10.0.0.1:80 ");
  CHECK(order({Address(), six_a, Address(), four_a}) == "[::a]:80 10.0.0.1:80 ");
  CHECK(order({Address()}).empty());
}

TEST_CASE("what was tried stays in its place, and it is the other family's turn") {
  const std::vector<Address> all = {six_a, six_b, four_a, four_b};
  const auto after = [&all](std::vector<Address> tried, const ConnectOptions& options = {}) {
    std::string text;
    for (const Address& address : detail::connect_order(all, options, tried))
      text += address.to_string() + " ";
    return text;
  };

  CHECK(after({four_a}) == "10.0.0.1:80 [::a]:80 10.0.0.2:80 [::b]:80 ");
  CHECK(after({four_a, four_b}) == "10.0.0.1:80 10.0.0.2:80 [::a]:80 [::b]:80 ");
  CHECK(after({six_a}) == "[::a]:80 10.0.0.1:80 [::b]:80 10.0.0.2:80 ");
  CHECK(after({six_a}, {.prefer = FamilyPreference::ipv4}) ==
        "[::a]:80 10.0.0.1:80 [::b]:80 10.0.0.2:80 ");
  CHECK(after({four_a}, {.max_addresses = 2}) == "10.0.0.1:80 [::a]:80 ");
  CHECK(after({four_a, four_b}, {.max_addresses = 2}) == "10.0.0.1:80 10.0.0.2:80 ");
}

TEST_CASE("of many addresses the first of both families are tried") {
  std::vector<Address> many(20'000, six_a);
  for (std::size_t i = 0; i < 10'000; ++i) {
    many[i] = six_a.with_port(static_cast<std::uint16_t>(i + 1));
  }
  many.push_back(four_a);

  const auto chosen = detail::connect_order(many, {});

  CHECK(chosen.size() == 16);
  CHECK(chosen[1] == four_a);
}
