// SPDX-License-Identifier: MIT
//
// Items that come one after the other, each when it is asked for.
//
// One reader, one item at a time. To make one of a class of your own derive it from
// core/async_source.hpp. For one value use Future, between tasks a queue.
#pragma once

#include <eddy/core/async_source.hpp>
#include <eddy/core/detail/next_node.hpp>

#include <optional>
#include <utility>

namespace eddy {

namespace detail {
template <class T>
CountedPtr<AsyncSource<T>> release_source(AsyncIterator<T>&& iterator) noexcept;
}  // namespace detail

/// Gives the items of an AsyncSource<T>, whatever that is: one pointer, move-only.
///
/// It ends when next() has given nothing or an error, or by close(). When next() gives its last
/// result the source is closed already; close() is for those who leave before.
/// Thread: loop.
/// Lifetime: destroying it without close() runs the destructor of the source alone, which waits for
/// nothing, as soon as no next() is pending any more.
template <class T>
class [[nodiscard]] AsyncIterator {
 public:
  using value_type = T;

  /// An iterator that has ended.
  AsyncIterator() noexcept = default;
  explicit AsyncIterator(detail::CountedPtr<AsyncSource<T>> source) noexcept
      : source_(std::move(source)) {}
  AsyncIterator(AsyncIterator&& other) noexcept = default;
  AsyncIterator& operator=(AsyncIterator&& other) noexcept = default;

  /// Resolves to the next item, or to nothing at the end and ever after.
  ///
  /// After an error, soft cancel included, the iterator has ended; the source is closed before the
  /// error is delivered, and a failure of that close is reported as unread.
  /// Errors: those of the source; Errc::invalid while an earlier next() is pending, which goes on.
  /// Cancel: drop takes the question back and the next item is that of the next call; what is lost
  /// is an item that the future holds already, or that an adaptor's own asynchronous function was
  /// working on. Soft cancel reaches the source.
  [[nodiscard]] Future<std::optional<T>> next(Site site = EDDY_HERE) {
    if (ended()) return ready_future(std::optional<T>(), site);
    if (source_->step_ != nullptr) {
      return failed_future<std::optional<T>>(
          Error(Errc::invalid, "next() while an earlier one is pending"), site);
    }
    auto* step = detail::NextNode<T>::make(detail::current_core(), site, source_);
    step->start();
    return detail::make_future(static_cast<detail::ValueNode<std::optional<T>>*>(step));
  }

  /// Ends the iteration and resolves when the source is closed. A next() that is pending resolves
  /// to nothing at once.
  ///
  /// Closing what has ended, or what is being closed, is ready at once.
  /// Errors: those of the source. Cancel: partial; the source may be closed or not, and its
  /// destructor does the rest.
  [[nodiscard]] Future<void> close(Site site = EDDY_HERE) {
    if (ended()) return ready_future(site);
    const detail::CountedPtr<AsyncSource<T>> source = source_;
    source->ended_ = true;
    if (source->step_ != nullptr) source->step_->give_up();
    return detail::close_source(*source, site).attach(detail::CountedPtr(source));
  }

  /// Whether next() has nothing more to give.
  bool ended() const noexcept { return !source_ || source_->ended_; }

 private:
  friend detail::CountedPtr<AsyncSource<T>> detail::release_source<T>(AsyncIterator&&) noexcept;

  detail::CountedPtr<AsyncSource<T>> source_;
};

namespace detail {

/// Takes the source out of an iterator, for code that keeps the source's rules itself; null if it
/// has ended.
template <class T>
CountedPtr<AsyncSource<T>> release_source(AsyncIterator<T>&& iterator) noexcept {
  if (iterator.ended()) return {};
  EDDY_ASSERT(iterator.source_->step_ == nullptr, "this iterator is waiting for an item");
  return std::move(iterator.source_);
}

}  // namespace detail

/// An iterator over a new Source, which derives from AsyncSource.
template <class Source, class... Args>
AsyncIterator<typename Source::value_type> make_iterator(Args&&... args) {
  using T = typename Source::value_type;
  return AsyncIterator<T>(
      detail::CountedPtr<AsyncSource<T>>(new Source(std::forward<Args>(args)...)));
}

}  // namespace eddy
