// SPDX-License-Identifier: MIT
//
// A line of statistics in the log, again and again.
#pragma once

#include "line_echo.hpp"

#include <eddy/kit/service_handle.hpp>
#include <eddy/services/http_server.hpp>
#include <eddy/services/periodic.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace sample {

/// Logs how many clients the two servers have, and what they have done since the last line.
class Report final : public eddy::Periodic {
 public:
  struct Config {
    eddy::Required<eddy::ServiceHandle<eddy::HttpServer>> http;
    eddy::Required<eddy::ServiceHandle<LineEcho>> tcp;
    /// Often enough to watch, seldom enough not to bury the other lines.
    eddy::Duration interval = std::chrono::seconds(10);

    std::vector<std::string> validate() const;
  };

  Report(eddy::Env& env, Config config);

  eddy::Future<void> tick() override;

 private:
  Config config_;
  // What the counters stood at when the last line was logged.
  std::uint64_t requests_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t clients_ = 0;
};

}  // namespace sample
