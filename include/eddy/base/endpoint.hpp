// SPDX-License-Identifier: MIT
//
// Whom to connect to: the name of a host and a port, or an Address.
//
// A plain value that asks no name server: that is a resolver's work, which makes Addresses of it.
// Where a program listens, use Address, for which nothing has to be looked up.
#pragma once

#include <eddy/base/address.hpp>
#include <eddy/base/endpoint_text.hpp>

#include <string>
#include <string_view>

namespace eddy {

/// A host and a port to be resolved, or an Address that needs no resolving.
///
/// Host names are kept in lower case, as they compare, and with the dot at the end if they had it.
/// A default-constructed one is no endpoint.
/// Thread: any; a value like a string.
class EDDY_EXPORT Endpoint {
 public:
  Endpoint() noexcept = default;
  Endpoint(const Address& address) noexcept : address_(address) {}  // NOLINT: implicit on purpose

  /// Reads "example.org:443", and all that Address::parse() reads: "[::1]:80", "unix:/path".
  ///
  /// Errors: Errc::invalid; the context quotes `text` and says what was expected. Names that are
  /// not ASCII are refused: write them as A-labels (xn--...).
  [[nodiscard]] static Result<Endpoint> parse(std::string_view text);
  /// Makes one of a host and a port that came apart; the host may be an IP address, without
  /// brackets.
  ///
  /// Errors: as of parse().
  [[nodiscard]] static Result<Endpoint> of(std::string_view host, std::uint16_t port);

  explicit operator bool() const noexcept { return named() || address_; }
  /// True if there is a host name to be resolved.
  bool named() const noexcept { return !host_.empty(); }
  /// The host name, or the IP address as text; empty for a Unix socket.
  std::string host() const { return named() ? host_ : address_.host(); }
  std::uint16_t port() const noexcept { return named() ? port_ : address_.port(); }
  /// The address; none if a name must be resolved first.
  const Address& address() const noexcept { return address_; }
  /// The same endpoint with another port; a Unix socket is returned unchanged.
  [[nodiscard]] Endpoint with_port(std::uint16_t port) const;
  /// What parse() reads; the host "unix" becomes "unix.:80", for "unix:80" is a path.
  std::string to_string() const;

  friend bool operator==(const Endpoint&, const Endpoint&) noexcept = default;

 private:
  static Result<Endpoint> of_parts(std::string_view text, const detail::EndpointParts& parts);

  std::string host_;
  std::uint16_t port_ = 0;
  Address address_;
};

namespace detail {

template <std::size_t size>
constexpr bool check_endpoint_literal(AddressText<size> literal) {
  EndpointParts parts = parse_endpoint(literal.view());
  if (parts.problem == nullptr && !parts.address.scope_name.empty()) {
    parts.problem = "only the running system knows interface names; write the scope as a number";
  }
  if (parts.problem != nullptr) the_address_literal_is_malformed(parts.problem);
  return true;
}

}  // namespace detail

inline namespace literals {

/// An Endpoint that the compiler checked: `"example.org:443"_endpoint`.
template <detail::AddressText literal>
Endpoint operator""_endpoint() {
  static_assert(detail::check_endpoint_literal(literal));
  return Endpoint::parse(literal.view()).value();
}

}  // namespace literals
}  // namespace eddy
