// SPDX-License-Identifier: MIT
//
// The fields of a message, in the order in which they came.
//
// A flat list: heads are short, and a list that is walked has no worst case that a peer could
// force. Names that differ only in case are one name; `-` and `_` are different octets.
#pragma once

#include <eddy/base/bytes.hpp>

#include <cstddef>

namespace eddy::http {

/// One field line: views into the octets of its message, the value without the space around it.
struct Field {
  ByteView name;
  ByteView value;
};

/// True if two texts are equal but for the case of ASCII letters.
EDDY_EXPORT bool same_name(ByteView left, ByteView right) noexcept;

/// A borrowed list of fields; two words, cheap to copy.
///
/// Lifetime: as long as the message, which says how long that is.
class EDDY_EXPORT Fields {
 public:
  Fields() noexcept = default;
  Fields(const Field* first, std::size_t count) noexcept : first_(first), count_(count) {}

  const Field* begin() const noexcept { return first_; }
  const Field* end() const noexcept { return first_ + count_; }
  std::size_t size() const noexcept { return count_; }
  bool empty() const noexcept { return count_ == 0; }
  const Field& operator[](std::size_t index) const noexcept { return first_[index]; }

  /// The first field of this name, or null.
  const Field* find(ByteView name) const noexcept;
  /// The next field of `after`'s name, or null. `after` must be one of this list.
  const Field* find_next(const Field* after) const noexcept;
  /// The value of the first field of this name, or `fallback`.
  ByteView value(ByteView name, ByteView fallback = {}) const noexcept;
  bool contains(ByteView name) const noexcept { return find(name) != nullptr; }

 private:
  const Field* first_ = nullptr;
  std::size_t count_ = 0;
};

}  // namespace eddy::http
