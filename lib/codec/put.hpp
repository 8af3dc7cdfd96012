// SPDX-License-Identifier: MIT
//
// Text behind text, in room that was made before.
#pragma once

#include <eddy/base/bytes.hpp>

#include <cstring>

namespace eddy::http::detail {

/// Copies `text`, which has octets, to `at`, and gives the place behind it.
inline char* put(char* at, ByteView text) noexcept {
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

}  // namespace eddy::http::detail
