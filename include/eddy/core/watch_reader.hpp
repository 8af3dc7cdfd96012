// SPDX-License-Identifier: MIT
//
// The reading end of a Watch.
//
// Made by Watch::reader(), see core/watch.hpp.
#pragma once

#include <eddy/core/async_iterator.hpp>
#include <eddy/core/detail/watch_state.hpp>

#include <optional>
#include <utility>

namespace eddy {

/// Sees the last value, and hears when there is a newer one.
///
/// Thread: loop.
/// Lifetime: may outlive its Watch. Who still waits when it is destroyed fails with Errc::closed.
template <class T>
class [[nodiscard]] WatchReader {
 public:
  /// For Watch, which makes them.
  explicit WatchReader(detail::CountedPtr<detail::WatchState<T>> watch)
      : state_(new detail::ReaderState<T>(std::move(watch))) {}
  WatchReader(WatchReader&& other) noexcept = default;
  WatchReader& operator=(WatchReader&& other) noexcept {
    const WatchReader old(std::move(*this));
    state_ = std::move(other.state_);
    return *this;
  }
  ~WatchReader() {
    if (state_) state_->abandon();
  }

  /// Resolves to a copy of the value as soon as it is another than the one this reader was made
  /// with or got here last; to nothing if there is none and the Watch is closed.
  ///
  /// Values in between are skipped, the last one never is.
  /// Errors: Errc::invalid while an earlier changed() is pending, which goes on.
  /// Cancel: total; a value that was given and not taken counts as not seen.
  [[nodiscard]] Future<std::optional<T>> changed(Site site = EDDY_HERE) {
    return state_->changed(site);
  }
  /// Whether changed() would be ready at once with a value.
  bool fresh() const noexcept { return state_->fresh(); }
  /// The value now. Does not count as seen.
  const T& value() const noexcept { return state_->value(); }

  /// The changes, one after the other.
  [[nodiscard]] AsyncIterator<T> changes() && { return make_iterator<Source>(std::move(*this)); }

 private:
  class Source final : public AsyncSource<T> {
   public:
    explicit Source(WatchReader&& from) noexcept : from_(std::move(from)) {}
    Future<std::optional<T>> next() override { return from_.changed(); }

   private:
    WatchReader from_;
  };

  detail::CountedPtr<detail::ReaderState<T>> state_;
};

}  // namespace eddy
