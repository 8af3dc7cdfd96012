// SPDX-License-Identifier: MIT
//
// What a Supervisor does about a service that ends by itself.
#pragma once

#include <eddy/base/clock.hpp>

namespace eddy {

/// When a service that ended is made anew.
enum class Restart {
  never,
  on_failure,  ///< after a failure, not after finish()
  always,
};

/// Which services are made anew together.
enum class RestartScope {
  one_for_one,  ///< only the one that ended
};

/// How often and how soon.
///
/// The delay doubles with each restart; a service that stayed up for a whole window starts over.
struct RestartPolicy {
  RestartScope scope = RestartScope::one_for_one;
  /// More restarts than this within the window are a failure for good.
  unsigned intensity = 5;
  Duration window = std::chrono::seconds(60);
  /// Before the first restart: long enough not to spin, short enough not to be missed.
  Duration first_delay = std::chrono::milliseconds(100);
  Duration max_delay = std::chrono::seconds(30);
  /// So large a share of a delay is drawn at random, that a fleet does not return in step.
  double jitter = 0.25;
};

}  // namespace eddy
