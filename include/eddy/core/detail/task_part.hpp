// SPDX-License-Identifier: MIT
//
// A scope inside a task: binds log fields or a deadline to a part of its work.
//
// Not for users, who have log::with() and with_deadline().
#pragma once

#include <eddy/base/log_fields.hpp>
#include <eddy/core/future.hpp>

#include <utility>

namespace eddy::detail {

/// A scope of the code that runs now.
///
/// Thread: loop.
class EDDY_EXPORT TaskPart {
 public:
  TaskPart(LoopCore& core, log::Fields fields);
  TaskPart(LoopCore& core, Duration limit);
  TaskPart(const TaskPart&) = delete;
  TaskPart& operator=(const TaskPart&) = delete;
  ~TaskPart();

  /// Takes a chain that was made outside into the scope.
  void adopt(Node* chain) noexcept { adopt_chain(chain, scope_); }
  /// Calls `function` inside the scope, to which everything it makes belongs.
  template <class F>
  decltype(auto) call(F&& function) {
    const Entry entry(*this);
    return std::forward<F>(function)();
  }

 private:
  class Entry {
   public:
    explicit Entry(TaskPart& part) noexcept
        : core_(part.core_), outer_(std::exchange(core_.current_task, part.scope_)) {}
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry() { core_.current_task = outer_; }

   private:
    LoopCore& core_;
    TaskUse* outer_;
  };

  LoopCore& core_;
  TaskUse* scope_;
};

}  // namespace eddy::detail
