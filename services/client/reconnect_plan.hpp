// SPDX-License-Identifier: MIT
//
// Counts how it went so far, and says how long to wait before the next attempt.
#pragma once

#include <eddy/base/random.hpp>
#include <eddy/services/reconnect_policy.hpp>

namespace eddy::detail {

class ReconnectPlan {
 public:
  explicit ReconnectPlan(const ReconnectPolicy& policy);

  /// A connection was made, and ended after `lasted`.
  void connection_lasted(Duration lasted) noexcept;
  /// Something failed: the attempt, or what the connection was used for. False if it was one too
  /// many.
  bool failed() noexcept;
  /// It went well, though it is over.
  void succeeded() noexcept { failures_ = 0; }
  /// How many failures there were in a row.
  unsigned failures() const noexcept { return failures_; }
  /// How long to wait now. Longer each time.
  Duration next_pause() noexcept;

 private:
  const ReconnectPolicy policy_;
  Random random_;
  unsigned failures_ = 0;
  Duration pause_;
};

}  // namespace eddy::detail
