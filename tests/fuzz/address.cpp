// SPDX-License-Identifier: MIT
//
// Addresses, endpoints and networks as text. The first octet chooses which.
//
// Rules: the C library agrees on what an IP address is and on its octets; what was read is written
// so that it is read again as the same; the kernel's form and back is the same; a network contains
// its own address.
#include "fuzzing.hpp"

#include <eddy/base/endpoint.hpp>
#include <eddy/base/network.hpp>

#include <arpa/inet.h>

#include <cstring>
#include <string>

using eddy::Address;
using eddy::ByteView;
using eddy::Endpoint;
using eddy::Network;
using eddy::fuzz::require;
using eddy::fuzz::take_octet;
using eddy::fuzz::view_of;

namespace {

/// Asks about `host` alone, with a port of ours.
void check_against_c_library(const std::string& host) {
  if (host.find('\0') != std::string::npos || host.find('%') != std::string::npos) return;
  in6_addr six{};
  in_addr four{};
  const bool is_six = inet_pton(AF_INET6, host.c_str(), &six) == 1;
  const bool is_four = inet_pton(AF_INET, host.c_str(), &four) == 1;
  const auto as_six = Address::parse('[' + host + "]:80");
  const auto as_four = Address::parse(host + ":80");
  require(as_six.has_value() == is_six, "an IPv6 address is what inet_pton takes");
  require(is_four == (as_four.has_value() && as_four->ipv4()), "so is an IPv4 address");
  if (is_six) {
    const char* octets = static_cast<const char*>(as_six->data()) + 8;
    require(std::memcmp(octets, &six, sizeof six) == 0, "of the same octets");
  }
  if (is_four) {
    const char* octets = static_cast<const char*>(as_four->data()) + 4;
    require(std::memcmp(octets, &four, sizeof four) == 0, "of the same octets");
  }
}

void check_address(std::string_view text) {
  const auto address = Address::parse(text);
  if (!address) return;
  require(static_cast<bool>(*address), "what was read is an address");
  require(Address::from_sockaddr(address->data(), address->size()) == *address,
          "the kernel's form is the address");
  const auto again = Address::parse(address->to_string());
  require(again.has_value() && *again == *address, "what is written is read as the same");
}

void check_endpoint(std::string_view text) {
  const auto endpoint = Endpoint::parse(text);
  if (!endpoint) return;
  require(endpoint->named() != static_cast<bool>(endpoint->address()), "a name or an address");
  require(endpoint->host().size() <= 254, "host names have their bound");
  const auto again = Endpoint::parse(endpoint->to_string());
  require(again.has_value() && *again == *endpoint, "what is written is read as the same");
  if (endpoint->address().local()) return;
  const auto apart = Endpoint::of(endpoint->host(), endpoint->port());
  require(apart.has_value() && *apart == *endpoint, "host and port make the endpoint");
}

void check_network(std::string_view text) {
  const auto network = Network::parse(text);
  if (!network) return;
  const std::string written = network->to_string();
  const auto again = Network::parse(written);
  require(again.has_value() && *again == *network, "what is written is read as the same");
  const std::string base = written.substr(0, written.find('/'));
  const bool ipv6 = base.find(':') != std::string::npos;
  const auto first = Address::parse((ipv6 ? '[' + base + ']' : base) + ":0");
  require(first.has_value(), "a network begins with an address");
  require(network->contains(*first), "a network contains its own address");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView rest = view_of(data, size);
  switch (take_octet(rest) % 4) {
    case 0:
      check_against_c_library(std::string(rest));
      break;
    case 1:
      check_address(rest);
      break;
    case 2:
      check_endpoint(rest);
      break;
    default:
      check_network(rest);
      break;
  }
  return 0;
}
