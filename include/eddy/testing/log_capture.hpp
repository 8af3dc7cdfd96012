// SPDX-License-Identifier: MIT
//
// What the code under test logs, for the test to look at.
//
//     LogCapture log;
//     ... the code under test ...
//     log.expect(log::Level::warning, "slow callback", {{"line", 7}});
//
// Needs doctest, to which it reports.
#pragma once

#include <eddy/base/site.hpp>
#include <eddy/testing/detail/log_lines.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

namespace eddy::testing {

/// Gets all lines of the log, debug ones too, as long as it lives; they go nowhere else.
///
/// At most one exists at a time. Signal handlers must not log meanwhile.
/// Thread: made, asked and destroyed in one; lines may come from any.
class LogCapture {
 public:
  /// A line of this level or above fails the test unless expect() has found it.
  struct FailOn {
    log::Level level;
  };

  LogCapture() = default;
  explicit LogCapture(FailOn unexpected, Site site = EDDY_HERE)
      : site_(site), unexpected_(unexpected.level), strict_(true) {}
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;
  ~LogCapture() {
    const std::string left = strict_ ? lines_.unexpected(unexpected_) : std::string();
    if (!left.empty()) fail("nobody expected of the log:\n" + left, site_);
  }

  /// Fails the test unless such a line came, with at least these fields, after the line that the
  /// call before found.
  void expect(log::Level level,
              std::string_view message,
              log::Fields fields = {},
              Site site = EDDY_HERE) {
    const std::string seen = lines_.unexpected(log::Level::debug);
    if (lines_.find(level, message, fields)) return;
    fail("the log has no line \"" + std::string(message) + "\" as expected; it has:\n" + seen,
         site);
  }
  /// Fails the test if such a line has come at any time.
  void expect_none(log::Level level,
                   std::string_view message,
                   log::Fields fields = {},
                   Site site = EDDY_HERE) {
    if (!lines_.contains(level, message, fields)) return;
    fail("the log has a line \"" + std::string(message) + "\"", site);
  }
  /// All lines so far.
  [[nodiscard]] std::vector<LogLine> lines() const { return lines_.all(); }

 private:
  static void fail(const std::string& why, Site site) {
    DOCTEST_ADD_FAIL_CHECK_AT(site.file, static_cast<int>(site.line), why);
  }

  Site site_{};
  log::Level unexpected_ = log::Level::critical;
  bool strict_ = false;
  inner::LogLines lines_;
};

}  // namespace eddy::testing
