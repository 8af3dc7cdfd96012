// SPDX-License-Identifier: MIT
#include "octets.hpp"

namespace eddy::http::detail {

const char* skip(const char* at, const char* end, std::uint8_t octet_class) noexcept {
  while (at != end && is(*at, octet_class))
    ++at;
  return at;
}

}  // namespace eddy::http::detail
