// SPDX-License-Identifier: MIT
//
// A process for one test, forked before it has a loop, with a pipe to tell what it is doing.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace eddy::testing {

/// The child's end of the pipe.
class Pen {
 public:
  explicit Pen(int descriptor) : descriptor_(descriptor) {}
  void write(std::string_view text) const {
    if (::write(descriptor_, text.data(), text.size()) < 0) ::_exit(98);
  }

 private:
  int descriptor_;
};

/// Runs `program` in a forked process, which exits with what it returns.
///
/// A child that hangs is ended by SIGALRM, so that no test waits for ever.
class Child {
 public:
  template <class Program>
  explicit Child(Program program) {
    REQUIRE(::pipe(words_.data()) == 0);
    REQUIRE(::pipe(log_.data()) == 0);
    process_ = ::fork();
    REQUIRE(process_ >= 0);
    if (process_ == 0) run(program);
    ::close(words_[1]);
    ::close(log_[1]);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (!ended_) {
      ::kill(process_, SIGKILL);
      ::waitpid(process_, nullptr, 0);
    }
    ::close(words_[0]);
    ::close(log_[0]);
  }

  void kill(int signal) const { REQUIRE(::kill(process_, signal) == 0); }

  /// The next line that the child wrote with its Pen; empty if it has ended.
  std::string line() const {
    std::string line;
    char octet = 0;
    while (::read(words_[0], &octet, 1) == 1 && octet != '\n')
      line += octet;
    return line;
  }
  /// Waits for the end of the child; -1 if a signal ended it.
  int exit_code() {
    const int status = wait();
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  /// The same without reading its log, which may be what it waits for.
  int exit_code_unread() {
    ::waitpid(process_, &status_, 0);
    ended_ = true;
    return exit_code();
  }
  /// Waits for the end of the child; 0 if no signal ended it.
  int signal() {
    const int status = wait();
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }
  /// What it wrote to stderr, to the end.
  const std::string& log() {
    std::array<char, 4096> part;
    for (ssize_t size; (size = ::read(log_[0], part.data(), part.size())) > 0;)
      text_.append(part.data(), static_cast<std::size_t>(size));
    return text_;
  }
  /// How many lines of the log have `word` in them.
  std::size_t lines_with(std::string_view word) {
    std::string_view rest = log();
    std::size_t count = 0;
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      if (line.find(word) != std::string_view::npos) ++count;
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
    return count;
  }

 private:
  template <class Program>
  [[noreturn]] void run(Program& program) {
    constexpr unsigned longest = 60;
    ::alarm(longest);
    // Clang 14's ThreadSanitizer loses a signal that comes during the first blocking call of a
    // thread, when it makes the place to keep it: here is that call.
    ::poll(nullptr, 0, 0);
    for (int theirs : {SIGABRT, SIGINT, SIGTERM}) {
      ::signal(theirs, SIG_DFL);  // doctest would report a test that crashed
    }
    ::dup2(log_[1], STDERR_FILENO);
    ::close(words_[0]);
    ::close(log_[0]);
    Pen pen(words_[1]);
    ::_exit(program(pen));
  }
  int wait() {
    if (!ended_) {
      (void)log();  // a full pipe would hold it
      ::waitpid(process_, &status_, 0);
      ended_ = true;
    }
    return status_;
  }

  std::array<int, 2> words_{};
  std::array<int, 2> log_{};
  pid_t process_ = 0;
  int status_ = 0;
  bool ended_ = false;
  std::string text_;
};

}  // namespace eddy::testing
