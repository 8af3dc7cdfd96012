// SPDX-License-Identifier: MIT
//
// Where other threads leave functions for a loop. Lives as long as anybody has a Poster.
#pragma once

#include <eddy/base/function.hpp>

#include <uv.h>

#include <mutex>
#include <vector>

namespace eddy::detail {

/// Thread: any for post() and closed(), the loop's for the rest.
class Mailbox {
 public:
  /// The loop is woken by `wake`, which lives until close().
  void open(uv_async_t* wake) noexcept;
  bool post(Function<void()>&& function);
  bool closed() const noexcept;

  /// All that came since the last call, in order.
  std::vector<Function<void()>> collect();
  /// Refuses everything from now on; gives what was not collected.
  std::vector<Function<void()>> close();

 private:
  mutable std::mutex mutex_;
  std::vector<Function<void()>> functions_;
  uv_async_t* wake_ = nullptr;  // null once closed
};

}  // namespace eddy::detail
