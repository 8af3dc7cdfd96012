// SPDX-License-Identifier: MIT
//
// A service that does something at an interval.
//
//     class Report final : public Periodic {
//      public:
//       using Periodic::Periodic;
//       Future<void> tick() override { ... }
//     };
//     supervisor.add<Report>({.interval = 10s});
//
// Without a supervisor use services/periodic_callback.hpp.
#pragma once

#include <eddy/base/required.hpp>
#include <eddy/kit/service.hpp>
#include <eddy/services/periodic_callback.hpp>

#include <string>
#include <vector>

namespace eddy {

/// Calls tick() at an interval, never twice at once. A stop waits for the run that is going on.
///
/// Thread: loop.
class EDDY_EXPORT Periodic : public Service {
 public:
  struct Config {
    Required<Duration> interval;
    /// With OnError::stop an error of tick() is a failure of the service.
    PeriodicOptions options = {};

    std::vector<std::string> validate() const;
  };

  Periodic(Env& env, Config config);
  ~Periodic() override;

  /// One run.
  virtual Future<void> tick() = 0;

  Future<void> start() override;
  Future<void> stop(StopReason why) override;

  const PeriodicStatistic& statistic() const noexcept { return callback_.statistic(); }

 private:
  PeriodicCallback callback_;
};

}  // namespace eddy
