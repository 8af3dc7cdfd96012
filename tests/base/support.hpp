// SPDX-License-Identifier: MIT
//
// Files, pipes, clocks and child processes for the tests of this layer.
#pragma once

#include <eddy/base/clock.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace eddy::test {

/// 2026-01-02T03:04:05.678Z, for ever.
class FixedClock final : public Clock {
 public:
  TimePoint now() const noexcept override { return {}; }
  WallTime wall() const noexcept override {
    return WallTime(std::chrono::milliseconds(1'767'323'045'678));
  }
  bool manual() const noexcept override { return true; }
};

/// An open file without a name.
class TemporaryFile {
 public:
  TemporaryFile();
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  int descriptor() const { return descriptor_; }
  std::string text() const;

 private:
  int descriptor_;
};

/// A pipe whose ends are closed at the end, if not before.
class Pipe {
 public:
  Pipe();
  ~Pipe();
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  int in() const { return ends_[1]; }
  int out() const { return ends_[0]; }
  void close_in();
  void close_out();
  /// Writes spaces until the pipe takes no more.
  void fill() const;
  /// Reads until the other end is closed; without the spaces of fill().
  std::string read_all() const;
  /// Reads until `wanted` came, and returns all that came; without the spaces of fill().
  std::string read_until(std::string_view wanted) const;

 private:
  int ends_[2];
};

/// Sends what goes to stderr into a file for as long as it lives.
class CapturedStderr {
 public:
  CapturedStderr();
  ~CapturedStderr();
  CapturedStderr(const CapturedStderr&) = delete;
  CapturedStderr& operator=(const CapturedStderr&) = delete;
  std::string text() const { return file_.text(); }

 private:
  TemporaryFile file_;
  int saved_;
};

/// A child process that runs `body` and has pipes for its output and its stderr.
class Child {
 public:
  /// `body` gets the descriptor to write to; if it returns, the child ends with _exit(0). A child
  /// that does not end is killed by SIGALRM after a minute.
  Child(Pipe& output, const std::function<void(int output)>& body);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  Pipe& errors() { return errors_; }
  /// Waits for its end and tells it: "exit 0", "signal 6".
  std::string wait();

 private:
  Pipe errors_;
  int process_;
};

std::vector<std::string> lines_of(std::string_view text);
std::size_t count_of(std::string_view text, std::string_view part);

}  // namespace eddy::test
