// SPDX-License-Identifier: MIT
//
// map, enumerate, filter, take and take_while.
//
// Included by core/iterate.hpp; the members are described in core/async_iterator.hpp.
#pragma once

#include <eddy/core/detail/stage.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <utility>

namespace eddy {

namespace detail {

/// map() of a function that does not wait; a Future it gives is an item like any other.
template <class T, class F, class U>
class MapSource final : public Stage<T, U> {
 public:
  MapSource(AsyncIterator<T>&& source, F&& function)
      : Stage<T, U>(std::move(source)), function_(std::move(function)) {}

 private:
  Answer<U> step(std::optional<T>&& item) override {
    if (!item) return Answer<U>(std::in_place);
    return std::optional<U>(std::in_place, value_or_raise(function_(*std::move(item))));
  }

  F function_;
};

/// Waits for the futures that its source gives, one after the other.
template <class U>
class AwaitSource final : public AsyncSource<U> {
 public:
  explicit AwaitSource(AsyncIterator<Future<U>>&& source) noexcept : upstream_(std::move(source)) {}

  Future<std::optional<U>> next() override {
    return upstream_.next().then([](std::optional<Future<U>> item) {
      if (!item) return ready_future(std::optional<U>());
      return std::move(*item).then([](U value) { return std::optional<U>(std::move(value)); });
    });
  }
  Future<void> close() override { return upstream_.close(); }
  AsyncIterator<Future<U>> release() noexcept { return upstream_.release(); }

 private:
  Upstream<Future<U>> upstream_;
};

/// filter() and take_while() by a function that does not wait.
template <class T, class P, bool ends>
class FilterSource final : public Stage<T, T> {
 public:
  FilterSource(AsyncIterator<T>&& source, P&& wanted)
      : Stage<T, T>(std::move(source)), wanted_(std::move(wanted)) {}

 private:
  Answer<T> step(std::optional<T>&& item) override {
    if (item && !value_or_raise(wanted_(std::as_const(*item)))) {
      if constexpr (ends) refused_ = true;
      return std::nullopt;  // which asks again
    }
    return std::move(item);
  }
  Future<std::optional<T>> ask() override {
    if (!refused_) return this->upstream_.next();
    return ready_future(std::optional<T>()).finally([this] { return this->upstream_.close(); });
  }

  P wanted_;
  bool refused_ = false;
};

/// The same by a function that takes its time. The item waits here, where the function finds it.
template <class T, class P, bool ends>
class SlowFilterSource final : public Stage<bool, T> {
 public:
  SlowFilterSource(AsyncIterator<T>&& source, P&& wanted)
      : Stage<bool, T>(AsyncIterator<bool>()),
        held_(new Holder<T>(std::move(source))),
        wanted_(std::move(wanted)) {}

  Future<void> close() override {
    this->stop_asking();
    return held_->close();
  }

 private:
  Future<std::optional<bool>> ask() override {
    if (refused_) {
      return ready_future(std::optional<bool>()).finally([this] { return held_->close(); });
    }
    if (held_->item) return judge();
    return held_->next().then([this](std::optional<Unit> held) {
      return held ? judge() : ready_future(std::optional<bool>());
    });
  }
  Future<std::optional<bool>> judge() {
    return call_held(*this, [this] {
      return wanted_(std::as_const(*held_->item)).then([](bool wanted) {
        return std::optional<bool>(wanted);
      });
    });
  }
  Answer<T> step(std::optional<bool>&& wanted) override {
    if (!wanted) return Answer<T>(std::in_place);
    std::optional<T> item = std::exchange(held_->item, std::nullopt);
    if (*wanted) return item;
    refused_ = ends;
    return std::nullopt;  // which asks again
  }

  CountedPtr<Holder<T>> held_;
  P wanted_;
  bool refused_ = false;
};

template <bool ends, class T, class P>
AsyncIterator<T> filtered(AsyncIterator<T>&& source, P&& wanted) {
  using Wanted = std::decay_t<P>;
  if constexpr (is_future<std::invoke_result_t<Wanted&, const T&>>) {
    return make_iterator<SlowFilterSource<T, Wanted, ends>>(std::move(source),
                                                            Wanted(std::forward<P>(wanted)));
  } else {
    return make_iterator<FilterSource<T, Wanted, ends>>(std::move(source),
                                                        Wanted(std::forward<P>(wanted)));
  }
}

/// take(): closes its source in place of asking it once more.
template <class T>
class TakeSource final : public Stage<T, T> {
 public:
  TakeSource(AsyncIterator<T>&& source, std::size_t count)
      : Stage<T, T>(std::move(source)), left_(count) {}

 private:
  Future<std::optional<T>> ask() override {
    if (left_ != 0) return this->upstream_.next();
    return ready_future(std::optional<T>()).finally([this] { return this->upstream_.close(); });
  }
  Answer<T> step(std::optional<T>&& item) override {
    if (item) --left_;
    return std::move(item);
  }

  std::size_t left_;
};

}  // namespace detail

/// What map() of an asynchronous function gives: one call at a time, unless buffered() lets more
/// of them run.
///
/// Thread: loop.
template <class U>
class [[nodiscard]] MappedIterator : public AsyncIterator<U> {
 public:
  explicit MappedIterator(AsyncIterator<Future<U>>&& calls)
      : AsyncIterator<U>(make_iterator<detail::AwaitSource<U>>(std::move(calls))) {}

  /// Up to `limit` calls at once, at least 1; their values in the order of the items.
  AsyncIterator<U> buffered(std::size_t limit) && { return calls().buffered(limit); }
  /// The same in the order in which the values come.
  AsyncIterator<U> buffered_unordered(std::size_t limit) && {
    return calls().buffered_unordered(limit);
  }

 private:
  AsyncIterator<Future<U>> calls() {
    if (this->ended()) return {};
    const auto source = detail::release_source(static_cast<AsyncIterator<U>&&>(*this));
    auto* waiting = dynamic_cast<detail::AwaitSource<U>*>(source.get());
    EDDY_ASSERT(waiting != nullptr, "something else was assigned to what map() gave");
    return waiting->release();
  }
};

template <class T>
template <class F>
detail::MappedBy<F, T> AsyncIterator<T>::map(F&& f) && {
  using Function = std::decay_t<F>;
  using R = std::remove_cvref_t<std::invoke_result_t<Function&, T&&>>;
  static_assert(!std::is_void_v<detail::CarriedBy<R>>, "map() takes a function that gives a value");
  using Item = std::conditional_t<detail::is_future<R>, R, detail::CarriedBy<R>>;
  auto mapped = make_iterator<detail::MapSource<T, Function, Item>>(std::move(*this),
                                                                    Function(std::forward<F>(f)));
  if constexpr (detail::is_future<R>) {
    return detail::MappedBy<F, T>(std::move(mapped));
  } else {
    return mapped;
  }
}

template <class T>
template <class P>
AsyncIterator<T> AsyncIterator<T>::filter(P&& wanted) && {
  return detail::filtered<false>(std::move(*this), std::forward<P>(wanted));
}
template <class T>
template <class P>
AsyncIterator<T> AsyncIterator<T>::take_while(P&& wanted) && {
  return detail::filtered<true>(std::move(*this), std::forward<P>(wanted));
}
template <class T>
AsyncIterator<T> AsyncIterator<T>::take(std::size_t count) && {
  return make_iterator<detail::TakeSource<T>>(std::move(*this), count);
}
template <class T>
AsyncIterator<std::pair<std::size_t, T>> AsyncIterator<T>::enumerate(std::size_t first) && {
  return std::move(*this).map(
      [at = first](T item) mutable { return std::pair<std::size_t, T>(at++, std::move(item)); });
}

}  // namespace eddy
