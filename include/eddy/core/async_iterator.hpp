// SPDX-License-Identifier: MIT
//
// Items that come one after the other, each when it is asked for.
//
//     from(urls).map(fetch).buffered(4).for_each(store)
//
// One reader, one item at a time. The adaptors are defined in core/iterate.hpp, which is to be
// included where they are used. To make an iterator of a class of your own see
// core/async_source.hpp. For one value use Future, between tasks a queue.
#pragma once

#include <eddy/base/clock.hpp>
#include <eddy/core/async_source.hpp>
#include <eddy/core/detail/next_node.hpp>

#include <cstddef>
#include <iterator>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace eddy {

template <class U>
class MappedIterator;

namespace detail {

template <class F, class T>
struct Mapped {
  using R = std::remove_cvref_t<std::invoke_result_t<std::decay_t<F>&, T&&>>;
  using U = CarriedBy<R>;
  using type = std::conditional_t<is_future<R>, MappedIterator<U>, AsyncIterator<U>>;
};
/// What map() with F makes of an iterator over T.
template <class F, class T>
using MappedBy = typename Mapped<F, T>::type;

template <class Group>
struct Flat {
  using type = std::iter_value_t<decltype(std::begin(std::declval<Group&>()))>;
};
template <class T>
struct Flat<AsyncIterator<T>> {
  using type = T;
};
/// What flatten() finds in a group of items.
template <class Group>
using FlatOf = typename Flat<Group>::type;

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
  /// is an item that the future holds already, unless the source takes it back (a Channel does), or
  /// that an adaptor's own asynchronous function was working on. Soft cancel reaches the source.
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

  // Adaptors take the iterator and give the next one, which asks it when it is asked itself. What
  // their functions throw, and the error of a Result or Future they return, ends the iteration. An
  // iterator whose next() is pending cannot be adapted.

  /// What `f` makes of each item: a U, a Result<U> or a Future<U>, for which it waits; buffered()
  /// on what map() gives lets it wait for several at once.
  template <class F>
  detail::MappedBy<F, T> map(F&& f) &&;
  /// The items of which `wanted(const T&)` says true: a bool, Result<bool> or Future<bool>.
  template <class P>
  AsyncIterator<T> filter(P&& wanted) &&;
  /// The items before the first of which `wanted(const T&)` does not say true; then it closes the
  /// source.
  template <class P>
  AsyncIterator<T> take_while(P&& wanted) &&;
  /// The first `count` items; when it is asked for one more it closes the source.
  AsyncIterator<T> take(std::size_t count) &&;
  /// Each item with its number.
  AsyncIterator<std::pair<std::size_t, T>> enumerate(std::size_t first = 0) &&;
  /// Groups of `size` items, at least 1; the last may be smaller.
  AsyncIterator<std::vector<T>> chunk(std::size_t size) &&;
  /// The items of items: of inner iterators or ranges, one after the other.
  template <class U = T>
  AsyncIterator<detail::FlatOf<U>> flatten() &&;

  /// Waits for the futures that are the items, up to `limit` of them at once, and gives their
  /// values in the order of the items.
  ///
  /// Reads ahead only so far that `limit` results are on their way or wait to be taken. The first
  /// error ends it; close() cancels softly what still runs and waits for its clean-up, 5 s at most.
  template <class U = T>
    requires(detail::is_future<U>)
  AsyncIterator<typename U::value_type> buffered(std::size_t limit) &&;
  /// The same in the order in which the values come.
  template <class U = T>
    requires(detail::is_future<U>)
  AsyncIterator<typename U::value_type> buffered_unordered(std::size_t limit) &&;

  /// Asks for an item `interval` after it gave the last one, not earlier. Loses nothing.
  AsyncIterator<T> throttle(Duration interval) &&;
  /// Gives an item when for `quiet` no other has come; of several in a row only the last. What is
  /// there at the end is given.
  AsyncIterator<T> debounce(Duration quiet) &&;
  /// Fails with Errc::timed_out when an item takes longer than `limit`, counted from its next().
  AsyncIterator<T> timeout(Duration limit) &&;

  /// Calls `body` with one item after the other; it returns void, a Next to say when it has seen
  /// enough, or a Result or Future of these.
  ///
  /// On an early end - Next::done, an error, soft cancel - the source is closed before the result
  /// is delivered; if close() fails that is the result, or, beside an error, reported as unread.
  /// Cancel: soft cancel reaches what is being waited for, the source or the body.
  template <class F>
  Future<void> for_each(F body, Site site = EDDY_HERE) &&;
  /// The same with up to `at_once` calls of `body` at once; an early end cancels the others softly.
  template <class F>
  Future<void> for_each(std::size_t at_once, F body, Site site = EDDY_HERE) &&;
  /// Resolves to `f(...f(f(init, first), second)..., last)`, where `f` gives an A, a Result<A> or
  /// a Future<A>. Ends like for_each().
  template <class A, class F>
  Future<A> fold(A init, F f, Site site = EDDY_HERE) &&;
  /// Resolves to `container` with every item inserted at its end. Ends like for_each().
  template <class Container>
  Future<Container> collect_into(Container container, Site site = EDDY_HERE) &&;
  /// collect_into() of a vector.
  Future<std::vector<T>> collect(Site site = EDDY_HERE) &&;

 private:
  friend detail::CountedPtr<AsyncSource<T>> detail::release_source<T>(AsyncIterator&&) noexcept;

  detail::CountedPtr<AsyncSource<T>> release() && noexcept {
    if (ended()) return {};
    EDDY_ASSERT(source_->step_ == nullptr, "this iterator is waiting for an item");
    return std::move(source_);
  }

  detail::CountedPtr<AsyncSource<T>> source_;
};

namespace detail {

/// Takes the source out of an iterator, for code that keeps the source's rules itself; null if it
/// has ended.
template <class T>
CountedPtr<AsyncSource<T>> release_source(AsyncIterator<T>&& iterator) noexcept {
  return std::move(iterator).release();
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
