// SPDX-License-Identifier: MIT
//
// A mode of a terminal that ends with a scope, and with the program however that ends.
//
// Got from Tty::mode() in io/tty.hpp.
#pragma once

#include <eddy/base/config.hpp>

#include <cstddef>
#include <utility>

namespace eddy {

/// Keeps a terminal in a mode; its destructor restores what was before.
///
/// So do std::exit(), uncaught exceptions, abort(), crashes, and the signals that end a program
/// which does not handle them; not _exit() and SIGKILL. When Ctrl-Z stops the program the terminal
/// is given back as it was, and the mode comes again when the program goes on in the foreground; if
/// it goes on in the background and comes to the foreground later, a stream that waits for what is
/// typed finds out within a quarter of a second. In the background no terminal is changed. (So such
/// a stream watches SIGCONT; a handler of the program's own for that has to be a SignalWatcher.)
/// Several of a terminal may exist and end in any order: the youngest counts.
/// Thread: any, one at a time.
class EDDY_EXPORT TtyMode {
 public:
  enum class Kind {
    no_echo,  ///< by the line as always, but not shown: for passwords
    cbreak,   ///< by the key and not shown; Ctrl-C, Ctrl-Z and Ctrl-\ are signals as always
    raw,      ///< by the key and not shown; every key is an octet, and output is not translated
  };
  /// So many may exist in a process: a signal handler restores them, and cannot allocate.
  static constexpr std::size_t most = 8;

  TtyMode() noexcept = default;
  TtyMode(TtyMode&& other) noexcept : place_(std::exchange(other.place_, nowhere)) {}
  TtyMode& operator=(TtyMode&& other) noexcept;
  ~TtyMode() { restore(); }

  /// Restores what was before; the second time does nothing.
  void restore() noexcept;

 private:
  friend class Tty;
  static constexpr std::size_t nowhere = most;

  explicit TtyMode(std::size_t place) noexcept : place_(place) {}

  std::size_t place_ = nowhere;
};

}  // namespace eddy
