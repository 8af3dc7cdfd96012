// SPDX-License-Identifier: MIT
//
// Settings of a proxy that last as long as a scope; see testing/tcp_proxy.hpp.
#pragma once

#include <eddy/core/detail/counted.hpp>

#include <utility>

namespace eddy::testing {

/// Puts the settings of a proxy back to what they were when it was made, at the end of its life.
///
/// Thread: loop.
/// Lifetime: may outlive the proxy, and does nothing then.
class [[nodiscard]] RestoredSettings {
 public:
  /// Puts nothing back.
  RestoredSettings() noexcept = default;
  explicit RestoredSettings(eddy::detail::CountedPtr<eddy::detail::Counted> snapshot) noexcept
      : snapshot_(std::move(snapshot)) {}
  RestoredSettings(RestoredSettings&&) noexcept = default;
  RestoredSettings& operator=(RestoredSettings&&) noexcept = default;
  ~RestoredSettings() = default;

 private:
  eddy::detail::CountedPtr<eddy::detail::Counted> snapshot_;  // its destructor puts them back
};

}  // namespace eddy::testing
