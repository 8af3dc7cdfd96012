// SPDX-License-Identifier: MIT
//
// A range of IP addresses, for lists of who may connect: "10.0.0.0/8".
//
//     const Network ours[] = {"10.0.0.0/8"_net, "[fd00::]/8"_net};
//     if (!is_in(ours, client.peer())) client.close();
//
// An IPv4 peer of a dual-stack listener is the same to it as one that came over IPv4.
#pragma once

#include <eddy/base/address.hpp>

#include <span>
#include <string>
#include <string_view>

namespace eddy {

namespace detail {

/// What a network is made of; the octets are those of an IPv6 address, IPv4 being mapped into it.
struct NetworkParts {
  const char* problem = nullptr;
  unsigned char octets[16] = {};
  unsigned prefix = 0;  // of 128 bits
};

constexpr NetworkParts network_problem(const char* problem) noexcept {
  NetworkParts parts;
  parts.problem = problem;
  return parts;
}

constexpr bool has_bits_beyond(const NetworkParts& parts) noexcept {
  for (unsigned bit = parts.prefix; bit < 128; ++bit) {
    if ((parts.octets[bit / 8] & (0x80U >> bit % 8)) != 0) return true;
  }
  return false;
}

/// Reads "10.0.0.0/8", "fd00::/8", with or without brackets, or a single address.
constexpr NetworkParts parse_network(std::string_view text) noexcept {
  std::size_t slash = text.find('/');
  std::string_view host = text.substr(0, slash);
  bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  NetworkParts parts;
  bool ipv4 = !bracketed && parse_ipv4(host, parts.octets + 12);
  if (ipv4) {
    parts.octets[10] = parts.octets[11] = 0xff;
  } else if (!parse_ipv6(host, parts.octets)) {
    return network_problem("expected a network as in 10.0.0.0/8 or fd00::/8, without a port");
  }
  std::uint64_t prefix = ipv4 ? 32 : 128;
  if (slash != std::string_view::npos && !parse_decimal(text.substr(slash + 1), prefix, prefix)) {
    return network_problem(ipv4 ? "after / a number from 0 to 32 is expected"
                                : "after / a number from 0 to 128 is expected");
  }
  parts.prefix = static_cast<unsigned>(prefix) + (ipv4 ? 96 : 0);
  if (has_bits_beyond(parts)) {
    return network_problem("the address has bits beyond the prefix, so that one of them is wrong");
  }
  return parts;
}

}  // namespace detail

/// A range of IPv4 or IPv6 addresses: those that begin with the same bits.
///
/// Thread: any; a value like an int.
class EDDY_EXPORT Network {
 public:
  /// Reads "10.0.0.0/8", "fd00::/8", "[fd00::]/8", or a single address as "10.0.0.1".
  ///
  /// Errors: Errc::invalid; the context quotes `text` and says what was expected. An address with
  /// bits beyond the prefix ("10.0.0.1/8") is refused: it does not tell which of the two is meant.
  [[nodiscard]] static Result<Network> parse(std::string_view text);

  /// Whether `address` is in the range, whatever its port and scope. A v4-mapped address is taken
  /// for the IPv4 address inside; a Unix socket is in no network.
  bool contains(const Address& address) const noexcept;
  /// What parse() reads.
  std::string to_string() const;

  friend bool operator==(const Network& a, const Network& b) noexcept;

  /// Builds one from text that was already parsed.
  explicit constexpr Network(const detail::NetworkParts& parts) noexcept
      : prefix_(static_cast<std::uint8_t>(parts.prefix)) {
    for (std::size_t i = 0; i < sizeof octets_; ++i)
      octets_[i] = parts.octets[i];
  }

 private:
  unsigned char octets_[16] = {};
  std::uint8_t prefix_ = 0;
};

/// Whether one of `networks` contains `address`.
EDDY_EXPORT bool is_in(std::span<const Network> networks, const Address& address) noexcept;

namespace detail {

template <std::size_t size>
constexpr Network parse_network_literal(AddressText<size> literal) {
  NetworkParts parts = parse_network(literal.view());
  if (parts.problem != nullptr) the_address_literal_is_malformed(parts.problem);
  return Network(parts);
}

}  // namespace detail

inline namespace literals {

/// A Network that the compiler checked: `"10.0.0.0/8"_net`.
template <detail::AddressText literal>
constexpr Network operator""_net() noexcept {
  constexpr Network network = detail::parse_network_literal(literal);
  return network;
}

}  // namespace literals
}  // namespace eddy
