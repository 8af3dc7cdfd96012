// SPDX-License-Identifier: MIT
//
// The terminal is as it was before whatever becomes of the program that changed it. What stops, and
// the background, do to it is in tty_stops_test.cpp.
#include <eddy/base/log_writer.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/io/tty.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <tuple>

#include "io/pipe_calls.hpp"
#include "terminal.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

/// Changes the terminal, says so, and waits to be told to go on.
TtyMode in_mode(TtyMode::Kind kind) {
  TtyMode mode = Tty::of(STDIN_FILENO).value().mode(kind).value();
  say("ready\n");
  char key = 0;
  while (read(STDIN_FILENO, &key, 1) != 1) {
  }
  return mode;
}

/// How a program ends by `end` while it has its terminal in raw mode.
std::string end_by(Terminal& terminal, void (*end)()) {
  TerminalProgram program(terminal, true, [end] {
    const TtyMode mode = in_mode(TtyMode::Kind::raw);
    end();
  });
  terminal.screen_until("ready");
  CHECK_FALSE(terminal.cooked());
  terminal.type("x");
  return program.wait();
}

template <int number>
void send_signal() {
  raise(number);
}

}  // namespace

TEST_CASE("a program that returns, exits or quits leaves the terminal as it was") {
  Terminal terminal;

  CHECK(end_by(terminal, [] {}) == "exit 0");
  CHECK(terminal.cooked());
  CHECK(end_by(terminal, [] { std::exit(3); }) == "exit 3");
  CHECK(terminal.cooked());
  CHECK(end_by(terminal, [] { std::quick_exit(4); }) == "exit 4");
  CHECK(terminal.cooked());
}

TEST_CASE("a program that aborts, by an exception too, leaves the terminal as it was") {
  Terminal terminal;

  CHECK(end_by(terminal, [] { std::abort(); }) == "signal 6");
  CHECK(terminal.cooked());
  CHECK(end_by(terminal, [] { std::terminate(); }) == "signal 6");
  CHECK(terminal.cooked());
}

TEST_CASE("a program that crashes leaves the terminal as it was, with a log writer or without") {
  Terminal terminal;
  const auto with_log = [] {
    // Taken off and put on again over the other's, the handlers still end.
    { const log::Writer writer{log::Writer::Config{}}; }
    const log::Writer writer{log::Writer::Config{}};
    std::abort();
  };

  CHECK(end_by(terminal, &send_signal<SIGBUS>) != "exit 0");
  CHECK(terminal.cooked());
  CHECK(end_by(terminal, with_log) == "signal 6");
  CHECK(terminal.cooked());
}

TEST_CASE("a program that a signal ends leaves the terminal as it was, and dies of the signal") {
  Terminal terminal;

  CHECK(end_by(terminal, &send_signal<SIGTERM>) == "signal 15");
  CHECK(terminal.cooked());
  CHECK(end_by(terminal, &send_signal<SIGHUP>) == "signal 1");
  CHECK(terminal.cooked());
  CHECK(end_by(terminal, &send_signal<SIGQUIT>) == "signal 3");
  CHECK(terminal.cooked());
}

TEST_CASE("Ctrl-C in cbreak mode ends the program, and the terminal is as it was") {
  Terminal terminal;
  TerminalProgram program(terminal, true, [] { in_mode(TtyMode::Kind::cbreak); });
  terminal.screen_until("ready");

  terminal.type("\x03");

  CHECK(program.wait() == "signal 2");
  CHECK(terminal.cooked());
}

TEST_CASE("hardening 222: a signal that was ignored from the start, as by nohup, stays ignored") {
  Terminal terminal;
  TerminalProgram program(terminal, true, [] {
    signal(SIGHUP, SIG_IGN);
    const TtyMode mode = in_mode(TtyMode::Kind::raw);
    raise(SIGHUP);
    std::exit(5);
  });
  terminal.screen_until("ready");
  terminal.type("x");

  CHECK(program.wait() == "exit 5");
}

TEST_CASE("a signal that the program handles is the program's, and its handler stays") {
  Terminal terminal;
  TerminalProgram program(terminal, true, [] {
    signal(SIGTERM, [](int) { _exit(Tty::of(STDIN_FILENO).value().size() ? 6 : 7); });
    { const TtyMode mode = in_mode(TtyMode::Kind::raw); }
    raise(SIGTERM);
  });
  terminal.screen_until("ready");
  terminal.type("x");

  CHECK(program.wait() == "exit 6");
}

TEST_CASE(
    "the controlling terminal is found wherever input and output go, and missing for a daemon") {
  Terminal terminal;
  TerminalProgram program(terminal, true, [] {
    for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
      close(number);
    const bool found = Tty::controlling().value().foreground();
    if (fork() == 0) {
      setsid();
      _exit(Tty::controlling().error() == std::errc::no_such_device_or_address ? 4 : 1);
    }
    int status = 0;
    wait(&status);
    std::exit(found ? 10 + WEXITSTATUS(status) : 1);
  });

  CHECK(program.wait() == "exit 14");
}

TEST_CASE("the controlling terminal is the same by whatever name: the youngest mode counts") {
  Terminal terminal;
  TerminalProgram program(terminal, true, [] {
    TtyMode older = Tty::of(STDIN_FILENO).value().mode(TtyMode::Kind::raw).value();
    TtyMode younger = Tty::controlling().value().mode(TtyMode::Kind::cbreak).value();
    older.restore();
    younger.restore();
    std::exit(11);
  });

  CHECK(program.wait() == "exit 11");
  CHECK(terminal.cooked());
}

TEST_CASE("the ends of a program are caught before its terminal is changed") {
  Terminal terminal;
  TerminalProgram program(terminal, true, [] {
    detail::PipeCalls calls = detail::kernel_pipe_calls;
    calls.tcsetattr = [](int, int, const termios*) -> int {
      struct sigaction current {};
      sigaction(SIGTERM, nullptr, &current);
      _exit(current.sa_handler != SIG_DFL ? 12 : 1);
    };
    detail::pipe_calls = &calls;
    std::ignore = Tty::of(STDIN_FILENO).value().mode(TtyMode::Kind::raw);
  });

  CHECK(program.wait() == "exit 12");
}

TEST_CASE("a child that exits leaves the terminal to its parent") {
  Terminal terminal;
  TerminalProgram program(terminal, true, [] {
    const TtyMode mode = Tty::of(STDIN_FILENO).value().mode(TtyMode::Kind::raw).value();
    const pid_t child = fork();
    if (child == 0) std::exit(0);
    waitpid(child, nullptr, 0);
    say("ready\n");
    char key = 0;
    std::ignore = read(STDIN_FILENO, &key, 1);
  });
  terminal.screen_until("ready");

  CHECK_FALSE(terminal.cooked());
  terminal.type("x");
  CHECK(program.wait() == "exit 0");
}
