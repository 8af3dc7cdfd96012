// SPDX-License-Identifier: MIT
//
// Pseudo terminals, programs that run in them, and a fixture for streams that have threads.
#pragma once

#include <eddy/base/function.hpp>
#include <eddy/io/owned_descriptor.hpp>
#include <eddy/io/pipe.hpp>
#include <eddy/testing/fixture.hpp>

#include <sys/types.h>
#include <termios.h>

#include <functional>
#include <string>
#include <string_view>

#include "support.hpp"

namespace eddy::testing {

/// Runs the loop until `done`, also waiting for threads and the kernel.
void run_until(Fixture& t, const std::function<bool()>& done);

/// A Fixture that waits for threads to let go of their descriptors, and fails the test if any is
/// left.
class PipeFixture : public Fixture {
 public:
  explicit PipeFixture(Site site = EDDY_HERE);
  ~PipeFixture();

 private:
  std::size_t before_;
};

/// Whether a descriptor, or another of the same description, was made non-blocking.
bool is_non_blocking(int descriptor);

/// A pseudo terminal: who sits before it, and what programs see.
struct Terminal {
  OwnedDescriptor master;
  OwnedDescriptor slave;

  Terminal();
  void type(std::string_view keys) const;
  /// What is on the screen, up to the first `wanted`.
  std::string screen_until(std::string_view wanted) const;
  termios settings() const;
  /// Input by the line, and shown.
  bool cooked() const;
};

/// What a TerminalProgram writes, at once.
void say(std::string_view text);

/// A program in a terminal, started by something like a shell, which can put it in the background.
class TerminalProgram {
 public:
  /// Runs `body` with the terminal as its standard streams; if it returns, the program exits with
  /// 0.
  TerminalProgram(Terminal& terminal, bool foreground, const std::function<void()>& body);
  TerminalProgram(const TerminalProgram&) = delete;
  TerminalProgram& operator=(const TerminalProgram&) = delete;
  ~TerminalProgram();

  void put_in_foreground() { ask('f'); }
  void put_in_background() { ask('b'); }
  void send(int signal) const;
  /// Waits until it has ended or is stopped: "exit 0", "signal 6", "stopped 20".
  std::string wait() { return ask('w'); }

 private:
  std::string ask(char command);

  OwnedDescriptor commands_;
  OwnedDescriptor answers_;
  pid_t shell_ = -1;
  pid_t program_ = -1;
};

}  // namespace eddy::testing
