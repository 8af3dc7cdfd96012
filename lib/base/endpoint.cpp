// SPDX-License-Identifier: MIT
#include <eddy/base/endpoint.hpp>

#include "escape.hpp"

namespace eddy {
namespace {

Error invalid_endpoint(std::string_view text, std::string_view problem) {
  return {Errc::invalid, "endpoint " + detail::quoted(text) + ": " + std::string(problem)};
}

/// Host names compare without regard to case, and only ASCII comes here.
std::string lower(std::string_view name) {
  std::string result(name);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return result;
}

}  // namespace

Result<Endpoint> Endpoint::parse(std::string_view text) {
  return of_parts(text, detail::parse_endpoint(text));
}

Result<Endpoint> Endpoint::of(std::string_view host, std::uint16_t port) {
  return of_parts(host, detail::make_endpoint(host, port));
}

Result<Endpoint> Endpoint::of_parts(std::string_view text, const detail::EndpointParts& parts) {
  if (parts.problem != nullptr) return invalid_endpoint(text, parts.problem);
  Endpoint endpoint;
  if (!parts.host.empty()) {
    endpoint.host_ = lower(parts.host);
    endpoint.port_ = parts.port;
    return endpoint;
  }
  Result<Address> address = Address::of_parts(parts.address);
  if (!address) return invalid_endpoint(text, address.error().context());
  endpoint.address_ = *address;
  return endpoint;
}

Endpoint Endpoint::with_port(std::uint16_t port) const {
  Endpoint changed = *this;
  if (named()) {
    changed.port_ = port;
  } else {
    changed.address_ = address_.with_port(port);
  }
  return changed;
}

std::string Endpoint::to_string() const {
  if (!named()) return address_.to_string();
  const char* const separator = host_ == "unix" ? ".:" : ":";  // unix:80 is a path
  return host_ + separator + std::to_string(port_);
}

}  // namespace eddy
