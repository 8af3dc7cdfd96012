// SPDX-License-Identifier: MIT
//
// Iterators over what is there already, and over what a function gives.
//
// To write a source with a state and an end of its own see core/async_source.hpp, to write it as
// one flow core/async_generator.hpp.
#pragma once

#include <eddy/core/async_iterator.hpp>
#include <eddy/core/to_future.hpp>

#include <initializer_list>
#include <iterator>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace eddy {

namespace detail {

/// Gives the elements of a range that it owns.
template <class Range, class T>
class RangeSource final : public AsyncSource<T> {
 public:
  explicit RangeSource(Range&& range) : range_(std::move(range)), at_(std::begin(range_)) {}

  Future<std::optional<T>> next() override {
    if (at_ == std::end(range_)) return ready_future(std::optional<T>());
    std::optional<T> item(std::in_place, std::move(*at_));
    ++at_;
    return ready_future(std::move(item));
  }

 private:
  Range range_;
  decltype(std::begin(std::declval<Range&>())) at_;
};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

/// Gives what a function gives until that is nothing.
template <class F, class T>
class FunctionSource final : public AsyncSource<T> {
 public:
  explicit FunctionSource(F&& function) : function_(std::move(function)) {}

  Future<std::optional<T>> next() override { return to_future(function_()); }

 private:
  F function_;
};

template <class Range>
using ItemOf = std::iter_value_t<decltype(std::begin(std::declval<Range&>()))>;

}  // namespace detail

/// The elements of `range`, which the iterator owns; they are moved out one by one.
template <class Range>
AsyncIterator<detail::ItemOf<Range>> from(Range range) {
  return make_iterator<detail::RangeSource<Range, detail::ItemOf<Range>>>(std::move(range));
}
template <class T>
AsyncIterator<T> from(std::initializer_list<T> items) {
  return from(std::vector<T>(items));
}

/// What `f` gives, a std::optional<T> or a Result or Future of one, until that is empty.
///
/// What it throws, and an error that it gives, is one of the iterator.
template <class F>
auto from_function(F f) {
  using Item = detail::CarriedBy<std::invoke_result_t<F&>>;
  static_assert(
      detail::is_optional<Item>,
      "from_function() takes a function that gives a std::optional, or a Result or Future of one");
  using T = typename Item::value_type;
  return make_iterator<detail::FunctionSource<F, T>>(std::move(f));
}

}  // namespace eddy
