// SPDX-License-Identifier: MIT
//
// The line at the bottom of the screen in which somebody types, while other lines come in above it.
//
// Octets in, octets out: no terminal and no loop. It knows backspace, Ctrl-U and Ctrl-D, and is no
// line editor.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// `text` without what a terminal would obey: a stranger's line must not move the cursor.
std::string harmless(std::string_view text);

class Prompt {
 public:
  /// So long a line may get; more keys are ignored.
  static constexpr std::size_t longest = 500;

  explicit Prompt(std::string label) : label_(std::move(label)) {}

  /// Takes keys as they come from a terminal in cbreak mode; gives the lines they complete.
  std::vector<std::string> type(std::string_view keys);
  /// Ctrl-D was typed in an empty line.
  bool ended() const { return ended_; }

  /// What to write to show the line as it is now; what was there is overwritten.
  std::string draw() const;
  /// What to write to make the line vanish.
  static std::string erase() { return "\r\x1b[K"; }
  /// So many characters fit into a line of the terminal.
  void set_width(unsigned columns) { width_ = columns; }

 private:
  /// The keys of arrows and the like send several octets, which are left out.
  enum class Sequence { none, escape, parameters };

  bool in_sequence(char key);
  void edit(char key);

  std::string label_;
  std::string text_;
  unsigned width_ = 80;
  Sequence sequence_ = Sequence::none;
  bool ended_ = false;
};
