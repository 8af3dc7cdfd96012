// SPDX-License-Identifier: MIT
#include <eddy/net/http_request.hpp>
#include <eddy/net/routes.hpp>

#include <algorithm>

namespace eddy::http {

ByteView Request::raw_parameter(ByteView name) const noexcept {
  const auto& names = data_->match->route->parameters();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return {};
  const auto& place = data_->match->places[static_cast<std::size_t>(found - names.begin())];
  return path().substr(place.begin, place.size);
}

std::string Request::parameter(ByteView name) const {
  const ByteView raw = raw_parameter(name);
  if (url::plain(raw)) return std::string(raw);
  // The router refuses paths that cannot be decoded.
  return url::decode(raw).value_or(std::string());
}

}  // namespace eddy::http
