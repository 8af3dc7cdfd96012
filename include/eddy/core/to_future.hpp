// SPDX-License-Identifier: MIT
//
// Makes a Future of whatever a function gave: a Future, a Result or a plain value.
//
// For generic code that takes functions of all three kinds.
#pragma once

#include <eddy/core/future.hpp>

#include <type_traits>
#include <utility>

namespace eddy {

/// Passes a future on untouched.
template <class T>
Future<T> to_future(Future<T> future) noexcept {
  return future;
}
/// A future that is ready with what the result holds.
template <class T>
Future<T> to_future(Result<T> result, Site site = EDDY_HERE) {
  detail::ValueNode<T>* node =
      detail::ReadyNode<T>::make(detail::current_core(), site, std::move(result));
  return detail::make_future(node);
}
/// A future that is ready with the value.
template <class T>
  requires(!detail::is_future<std::decay_t<T>> && !detail::is_result<std::decay_t<T>>)
Future<std::decay_t<T>> to_future(T&& value, Site site = EDDY_HERE) {
  return ready_future(std::forward<T>(value), site);
}

}  // namespace eddy
