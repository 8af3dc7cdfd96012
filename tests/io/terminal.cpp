// SPDX-License-Identifier: MIT
#include "terminal.hpp"

#include <eddy/core/signal_watcher.hpp>

#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <tuple>

namespace eddy::testing {
namespace {

constexpr auto patience = std::chrono::seconds(30);

/// Looks again and again until `done`, and tells whether that came to be.
bool spin_until(const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    sched_yield();
  }
  return true;
}

std::string tell(int status) {
  if (WIFEXITED(status)) return "exit " + std::to_string(WEXITSTATUS(status));
  if (WIFSTOPPED(status)) return "stopped " + std::to_string(WSTOPSIG(status));
  return "signal " + std::to_string(WTERMSIG(status));
}

void put(int descriptor, std::string_view text) {
  std::ignore = ::write(descriptor, text.data(), text.size());
}

/// What a shell does for its job, by command. Ends when nobody is left to give one.
[[noreturn]] void serve(pid_t program, int commands, int answers) {
  char command = 0;
  while (::read(commands, &command, 1) == 1) {
    std::string answer = "done";
    int status = 0;
    if (command == 'f') tcsetpgrp(STDIN_FILENO, program);
    if (command == 'b') tcsetpgrp(STDIN_FILENO, getpgrp());
    if (command == 'w' && waitpid(program, &status, WUNTRACED) == program) answer = tell(status);
    put(answers, answer + "\n");
  }
  kill(-program, SIGKILL);
  _exit(0);
}

[[noreturn]] void be_program(const std::function<void()>& body) {
  setpgid(0, 0);
  // The shell ignores some, the test's own program handles others.
  for (const int number : {SIGINT, SIGTSTP, SIGTTIN, SIGTTOU, SIGHUP, SIGTERM, SIGQUIT, SIGABRT})
    signal(number, SIG_DFL);
  alarm(60);
  body();
  std::exit(0);
}

[[noreturn]] void be_shell(const Terminal& terminal,
                           bool foreground,
                           const std::function<void()>& body,
                           int commands,
                           int answers) {
  setsid();
  ioctl(terminal.slave.number(), TIOCSCTTY, 0);  // NOLINT: variadic by its nature
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    dup2(terminal.slave.number(), number);
  close(terminal.master.number());
  for (const int number : {SIGINT, SIGTSTP, SIGTTIN, SIGTTOU, SIGHUP})
    signal(number, SIG_IGN);
  int go[2];
  std::ignore = pipe2(go, O_CLOEXEC);
  const pid_t program = fork();
  if (program == 0) {
    char octet = 0;
    std::ignore = ::read(go[0], &octet, 1);
    be_program(body);
  }
  setpgid(program, program);
  if (foreground) tcsetpgrp(STDIN_FILENO, program);
  put(answers, std::to_string(program) + "\n");
  put(go[1], "!");
  serve(program, commands, answers);
}

std::string line_from(int descriptor) {
  std::string line;
  char octet = 0;
  while (::read(descriptor, &octet, 1) == 1 && octet != '\n')
    line += octet;
  return line;
}

}  // namespace

void run_until(Fixture& t, const std::function<bool()>& done) {
  CHECK(spin_until([&t, &done] {
    t.run_until_idle();
    return done();
  }));
}

PipeFixture::PipeFixture(Site site) : Fixture(site) {
  std::ignore = OverUnix::pair(loop);  // as for IoFixture
  std::ignore =
      SignalWatcher::watch(loop, SIGCONT, [](int) {});  // and with the first signal a pipe
  run_until_idle();
  before_ = open_descriptors();
}

PipeFixture::~PipeFixture() {
  run_until_idle();
  CHECK(spin_until([this] { return open_descriptors() == before_; }));
}

bool is_non_blocking(int descriptor) {
  return (fcntl(descriptor, F_GETFL) & O_NONBLOCK) != 0;  // NOLINT: variadic by POSIX
}

Terminal::Terminal() {
  master = OwnedDescriptor(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  REQUIRE_MESSAGE(master, "no terminal can be made: is /dev/pts mounted?");
  grantpt(master.number());
  unlockpt(master.number());
  const char* name = ptsname(master.number());  // NOLINT: one thread makes terminals
  REQUIRE_MESSAGE(name != nullptr, "no terminal can be made: is /dev/pts mounted?");
  slave = OwnedDescriptor(open(name, O_RDWR | O_NOCTTY | O_CLOEXEC));  // NOLINT
  REQUIRE(slave);
}

void Terminal::type(std::string_view keys) const {
  put(master.number(), keys);
}

std::string Terminal::screen_until(std::string_view wanted) const {
  std::string seen;
  char octet = 0;
  while (seen.find(wanted) == std::string::npos && ::read(master.number(), &octet, 1) == 1)
    seen += octet;
  return seen;
}

termios Terminal::settings() const {
  termios found{};
  tcgetattr(master.number(), &found);
  return found;
}

bool Terminal::cooked() const {
  constexpr tcflag_t all = ICANON | ECHO | ISIG;
  return (settings().c_lflag & all) == all && (settings().c_oflag & OPOST) != 0;
}

void say(std::string_view text) {
  put(STDOUT_FILENO, text);
}

TerminalProgram::TerminalProgram(Terminal& terminal,
                                 bool foreground,
                                 const std::function<void()>& body) {
  int commands[2];
  int answers[2];
  REQUIRE(pipe2(commands, O_CLOEXEC) == 0);
  REQUIRE(pipe2(answers, O_CLOEXEC) == 0);
  std::fflush(nullptr);  // or the child would write it, too
  shell_ = fork();
  if (shell_ == 0) {
    close(commands[1]);
    close(answers[0]);
    be_shell(terminal, foreground, body, commands[0], answers[1]);
  }
  close(commands[0]);
  close(answers[1]);
  commands_ = OwnedDescriptor(commands[1]);
  answers_ = OwnedDescriptor(answers[0]);
  program_ = std::stoi(line_from(answers_.number()));
}

TerminalProgram::~TerminalProgram() {
  commands_.close();
  waitpid(shell_, nullptr, 0);
}

void TerminalProgram::send(int signal) const {
  kill(program_, signal);
}

std::string TerminalProgram::ask(char command) {
  put(commands_.number(), std::string_view(&command, 1));
  return line_from(answers_.number());
}

}  // namespace eddy::testing
