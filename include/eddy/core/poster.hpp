// SPDX-License-Identifier: MIT
//
// The way into a loop from other threads: runs a function there.
//
// For a result that another thread provides use core/remote_promise.hpp.
#pragma once

#include <eddy/base/function.hpp>

#include <memory>

namespace eddy {

namespace detail {
class Mailbox;
}

/// Runs functions on a loop's thread.
///
/// Copyable; outlives the loop.
/// Thread: any.
class EDDY_EXPORT Poster {
 public:
  /// Runs `function` on the loop's thread in one of its next turns, in the order of the calls.
  ///
  /// Never waits and has no bound: who may be faster than the loop uses a ThreadChannel, which has.
  /// Returns false, and destroys `function` on this thread, if the loop is gone. What was posted
  /// but not run when the loop is destroyed is destroyed on the loop's thread. A Poster does not
  /// keep Loop::run() from returning. An exception of `function` is reported as an unread error.
  [[nodiscard]] bool post(Function<void()> function) const;
  /// Whether the loop is gone; by the time the answer is looked at it may be.
  bool closed() const noexcept;
  /// Whether the loop is that of the calling thread.
  bool on_this_thread() const noexcept;

 private:
  friend class Loop;
  explicit Poster(std::shared_ptr<detail::Mailbox> mailbox) noexcept
      : mailbox_(std::move(mailbox)) {}

  std::shared_ptr<detail::Mailbox> mailbox_;
};

}  // namespace eddy
