// SPDX-License-Identifier: MIT
//
// Objects that are never destroyed: threads and destructors of others may use them to the very end.
#pragma once

namespace eddy::detail {

template <class T>
union Immortal {
  constexpr Immortal() noexcept : value() {}
  ~Immortal() {}  // NOLINT: a defaulted one would be deleted, for T has a destructor

  T value;
};

}  // namespace eddy::detail
