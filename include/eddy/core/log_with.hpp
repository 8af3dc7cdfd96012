// SPDX-License-Identifier: MIT
//
// Log fields that belong to a piece of work, not to a line.
//
//     log::with({{"request", id}}, [&] { return handle(request); })
//
// Every line that is logged inside, in a continuation, a timer, a task that is spawned or a job of
// a thread pool, shows the fields after its own. A key that a line gives itself, or that is bound
// further inside, hides the same key further outside.
#pragma once

#include <eddy/base/log.hpp>
#include <eddy/core/detail/task_part.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace eddy::log {

/// Calls `work` at once and binds copies of `fields` to it and to the Future it returns, if it
/// does.
///
/// At most 32 fields; more are left out.
template <std::invocable F>
decltype(auto) with(Fields fields, F&& work) {
  eddy::detail::TaskPart part(eddy::detail::current_core(), fields);
  return part.call(std::forward<F>(work));
}
/// The same for work that has begun: what it logged until now is without the fields.
template <class T>
Future<T> with(Fields fields, Future<T> work) {
  eddy::detail::TaskPart part(eddy::detail::current_core(), fields);
  eddy::detail::ValueNode<T>* node = eddy::detail::release_node(std::move(work));
  part.adopt(node);
  return eddy::detail::make_future(node);
}

}  // namespace eddy::log
