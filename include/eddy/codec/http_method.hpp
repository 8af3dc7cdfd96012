// SPDX-License-Identifier: MIT
//
// The methods of HTTP by name. A method is case-sensitive, and any token may be one: what is not
// listed is `Method::other`, whose text RequestHead keeps.
#pragma once

#include <eddy/base/bytes.hpp>

#include <cstdint>

namespace eddy::http {

enum class Method : std::uint8_t {
  other,
  get,
  head,
  post,
  put,
  delete_,
  connect,
  options,
  trace,
  patch,
};

/// Gives `Method::other` for a name that is not in the list.
EDDY_EXPORT Method method_of(ByteView name) noexcept;
/// Empty for `Method::other`.
EDDY_EXPORT ByteView name_of(Method method) noexcept;

}  // namespace eddy::http
