// SPDX-License-Identifier: MIT
#include "io/family_answers.hpp"

#include <doctest/doctest.h>

#include "io/destination_order.hpp"

using namespace eddy;
using namespace eddy::detail;
using namespace std::chrono_literals;

namespace {

const Address four = "127.0.0.1:0"_addr;
const Address other_four = "127.0.0.2:0"_addr;
const Address six = "[::1]:0"_addr;

Result<ResolveAnswer> answer(std::vector<Address> addresses, std::optional<Duration> ttl = {}) {
  return ResolveAnswer{.addresses = std::move(addresses), .ttl = ttl};
}

/// What is told if the lookups fail so.
std::error_code failure(Error ipv6, Error ipv4) {
  return together(std::move(ipv6), std::move(ipv4)).error().code();
}

Destination from(std::string_view address, std::string_view source) {
  return {Address::parse(address).value(), Address::parse(source).value()};
}

Destination unreachable(std::string_view address) {
  return {Address::parse(address).value(), {}};
}

/// Whether a rule puts `a` before `b`, and none the other way round.
bool ordered(const Destination& a, const Destination& b) {
  return goes_before(a, b) && !goes_before(b, a);
}

const Destination global_four = from("192.0.2.1:0", "192.0.2.9:0");
const Destination global_six = from("[2600::1]:0", "[2600::9]:0");

}  // namespace

TEST_CASE("both families' addresses are given together, for as long as both hold") {
  const auto both = together(answer({six}, 5s), answer({four}, 3s)).value();

  CHECK(both.addresses == std::vector<Address>{six, four});
  CHECK(both.ttl == Duration(3s));
  CHECK(together(answer({six}), answer({four}, 3s))->ttl == Duration(3s));
  CHECK(together(answer({six}, 3s), answer({four}))->ttl == Duration(3s));
  CHECK_FALSE(together(answer({six}), answer({four}))->ttl);
}

TEST_CASE("a family that fails, in whatever way, does not cost the other's addresses") {
  CHECK(together(Error(DnsErrc::temporary_failure), answer({four}, 3s))->addresses ==
        std::vector<Address>{four});
  CHECK(together(Error(DnsErrc::no_such_host), answer({four}, 3s))->ttl == Duration(3s));
  CHECK(together(answer({six}), Error(DnsErrc::server_failure))->addresses ==
        std::vector<Address>{six});
}

TEST_CASE("if both families fail the error is told that says more") {
  CHECK(failure(DnsErrc::no_address, DnsErrc::temporary_failure) == DnsErrc::temporary_failure);
  CHECK(failure(DnsErrc::temporary_failure, DnsErrc::no_address) == DnsErrc::temporary_failure);
  CHECK(failure(DnsErrc::no_such_host, DnsErrc::server_failure) == DnsErrc::server_failure);
  CHECK(failure(DnsErrc::server_failure, DnsErrc::no_such_host) == DnsErrc::server_failure);
  CHECK(failure(DnsErrc::no_such_host, DnsErrc::no_address) == DnsErrc::no_such_host);
  CHECK(failure(DnsErrc::no_address, DnsErrc::no_such_host) == DnsErrc::no_such_host);
  CHECK(failure(DnsErrc::no_address, DnsErrc::no_address) == DnsErrc::no_address);
}

TEST_CASE("only what a name server tells again is taken for nothing") {
  CHECK(tells_of_nothing(DnsErrc::no_address));
  CHECK(tells_of_nothing(DnsErrc::no_such_host));
  CHECK_FALSE(tells_of_nothing(DnsErrc::temporary_failure));
  CHECK_FALSE(tells_of_nothing(DnsErrc::server_failure));
}

TEST_CASE("RFC 6724, rule 1: what cannot be reached comes last") {
  CHECK(ordered(global_four, unreachable("[2600::1]:0")));
  CHECK(ordered(global_six, unreachable("192.0.2.1:0")));
  CHECK(ordered(from("192.0.2.1:0", "169.254.0.9:0"), unreachable("[2600::1]:0")));
}

TEST_CASE("RFC 6724, rule 2: what reaches as far as its source comes first") {
  CHECK(ordered(global_four, from("[2600::1]:0", "[fe80::9]:0")));
  CHECK(ordered(global_six, from("192.0.2.1:0", "169.254.0.9:0")));
  CHECK(ordered(from("[fe80::1]:0", "[fe80::9]:0"), from("127.0.0.1:0", "192.0.2.9:0")));
  CHECK(ordered(global_four, from("[2600::1]:0", "[fec0::9]:0")));
}

TEST_CASE("RFC 6724, rule 5: what is of the kind of its source comes first") {
  CHECK(ordered(global_four, from("[2600::1]:0", "[fd00::9]:0")));
  CHECK(ordered(global_four, from("[2600::1]:0", "[2002::9]:0")));
  CHECK(ordered(global_four, from("[2600::1]:0", "[2001::9]:0")));
  CHECK(ordered(from("[2600::1]:0", "[2600::9]:0"), from("[3ffe::1]:0", "[2600::9]:0")));
}

TEST_CASE("RFC 6724, rule 6: IPv6 comes before IPv4, but not those of old and of local networks") {
  CHECK(ordered(global_six, global_four));
  CHECK(ordered(from("[::1]:0", "[::1]:0"), from("127.0.0.1:0", "127.0.0.1:0")));
  CHECK(ordered(global_four, from("[fd00::1]:0", "[fd00::9]:0")));
  CHECK(ordered(global_four, from("[2002::1]:0", "[2002::9]:0")));
  CHECK(ordered(global_four, from("[2001::1]:0", "[2001::9]:0")));
  CHECK(ordered(global_four, from("[3ffe::1]:0", "[3ffe::9]:0")));
  CHECK(ordered(global_four, from("[::5.6.7.8]:0", "[::5.6.7.9]:0")));
}

TEST_CASE("addresses of one family stay in their order") {
  const std::vector<Address> fours = {other_four, four};

  CHECK(in_order({}, fours) == fours);
  CHECK(in_order({six}, {}) == std::vector<Address>{six});
  CHECK(in_order({six}, fours) == std::vector<Address>{six, fours[0], fours[1]});
}

TEST_CASE("the addresses that a connection would come from are the kernel's") {
  const Address nowhere = "[3ffe::1]:0"_addr;  // no route, or a way for what is of no use any more

  CHECK(in_order({nowhere, six}, {four}) == std::vector<Address>{four, nowhere, six});
}
