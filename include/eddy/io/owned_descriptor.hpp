// SPDX-License-Identifier: MIT
//
// A descriptor of the kernel that is closed by whoever has it last.
#pragma once

#include <eddy/base/config.hpp>

#include <utility>

namespace eddy {

/// Owns a descriptor, or none.
///
/// Thread: one at a time.
class EDDY_EXPORT OwnedDescriptor {
 public:
  OwnedDescriptor() noexcept = default;
  explicit OwnedDescriptor(int descriptor) noexcept : number_(descriptor) {}
  OwnedDescriptor(OwnedDescriptor&& other) noexcept : number_(other.release()) {}
  OwnedDescriptor& operator=(OwnedDescriptor&& other) noexcept {
    OwnedDescriptor old(std::exchange(number_, other.release()));
    return *this;
  }
  ~OwnedDescriptor() { close(); }

  void close() noexcept;
  /// -1 if there is none.
  int number() const noexcept { return number_; }
  explicit operator bool() const noexcept { return number_ >= 0; }
  /// The caller closes it from now on.
  [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }

 private:
  int number_ = -1;
};

}  // namespace eddy
