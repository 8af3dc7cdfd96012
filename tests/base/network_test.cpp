// SPDX-License-Identifier: MIT
#include <eddy/base/network.hpp>

#include <string>

#include <doctest/doctest.h>

using namespace eddy;

// A literal that parse_network() refuses does not compile; the rest of the grammar is tested below.
static_assert(detail::parse_network("10.0.0.0/8").problem == nullptr);
static_assert(detail::parse_network("10.0.0.1/8").problem != nullptr);

namespace {

/// What parse() makes of `text`, as text again; or what it says about it.
std::string read(std::string_view text) {
  const Result<Network> network = Network::parse(text);
  if (network) return network->to_string();
  const std::string said(network.error().context());
  return said.substr(said.find("\": ") + 3);
}

}  // namespace

TEST_CASE("networks are read and written in their canonical form") {
  CHECK(read("10.0.0.0/8") == "10.0.0.0/8");
  CHECK(read("10.0.0.1") == "10.0.0.1/32");
  CHECK(read("0.0.0.0/0") == "0.0.0.0/0");
  CHECK(read("FD00:0::/8") == "fd00::/8");
  CHECK(read("[fd00::]/8") == "fd00::/8");
  CHECK(read("::1") == "::1/128");
  CHECK(read("::/0") == "::/0");
  CHECK(read("::ffff:10.0.0.0/104") == "10.0.0.0/8");
}

TEST_CASE("a network that cannot be read quotes what was given and says what was expected") {
  CHECK(Network::parse("ten").error().context() ==
        "network \"ten\": expected a network as in 10.0.0.0/8 or fd00::/8, without a port");
  CHECK(Network::parse("ten").error() == Errc::invalid);
  CHECK(read("10.0.0.0:80") == "expected a network as in 10.0.0.0/8 or fd00::/8, without a port");
  CHECK(read("[10.0.0.0]/8") == "expected a network as in 10.0.0.0/8 or fd00::/8, without a port");
  CHECK(read("") == "expected a network as in 10.0.0.0/8 or fd00::/8, without a port");
  CHECK(read("10.0.0.0/33") == "after / a number from 0 to 32 is expected");
  CHECK(read("10.0.0.0/") == "after / a number from 0 to 32 is expected");
  CHECK(read("10.0.0.0/08") == "after / a number from 0 to 32 is expected");
  CHECK(read("::/129") == "after / a number from 0 to 128 is expected");
  CHECK(read("10.0.0.1/8") ==
        "the address has bits beyond the prefix, so that one of them is wrong");
  CHECK(read("0.0.0.1/0") ==
        "the address has bits beyond the prefix, so that one of them is wrong");
}

TEST_CASE("a network contains the addresses that begin with its bits, whatever their port") {
  CHECK("10.0.0.0/8"_net.contains("10.255.255.255:1"_addr));
  CHECK_FALSE("10.0.0.0/8"_net.contains("11.0.0.0:1"_addr));
  CHECK("192.168.4.0/22"_net.contains("192.168.7.255:1"_addr));
  CHECK_FALSE("192.168.4.0/22"_net.contains("192.168.8.0:1"_addr));
  CHECK("10.0.0.1"_net.contains("10.0.0.1:1"_addr));
  CHECK_FALSE("10.0.0.1"_net.contains("10.0.0.2:1"_addr));
  CHECK("fd00::/8"_net.contains("[fdff::1]:1"_addr));
  CHECK_FALSE("fd00::/8"_net.contains("[fe00::1]:1"_addr));
  CHECK("fe80::/10"_net.contains("[fe80::1%5]:1"_addr));
  CHECK("0.0.0.0/0"_net.contains("1.2.3.4:1"_addr));
}

// hardening 89
TEST_CASE("a v4-mapped address is in the networks of its IPv4 address, and in no IPv6 network") {
  CHECK("10.0.0.0/8"_net.contains("[::ffff:10.1.2.3]:1"_addr));
  CHECK("0.0.0.0/0"_net.contains("[::ffff:10.1.2.3]:1"_addr));
  CHECK_FALSE("10.0.0.0/8"_net.contains("[::ffff:11.1.2.3]:1"_addr));
  CHECK_FALSE("10.0.0.0/8"_net.contains("[::10.1.2.3]:1"_addr));
  CHECK_FALSE("::/0"_net.contains("[::ffff:10.1.2.3]:1"_addr));
  CHECK_FALSE("::/0"_net.contains("10.1.2.3:1"_addr));
  CHECK("::/0"_net.contains("[::1]:1"_addr));
}

TEST_CASE("a Unix socket and what is no address are in no network") {
  CHECK_FALSE("0.0.0.0/0"_net.contains("unix:/x"_addr));
  CHECK_FALSE("::/0"_net.contains("unix:@x"_addr));
  CHECK_FALSE("::/0"_net.contains(Address()));
}

TEST_CASE("an address is in a list if one of its networks contains it") {
  const Network list[] = {"10.0.0.0/8"_net, "::1"_net};

  CHECK(is_in(list, "[::1]:1"_addr));
  CHECK(is_in(list, "[::ffff:10.0.0.1]:1"_addr));
  CHECK_FALSE(is_in(list, "127.0.0.1:1"_addr));
  CHECK_FALSE(is_in({}, "127.0.0.1:1"_addr));
}

TEST_CASE("networks are equal if address and prefix are") {
  CHECK("10.0.0.0/8"_net == "::ffff:10.0.0.0/104"_net);
  CHECK_FALSE("10.0.0.0/8"_net == "10.0.0.0/9"_net);
  CHECK_FALSE("10.0.0.0/8"_net == "11.0.0.0/8"_net);
}
