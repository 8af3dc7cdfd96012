// SPDX-License-Identifier: MIT
//
// Turns a record into one line, without allocating: a signal handler may log.
#pragma once

#include <eddy/base/log_fields.hpp>
#include <eddy/base/log_writer.hpp>

#include <cstddef>
#include <string_view>

namespace eddy::log::detail {

/// A line in the making, of bounded length. What does not fit is left out and remembered.
class Line {
 public:
  static constexpr std::size_t max_size = 8 * 1024;
  /// Kept free for the end of the line: closing braces, colour reset, the note that it was cut.
  static constexpr std::size_t tail_size = 64;

  std::string_view view() const noexcept { return {text_, size_}; }
  std::size_t size() const noexcept { return size_; }
  bool overflowed() const noexcept { return overflowed_; }

  void append(std::string_view text) noexcept { append_within(max_size - tail_size, text); }
  /// Appends to the part that is kept free for the end.
  void append_tail(std::string_view text) noexcept { append_within(max_size, text); }
  /// Back to an earlier size() before anything overflowed.
  void cut(std::size_t size) noexcept { size_ = size; }

 private:
  void append_within(std::size_t limit, std::string_view text) noexcept;

  std::size_t size_ = 0;
  bool overflowed_ = false;
  char text_[max_size];
};

/// The fields that are bound here and now.
FieldLists bound_here() noexcept;

/// Writes a record and its newline to `line`, which must be new: first its own fields, then those
/// that are bound.
void format_record(Line& line,
                   Format format,
                   Level level,
                   WallTime time,
                   std::string_view message,
                   Fields fields,
                   const FieldLists& bound) noexcept;

}  // namespace eddy::log::detail
