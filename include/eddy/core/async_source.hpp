// SPDX-License-Identifier: MIT
//
// Where the items of an AsyncIterator come from: the class to derive from for a source of one's
// own.
//
//     class Countdown final : public eddy::AsyncSource<int> {
//      public:
//       explicit Countdown(int from) : left_(from) {}
//       eddy::Future<std::optional<int>> next() override {
//         if (left_ == 0) return eddy::ready_future(std::optional<int>());
//         return eddy::ready_future(std::optional(left_--));
//       }
//      private:
//       int left_;
//     };
//     eddy::AsyncIterator<int> items = eddy::make_iterator<Countdown>(3);
//
// A source need not guard itself: whoever reads it (AsyncIterator, adaptors, for_each) keeps the
// rules below. To write a source as a body that yields see core/async_generator.hpp.
#pragma once

#include <eddy/core/detail/counted.hpp>
#include <eddy/core/future.hpp>

#include <optional>

namespace eddy {

template <class T>
class AsyncIterator;

namespace detail {
template <class T>
class NextNode;
}  // namespace detail

/// What can be asked for one item after the other, and be closed before its end.
///
/// The destructor is the hard cancel: it stops what runs, at once and without waiting.
/// Thread: loop.
/// Lifetime: outlives the futures that it gave, so that they may capture `this`.
template <class T>
class AsyncSource : public detail::Counted {
 public:
  using value_type = T;

  /// Resolves to the next item, or to nothing at the end, when everything is closed already.
  ///
  /// Called when no earlier next() is pending; never again after the end, an error, or close().
  /// Cancel: dropping it must not lose an item that it has not resolved to: next() is called again.
  [[nodiscard]] virtual Future<std::optional<T>> next() = 0;

  /// Closes what is open, because the reader goes before the end or an error came from next().
  ///
  /// Called once at most, never after the end, and not while a next() is pending: that is dropped
  /// first.
  [[nodiscard]] virtual Future<void> close() { return ready_future(); }

 private:
  friend class AsyncIterator<T>;
  friend class detail::NextNode<T>;

  detail::NextNode<T>* step_ = nullptr;  // the next() that the iterator waits for
  bool ended_ = false;                   // for the iterator: nothing is to be asked any more
};

}  // namespace eddy
