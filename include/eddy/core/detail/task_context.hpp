// SPDX-License-Identifier: MIT
//
// What a task carries along wherever its work goes: the values of ContextVar, log fields, the
// deadline.
//
// Not for users, who have core/context_var.hpp. Whoever hands work to another thread captures the
// context where the work is handed over and encloses the work with a ContextScope there.
#pragma once

#include <eddy/core/fwd.hpp>

#include <cstdint>
#include <memory>
#include <utility>

namespace eddy::detail {

struct ContextValues;

/// A snapshot; null if there is nothing in it. Copies share it, and it never changes.
/// Thread: any.
using CapturedContext = std::shared_ptr<const ContextValues>;

/// The place whose values change: of a task, of a loop outside its tasks, of a thread without one.
struct ContextSlot {
  CapturedContext values;
  std::uint64_t serial = 0;  // given by the first change, so that a Token knows its place again
};

/// What the code that runs now carries. Thread: any.
EDDY_EXPORT CapturedContext capture_context();

/// Encloses code that is to see `context` instead of what its thread carries. What the code changes
/// is gone afterwards. Futures that it makes see `context` as long as they live.
///
/// Thread: any, but ends on the thread where it began, in the order of a stack.
class EDDY_EXPORT ContextScope {
 public:
  explicit ContextScope(CapturedContext context);
  ContextScope(const ContextScope&) = delete;
  ContextScope& operator=(const ContextScope&) = delete;
  ~ContextScope();

 private:
  LoopCore* const core_;  // null on a thread without a loop
  TaskUse* task_ = nullptr;
  TaskUse* outer_task_ = nullptr;
  ContextSlot slot_;
  ContextSlot* outer_slot_ = nullptr;
};

/// Calls `function` with `context` in force.
template <class F>
decltype(auto) run_in_context(CapturedContext context, F&& function) {
  const ContextScope scope(std::move(context));
  return std::forward<F>(function)();
}

}  // namespace eddy::detail
