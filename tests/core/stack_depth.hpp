// SPDX-License-Identifier: MIT
//
// Measures how deep the stack grows while captures and values die.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace eddy::testing {

/// The deepest place of the stack that was seen, as a distance from where it was made.
class StackDepth {
 public:
  [[gnu::noinline]] void look() noexcept {
    const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    if (start_ - here > deepest_ && here < start_) deepest_ = start_ - here;
  }
  std::size_t deepest() const noexcept { return deepest_; }

 private:
  std::uintptr_t start_ = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  std::size_t deepest_ = 0;
};

/// To be captured: looks when it dies.
struct Look {
  explicit Look(StackDepth& stack) : depth(&stack) {}
  Look(Look&& other) noexcept : depth(std::exchange(other.depth, nullptr)) {}
  Look& operator=(Look&&) = delete;
  ~Look() {
    if (depth != nullptr) depth->look();
  }
  StackDepth* depth;
};

/// What something flat may take, also with the frames of a sanitizer.
inline constexpr std::size_t a_little_stack = 256 * 1024;

}  // namespace eddy::testing
