// SPDX-License-Identifier: MIT
//
// The terminal is as it was before whatever becomes of the program that changed it.
#include <eddy/base/log_writer.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/io/standard_streams.hpp>
#include <eddy/io/tty.hpp>

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <functional>
#include <tuple>
#include <utility>

#include "io/pipe_calls.hpp"
#include "terminal.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

void say(std::string_view text) {
  std::ignore = write(STDOUT_FILENO, text.data(), text.size());
}

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

/// How a terminal is read: as usual, or as that of another user.
struct OpenedAgain {
  detail::PipeCalls calls = detail::kernel_pipe_calls;

  OpenedAgain() { detail::pipe_calls = &calls; }
};
struct ByThread : OpenedAgain {
  ByThread() {
    calls.open = [](const char*, int) {
      errno = EACCES;
      return -1;
    };
  }
};

/// A read from the background that is over when the program is in the foreground.
ssize_t read_slowly(int descriptor, void* room, std::size_t size) {
  const ssize_t count = read(descriptor, room, size);
  const int error = errno;
  if (count < 0 && error == EIO) say("refused\n");
  while (count < 0 && error == EIO && tcgetpgrp(descriptor) != getpgrp())
    sched_yield();
  errno = error;
  return count;
}

/// Waits for keys in cbreak mode, tells when it goes on after a stop, and has a clock that moves by
/// a second for each SIGUSR1.
void talk_by_clock() {
  ManualClock clock;
  Loop loop({.clock = &clock});
  clock.drive(loop);
  const TtyMode mode = Tty::of(STDIN_FILENO).value().mode(TtyMode::Kind::cbreak).value();
  bool later = false;
  const auto told = SignalWatcher::watch(loop, SIGCONT, [](int) { say("going on\n"); }).value();
  const auto timed = SignalWatcher::watch(loop, SIGUSR1, [&later](int) { later = true; }).value();
  Stream input = standard_input(loop).value();
  auto key = input.read();
  auto [reader, writer] = Pipe::make(loop).value();
  auto never = reader.read();  // for the kernel to be looked at: a timer of this clock does not
  say("ready\n");
  while (loop.turn(true)) {
    if (!std::exchange(later, false)) continue;
    clock.advance(std::chrono::seconds(1));
    say("a second later\n");
  }
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

TEST_CASE("Ctrl-Z gives the terminal back as it was, and the mode comes again with the program") {
  Terminal terminal;
  TerminalProgram program(terminal, true, [] {
    const TtyMode mode = Tty::of(STDIN_FILENO).value().mode(TtyMode::Kind::cbreak).value();
    say("ready\n");
    char key = 0;
    while (read(STDIN_FILENO, &key, 1) != 1 || key != 'x') {
    }
    say("got it\n");
    while (read(STDIN_FILENO, &key, 1) != 1 || key != 'y') {
    }
  });
  terminal.screen_until("ready");
  CHECK_FALSE(terminal.cooked());

  terminal.type("\x1a");
  CHECK(program.wait() == "stopped 20");
  CHECK(terminal.cooked());
  program.send(SIGCONT);
  terminal.type("x");
  terminal.screen_until("got it");

  CHECK_FALSE(terminal.cooked());
  terminal.type("y");
  CHECK(program.wait() == "exit 0");
  CHECK(terminal.cooked());
}

TEST_CASE("a program that was stopped without notice has its mode again when it goes on") {
  Terminal terminal;
  const termios usual = terminal.settings();
  TerminalProgram program(terminal, true, [] {
    const TtyMode mode = in_mode(TtyMode::Kind::cbreak);
    say("got it\n");
    pause();
  });
  terminal.screen_until("ready");
  program.send(SIGSTOP);
  CHECK(program.wait() == "stopped 19");
  REQUIRE(tcsetattr(terminal.slave.number(), TCSANOW, &usual) == 0);  // as a shell does

  program.send(SIGCONT);
  terminal.type("x");
  terminal.screen_until("got it");

  CHECK_FALSE(terminal.cooked());
}

TEST_CASE("a program that goes on in the background has its mode when it reads in the foreground") {
  Terminal terminal;
  TerminalProgram program(terminal, true, [] {
    Loop loop;
    const TtyMode mode = Tty::of(STDIN_FILENO).value().mode(TtyMode::Kind::cbreak).value();
    Stream input = standard_input(loop).value();
    auto key = input.read();
    auto continued = SignalWatcher::watch(loop, SIGUSR1, [](int) { say("going on\n"); }).value();
    say("ready\n");
    std::ignore = loop.run_until(std::move(key)).value();
    say("got it\n");
    pause();
  });
  terminal.screen_until("ready");
  terminal.type("\x1a");
  CHECK(program.wait() == "stopped 20");
  program.put_in_background();
  program.send(SIGCONT);
  program.send(SIGUSR1);
  terminal.screen_until("going on");
  CHECK(terminal.cooked());

  program.put_in_foreground();
  terminal.type("x\n");
  terminal.screen_until("got it");

  CHECK_FALSE(terminal.cooked());
}

TEST_CASE_TEMPLATE(
    "a program that went on in the background has its mode in the foreground, unasked",
    Way,
    OpenedAgain,
    ByThread) {
  Terminal terminal;
  TerminalProgram program(terminal, true, [] {
    const Way way;
    talk_by_clock();
  });
  terminal.screen_until("ready");
  CHECK_FALSE(terminal.cooked());
  terminal.type("\x1a");
  CHECK(program.wait() == "stopped 20");
  program.put_in_background();
  program.send(SIGCONT);
  terminal.screen_until("going on");
  program.send(SIGUSR1);
  terminal.screen_until("a second later");
  CHECK(terminal.cooked());

  program.put_in_foreground();
  program.send(SIGUSR1);
  terminal.screen_until("a second later");

  CHECK_FALSE(terminal.cooked());
}

TEST_CASE("a program that hears of SIGCONT itself has its mode again when it goes on") {
  Terminal terminal;
  const termios usual = terminal.settings();
  TerminalProgram program(terminal, true, [] { talk_by_clock(); });
  terminal.screen_until("ready");
  program.send(SIGSTOP);
  CHECK(program.wait() == "stopped 19");
  REQUIRE(tcsetattr(terminal.slave.number(), TCSANOW, &usual) == 0);  // as a shell does

  program.send(SIGCONT);
  terminal.screen_until("going on");
  program.send(SIGUSR1);
  terminal.screen_until("a second later");

  CHECK_FALSE(terminal.cooked());
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

TEST_CASE("a program in the background changes no terminal, and is not stopped for trying") {
  Terminal terminal;
  TerminalProgram program(terminal, false, [] {
    const Tty tty = Tty::of(STDIN_FILENO).value();
    const bool refused = tty.mode(TtyMode::Kind::raw).error() == std::errc::io_error;
    std::exit(refused && !tty.foreground() ? 7 : 1);
  });

  CHECK(program.wait() == "exit 7");
  CHECK(terminal.cooked());
}

TEST_CASE("a program in the background reads when it is put into the foreground, never stopped") {
  Terminal terminal;
  TerminalProgram program(terminal, false, [] {
    Loop loop;
    Stream input = standard_input(loop).value();
    auto line = input.read_line();
    say("reading\n");
    std::exit(loop.run_until(std::move(line)).value() == "hello" ? 8 : 1);
  });
  terminal.screen_until("reading");
  terminal.type("hello\n");

  program.put_in_foreground();

  CHECK(program.wait() == "exit 8");
}

TEST_CASE_TEMPLATE("a program that comes to the foreground while its read fails reads once more",
                   Way,
                   OpenedAgain,
                   ByThread) {
  Terminal terminal;
  TerminalProgram program(terminal, false, [] {
    Way way;
    way.calls.read = &read_slowly;
    Loop loop;
    Stream input = standard_input(loop).value();
    auto line = input.read_line();
    std::exit(loop.run_until(std::move(line)).value() == "hello" ? 8 : 1);
  });
  terminal.type("hello\n");
  terminal.screen_until("refused");

  program.put_in_foreground();

  CHECK(program.wait() == "exit 8");
}

TEST_CASE("a program in the background writes, even where output would stop it") {
  Terminal terminal;
  termios settings = terminal.settings();
  settings.c_lflag |= TOSTOP;
  REQUIRE(tcsetattr(terminal.slave.number(), TCSANOW, &settings) == 0);
  TerminalProgram program(terminal, false, [] {
    Loop loop;
    Stream output = standard_output(loop).value();
    output.write("from behind\n");
    std::exit(loop.run_until(output.shutdown()) ? 9 : 1);
  });

  CHECK(program.wait() == "exit 9");
  CHECK(terminal.screen_until("behind") == "from behind");
}
