// SPDX-License-Identifier: MIT
//
// How often and how soon a client tries again to connect.
//
// For the clients among the services, see services/tcp_client.hpp.
#pragma once

#include <eddy/base/clock.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace eddy {

/// When a connection is tried for again after it failed, or ended.
///
/// The pause doubles each time, up to `max`. After a connection that lasted for `reset_after` it
/// begins with `base` anew, and failures are counted anew.
struct ReconnectPolicy {
  /// So many failures in a row are one too many: the service fails with the cause. 0: no number is.
  unsigned attempts = 5;
  /// The first pause; five attempts that are refused at once fit well into a start limit of 30 s.
  Duration base = std::chrono::seconds(1);
  Duration max = std::chrono::seconds(60);
  /// So large a share of a pause is left to chance: with 1, what many clients that lost the same
  /// server try is spread evenly over the pause; with 0 all of them come at once.
  double jitter = 1;
  /// A server that ends connections sooner is not well, though it accepts them.
  Duration reset_after = std::chrono::seconds(30);
  /// Makes chance repeatable, for tests.
  std::optional<std::uint64_t> seed = std::nullopt;

  EDDY_EXPORT std::vector<std::string> validate() const;
};

}  // namespace eddy
