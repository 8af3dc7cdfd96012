// SPDX-License-Identifier: MIT
//
// A terminal: its size, and how it treats what is typed.
//
// Not a stream: what is typed is read from standard_input() (io/standard_streams.hpp).
#pragma once

#include <eddy/base/function.hpp>
#include <eddy/core/signal_watcher.hpp>
#include <eddy/io/owned_descriptor.hpp>
#include <eddy/io/tty_mode.hpp>

namespace eddy {

/// In characters; zeroes if the terminal does not tell.
struct TtySize {
  unsigned columns = 0;
  unsigned rows = 0;

  friend bool operator==(const TtySize&, const TtySize&) = default;
};

/// The terminal behind a descriptor.
///
/// Thread: one at a time.
class EDDY_EXPORT Tty {
 public:
  /// The terminal behind `descriptor`, which stays the caller's and may be closed.
  /// Errors: std::errc::inappropriate_io_control_operation if it is not a terminal.
  [[nodiscard]] static Result<Tty> of(int descriptor);
  /// The terminal that controls the program, wherever its input and output go.
  /// Errors: std::errc::no_such_device_or_address if there is none, as for a daemon.
  [[nodiscard]] static Result<Tty> controlling();

  [[nodiscard]] Result<TtySize> size() const;
  /// Calls `callback` with the new size whenever that has changed, as SIGWINCH tells the programs
  /// in the foreground. Lifetime: as long as the watcher that this returns.
  [[nodiscard]] Result<SignalWatcher> on_resize(Loop& loop,
                                                Function<void(TtySize)> callback,
                                                Site site = EDDY_HERE) const;

  /// Treats what is typed in another way for as long as the TtyMode that this returns exists.
  ///
  /// Errors: std::errc::io_error from the background, whose terminal is another program's;
  /// Errc::overloaded if TtyMode::most exist already.
  [[nodiscard]] Result<TtyMode> mode(TtyMode::Kind kind) const;

  /// Whether what is typed comes to this program; true where there is no job control.
  bool foreground() const noexcept;
  /// The kernel's descriptor, which stays the Tty's.
  int native_handle() const noexcept { return descriptor_.number(); }

 private:
  explicit Tty(int descriptor) noexcept : descriptor_(descriptor) {}

  OwnedDescriptor descriptor_;
};

}  // namespace eddy
