// SPDX-License-Identifier: MIT
//
// The lines that a LogCapture has collected.
//
// Of this, users see LogLine; it stands here so that the kit's library does not need doctest.
#pragma once

#include <eddy/base/log.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace eddy::testing {

/// A record of the log, with its values as text.
struct LogLine {
  log::Level level;
  std::string message;
  std::vector<std::pair<std::string, std::string>> fields;

  /// "warning slow callback line=7".
  [[nodiscard]] EDDY_EXPORT std::string text() const;
};

namespace inner {

/// Collects the lines of all threads. At most one exists.
class EDDY_EXPORT LogLines {
 public:
  LogLines();
  LogLines(const LogLines&) = delete;
  LogLines& operator=(const LogLines&) = delete;
  ~LogLines();

  std::vector<LogLine> all() const;
  /// Whether there is such a line behind the one that was found before.
  bool find(log::Level level, std::string_view message, log::Fields fields);
  bool contains(log::Level level, std::string_view message, log::Fields fields) const;
  /// Lines that were not found so far, of this level and above, one a row.
  std::string unexpected(log::Level from) const;

  class State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace inner

}  // namespace eddy::testing
