// SPDX-License-Identifier: MIT
//
// A call of an object's own code, or of a user's that it keeps, which may drop the object.
//
// Not for users.
#pragma once

#include <eddy/core/detail/counted.hpp>
#include <eddy/core/future.hpp>

#include <utility>

namespace eddy::detail {

/// Calls `function`, which gives a Future, while `object` is held.
///
/// If that drops all that refers to `object`, what it gave dies first: it may refer to it too.
/// Nobody waits for the future that is returned then.
template <class Object, class F>
auto call_held(Object& object, F&& function) {
  const CountedPtr<Object> hold(&object);
  auto given = std::forward<F>(function)();
  using T = typename decltype(given)::value_type;
  if (hold.unique()) given = failed_future<T>(Errc::canceled);
  return given;
}

}  // namespace eddy::detail
