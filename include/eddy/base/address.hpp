// SPDX-License-Identifier: MIT
//
// Where a socket is: an IPv4 or IPv6 address with a port, or a Unix socket.
//
// A plain value that holds what the kernel wants. It never asks a name server: a host name is no
// Address (base/endpoint.hpp holds one). `"[::]:8080"_addr` is checked by the compiler.
#pragma once

#include <eddy/base/address_text.hpp>
#include <eddy/base/result.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace eddy {

/// An address of a socket: 112 octets, trivially copyable.
///
/// A default-constructed one is no address: what an unnamed socket has.
/// Thread: any; a value like an int.
class EDDY_EXPORT Address {
 public:
  constexpr Address() noexcept = default;
  /// Reads "1.2.3.4:80", "[::1]:80", "[fe80::1%eth0]:80", "unix:/path" or "unix:@abstract".
  ///
  /// Errors: Errc::invalid; the context quotes `text` and says what was expected.
  [[nodiscard]] static Result<Address> parse(std::string_view text);
  /// Makes one of text that was already read; a scope that was given by name is looked up.
  ///
  /// Errors: Errc::invalid if there is no such interface.
  [[nodiscard]] static Result<Address> of_parts(const detail::AddressParts& parts);
  /// Takes what accept(), getpeername() or recvfrom() gave; no address if the family is unknown.
  static Address from_sockaddr(const void* data, std::size_t size) noexcept;

  /// Points at a `sockaddr` of size() octets, for the socket functions.
  const void* data() const noexcept { return octets_; }
  constexpr std::size_t size() const noexcept { return size_; }
  /// The `AF_` constant of the kernel; 0 (AF_UNSPEC) if this is no address.
  int family() const noexcept;

  constexpr explicit operator bool() const noexcept { return kind_ != Kind::none; }
  constexpr bool ipv4() const noexcept { return kind_ == Kind::ipv4; }
  constexpr bool ipv6() const noexcept { return kind_ == Kind::ipv6; }
  /// True for a Unix socket, be it a path, an abstract name or unnamed.
  constexpr bool local() const noexcept { return kind_ == Kind::local; }
  constexpr bool abstract() const noexcept {
    return local() && size_ > path_at && octets_[path_at] == '\0';
  }
  /// True for 127.0.0.0/8, its v4-mapped form, and ::1.
  bool loopback() const noexcept;
  /// True for fe80::/10, which needs a scope, 169.254.0.0/16, and its v4-mapped form.
  bool link_local() const noexcept;
  /// True for 0.0.0.0 and [::], which stand for every interface.
  bool wildcard() const noexcept;

  /// The port; 0 if it has none.
  constexpr std::uint16_t port() const noexcept {
    if (!ipv4() && !ipv6()) return 0;
    return static_cast<std::uint16_t>(octet(port_at) << 8 | octet(port_at + 1));
  }
  /// The same address with another port; a Unix socket is returned unchanged.
  [[nodiscard]] constexpr Address with_port(std::uint16_t port) const noexcept {
    Address changed = *this;
    if (ipv4() || ipv6()) changed.put_port(port);
    return changed;
  }
  /// The index of the interface that a link-local IPv6 address belongs to; 0 if it has none.
  std::uint32_t scope() const noexcept;
  /// The IP address alone, without brackets and port; empty for a Unix socket.
  std::string host() const;
  /// The path of a Unix socket, or its abstract name without '@'; empty for others.
  std::string_view path() const noexcept;
  /// The IPv4 address inside a v4-mapped one (::ffff:1.2.3.4); any other is returned unchanged.
  ///
  /// Use it before comparing a peer with a list: a dual-stack socket reports IPv4 peers mapped.
  [[nodiscard]] Address unmapped() const noexcept;
  /// What parse() reads, in the canonical form of RFC 5952. The scope is named if it still exists.
  std::string to_string() const;

  friend constexpr bool operator==(const Address& a, const Address& b) noexcept {
    return a.raw() == b.raw();
  }
  friend constexpr std::strong_ordering operator<=>(const Address& a, const Address& b) noexcept {
    return a.raw() <=> b.raw();
  }

  /// Builds one from text that was already parsed; a scope name must have been resolved.
  explicit constexpr Address(const detail::AddressParts& parts) noexcept;

 private:
  using Kind = detail::AddressParts::Kind;

  // The layout of sockaddr_in, sockaddr_in6 and sockaddr_un, checked in address.cpp: this header
  // must not bring <sys/socket.h> to everybody.
  static constexpr std::size_t port_at = 2;
  static constexpr std::size_t ipv4_at = 4;
  static constexpr std::size_t ipv6_at = 8;
  static constexpr std::size_t scope_at = 24;
  static constexpr std::size_t path_at = 2;
  static constexpr std::size_t ipv4_size = 16;
  static constexpr std::size_t ipv6_size = 28;
  static constexpr std::size_t local_size = 110;
  static constexpr unsigned short family_local = 1;
  static constexpr unsigned short family_ipv4 = 2;
#ifdef __APPLE__
  static constexpr unsigned short family_ipv6 = 30;
#else
  static constexpr unsigned short family_ipv6 = 10;
#endif

  constexpr unsigned octet(std::size_t at) const noexcept {
    return static_cast<unsigned char>(octets_[at]);
  }
  constexpr std::string_view raw() const noexcept {
    return std::string_view(octets_, size_);
  }
  template <class Integer>
  constexpr void put(std::size_t at, Integer value) noexcept {
    constexpr bool big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
    for (std::size_t i = 0; i < sizeof value; ++i) {
      std::size_t shift = 8 * (big ? sizeof value - 1 - i : i);
      octets_[at + i] = static_cast<char>(value >> shift & 0xff);
    }
  }
  constexpr void put_port(std::uint16_t port) noexcept {
    octets_[port_at] = static_cast<char>(port >> 8);
    octets_[port_at + 1] = static_cast<char>(port & 0xff);
  }
  constexpr void start(Kind kind, unsigned short family, std::size_t size) noexcept {
    kind_ = kind;
    size_ = static_cast<std::uint8_t>(size);
#ifdef __APPLE__
    octets_[0] = static_cast<char>(size);
    octets_[1] = static_cast<char>(family);
#else
    put(0, family);
#endif
  }

  alignas(std::uint32_t) char octets_[local_size] = {};
  std::uint8_t size_ = 0;
  Kind kind_ = Kind::none;
};

constexpr Address::Address(const detail::AddressParts& parts) noexcept {
  switch (parts.kind) {
    case Kind::none:
      return;
    case Kind::ipv4:
      start(Kind::ipv4, family_ipv4, ipv4_size);
      put_port(parts.port);
      for (std::size_t i = 0; i < 4; ++i) {
        octets_[ipv4_at + i] = static_cast<char>(parts.octets[i]);
      }
      return;
    case Kind::ipv6:
      start(Kind::ipv6, family_ipv6, ipv6_size);
      put_port(parts.port);
      put(scope_at, parts.scope);
      for (std::size_t i = 0; i < 16; ++i) {
        octets_[ipv6_at + i] = static_cast<char>(parts.octets[i]);
      }
      return;
    case Kind::local:
      bool abstract = !parts.path.empty() && parts.path.front() == '@';
      std::size_t ends = parts.path.empty() || abstract ? 0 : 1;  // the NUL after a path
      start(Kind::local, family_local, path_at + parts.path.size() + ends);
      for (std::size_t i = abstract ? 1 : 0; i < parts.path.size(); ++i) {
        octets_[path_at + i] = parts.path[i];
      }
      return;
  }
}

namespace detail {
/// Not constexpr: that an address literal calls it is the compile error.
void the_address_literal_is_malformed(const char* problem);

/// The text of a literal, as a template parameter.
template <std::size_t size>
struct AddressText {
  consteval AddressText(const char (&literal)[size]) {  // NOLINT: implicit for the literal operator
    for (std::size_t i = 0; i < size; ++i)
      text[i] = literal[i];
  }
  constexpr std::string_view view() const { return std::string_view(text, size - 1); }

  char text[size] = {};
};

/// Takes a copy: under -fsanitize=undefined GCC 12 asks whether a template's own object is null,
/// and finds no constant in the answer.
template <std::size_t size>
constexpr Address parse_address_literal(AddressText<size> literal) {
  AddressParts parts = parse_address(literal.view());
  if (parts.problem == nullptr && !parts.scope_name.empty()) {
    parts.problem = "only the running system knows interface names; write the scope as a number";
  }
  if (parts.problem != nullptr) the_address_literal_is_malformed(parts.problem);
  return Address(parts);
}

}  // namespace detail

inline namespace literals {

/// An Address that the compiler checked: `"[::]:8080"_addr`. A scope is given by number.
///
/// A template, and not consteval: Clang 14 takes no consteval function in a default argument.
template <detail::AddressText literal>
constexpr Address operator""_addr() noexcept {
  constexpr Address address = detail::parse_address_literal(literal);
  return address;
}

}  // namespace literals
}  // namespace eddy
