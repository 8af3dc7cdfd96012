// SPDX-License-Identifier: MIT
//
// What an adaptor reads from.
//
// Not for users. It keeps the rules of AsyncSource: nothing is asked after the end, and close()
// comes once.
#pragma once

#include <eddy/core/async_iterator.hpp>
#include <eddy/core/detail/intake.hpp>

#include <optional>
#include <utility>

namespace eddy::detail {

/// The source under an adaptor; without one it has ended.
template <class T>
class Upstream {
 public:
  Upstream() noexcept = default;
  explicit Upstream(AsyncIterator<T>&& iterator) noexcept
      : source_(release_source(std::move(iterator))), open_(static_cast<bool>(source_)) {}

  Future<std::optional<T>> next() noexcept {
    return open_ ? next_of(*source_) : ready_future(std::optional<T>());
  }
  /// next() gave nothing. The source stays until the adaptor goes: its last future may refer to it.
  void end() noexcept { open_ = false; }
  bool open() const noexcept { return open_; }

  Future<void> close() noexcept {
    if (!std::exchange(open_, false)) return ready_future();
    return close_source(*source_);
  }
  /// Drops the question for which `asking` waits, before close(); an end that has come is heeded.
  void take_back(Intake& asking) noexcept {
    const auto* answer = asking.ready() ? asking.peek<std::optional<T>>() : nullptr;
    if (answer != nullptr && !answer->has_value()) end();
    asking.forget();
  }
  /// Takes the source away again.
  AsyncIterator<T> release() noexcept {
    open_ = false;
    return AsyncIterator<T>(std::exchange(source_, CountedPtr<AsyncSource<T>>()));
  }

 private:
  CountedPtr<AsyncSource<T>> source_;
  bool open_ = false;
};

}  // namespace eddy::detail
