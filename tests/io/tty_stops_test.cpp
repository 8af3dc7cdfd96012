// SPDX-License-Identifier: MIT
//
// What a stop, the background and the foreground mean for a program and its terminal.
#include <eddy/core/loop.hpp>
#include <eddy/core/signal_watcher.hpp>
#include <eddy/io/standard_streams.hpp>
#include <eddy/io/tty.hpp>

#include <sched.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <tuple>
#include <utility>

#include "io/pipe_calls.hpp"
#include "terminal.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

/// Reads until an "x" has come.
void wait_for_x() {
  for (char key = 0; key != 'x';)
    std::ignore = read(STDIN_FILENO, &key, 1);
}

/// Does what a shell does with the terminal of a program that is stopped.
void make_usual(const Terminal& terminal, const termios& usual) {
  REQUIRE(tcsetattr(terminal.slave.number(), TCSANOW, &usual) == 0);
}

TtyMode cbreak() {
  return Tty::of(STDIN_FILENO).value().mode(TtyMode::Kind::cbreak).value();
}

void wait_for_signal(int number) {
  sigset_t awaited;
  sigemptyset(&awaited);
  sigaddset(&awaited, number);
  sigwait(&awaited, &number);
}

/// How a program ends by `end` when it was stopped in raw mode and goes on in the background, and
/// whether that has changed what the terminal was set to meanwhile.
std::string settings_after_end_behind(Terminal& terminal, void (*end)(TtyMode&)) {
  const termios usual = terminal.settings();
  termios meanwhile = usual;
  meanwhile.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  TerminalProgram program(terminal, true, [end] {
    sigset_t awaited;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGUSR1);
    sigprocmask(SIG_BLOCK, &awaited, nullptr);
    TtyMode mode = Tty::of(STDIN_FILENO).value().mode(TtyMode::Kind::raw).value();
    say("ready");
    wait_for_signal(SIGUSR1);
    end(mode);
  });
  terminal.screen_until("ready");
  program.send(SIGSTOP);
  program.wait();
  program.put_in_background();
  make_usual(terminal, meanwhile);
  program.send(SIGCONT);
  program.send(SIGUSR1);
  const std::string ended = program.wait();
  const bool same = terminal.settings().c_lflag == meanwhile.c_lflag;
  make_usual(terminal, usual);
  return ended + (same ? ", unchanged" : ", changed");
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
  const TtyMode mode = cbreak();
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

std::atomic<bool> refused = false;

/// A read that tells of its failure.
ssize_t read_and_tell(int descriptor, void* room, std::size_t size) {
  const ssize_t count = read(descriptor, room, size);
  if (count < 0 && errno == EIO) refused = true;
  return count;
}

}  // namespace

TEST_CASE("Ctrl-Z gives the terminal back as it was, and the mode comes again with the program") {
  Terminal terminal;
  TerminalProgram program(terminal, true, [] {
    const TtyMode mode = cbreak();
    say("ready\n");
    wait_for_x();
    say("got it\n");
    wait_for_x();
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
  terminal.type("x");
  CHECK(program.wait() == "exit 0");
  CHECK(terminal.cooked());
}

TEST_CASE("Ctrl-Z gives the terminal back the second time, too, whoever handles SIGCONT") {
  Terminal terminal;
  TerminalProgram program(terminal, true, [] {
    const TtyMode mode = cbreak();
    signal(SIGCONT, [](int) {});
    say("ready\n");
    wait_for_x();
    say("got it\n");
    pause();
  });
  terminal.screen_until("ready");
  terminal.type("\x1a");
  CHECK(program.wait() == "stopped 20");
  program.send(SIGCONT);
  terminal.type("x\n");
  terminal.screen_until("got it");
  CHECK_FALSE(terminal.cooked());

  terminal.type("\x1a");

  CHECK(program.wait() == "stopped 20");
  CHECK(terminal.cooked());
}

TEST_CASE("a program that was stopped without notice has its mode again when it goes on") {
  Terminal terminal;
  const termios usual = terminal.settings();
  TerminalProgram program(terminal, true, [] {
    const TtyMode mode = cbreak();
    say("ready\n");
    wait_for_x();
    say("got it\n");
    pause();
  });
  terminal.screen_until("ready");
  program.send(SIGSTOP);
  CHECK(program.wait() == "stopped 19");
  make_usual(terminal, usual);

  program.send(SIGCONT);
  terminal.type("x");
  terminal.screen_until("got it");

  CHECK_FALSE(terminal.cooked());
}

TEST_CASE("a mode outlives the stream that has looked for it, and comes again all the same") {
  Terminal terminal;
  const termios usual = terminal.settings();
  TerminalProgram program(terminal, true, [] {
    const TtyMode mode = cbreak();
    {
      Loop loop;
      Stream input = standard_input(loop).value();
      auto key = input.read();
      loop.turn();
    }
    say("ready\n");
    wait_for_x();
    say("got it\n");
    pause();
  });
  terminal.screen_until("ready");
  program.send(SIGSTOP);
  CHECK(program.wait() == "stopped 19");
  make_usual(terminal, usual);

  program.send(SIGCONT);
  terminal.type("x\n");
  terminal.screen_until("got it");

  CHECK_FALSE(terminal.cooked());
}

TEST_CASE("a program that goes on in the background has its mode when it reads in the foreground") {
  Terminal terminal;
  TerminalProgram program(terminal, true, [] {
    Loop loop;
    const TtyMode mode = cbreak();
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
  make_usual(terminal, usual);

  program.send(SIGCONT);
  terminal.screen_until("going on");
  program.send(SIGUSR1);
  terminal.screen_until("a second later");

  CHECK_FALSE(terminal.cooked());
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

TEST_CASE("a program that ends in the background leaves the terminal as its user has it now") {
  Terminal terminal;

  CHECK(settings_after_end_behind(terminal, [](TtyMode&) {}) == "exit 0, unchanged");
  CHECK(settings_after_end_behind(terminal, [](TtyMode&) { std::exit(1); }) == "exit 1, unchanged");
  CHECK(settings_after_end_behind(terminal, [](TtyMode&) { raise(SIGTERM); }) ==
        "signal 15, unchanged");
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

TEST_CASE_TEMPLATE("a stream dies in the background while it looks for the foreground",
                   Way,
                   OpenedAgain,
                   ByThread) {
  Terminal terminal;
  terminal.type("hello\n");
  TerminalProgram program(terminal, false, [] {
    Way way;
    way.calls.read = &read_and_tell;
    Loop loop;
    std::optional<Stream> input = standard_input(loop).value();
    auto read = input->read();
    while (loop.statistic().active_timers == 0)
      loop.turn(true);
    const bool was_refused = refused && !read.ready();

    input.reset();

    std::exit(was_refused && loop.statistic().active_timers == 0 ? 9 : 1);
  });

  CHECK(program.wait() == "exit 9");
}
