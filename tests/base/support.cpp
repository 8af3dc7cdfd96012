// SPDX-License-Identifier: MIT
#include "support.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace eddy::test {
namespace {

int checked(int result) {
  if (result < 0) throw std::system_error(errno, std::generic_category());
  return result;
}

void close_once(int& descriptor) {
  if (descriptor >= 0) close(descriptor);
  descriptor = -1;
}

std::string read_some(int descriptor) {
  char buffer[4096];
  ssize_t count = read(descriptor, buffer, sizeof buffer);
  return std::string(buffer, count > 0 ? static_cast<std::size_t>(count) : 0);
}

std::string without_filling(std::string text) {
  text.erase(0, text.find_first_not_of(' '));
  return text;
}

/// Forks with empty output buffers, lest the child prints them again.
int fork_without_output() {
  std::fflush(nullptr);
  return checked(fork());
}

/// Undoes the handlers by which doctest reports crashes: a child is to die like any program.
void forget_test_runner() {
  for (int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL})
    std::signal(number, SIG_DFL);
}

int unnamed_file() {
  std::FILE* file = std::tmpfile();
  if (file == nullptr) throw std::runtime_error("no temporary file");
  int descriptor = fcntl(fileno(file), F_DUPFD_CLOEXEC, 3);
  std::fclose(file);
  return checked(descriptor);
}

}  // namespace

TemporaryFile::TemporaryFile() : descriptor_(unnamed_file()) {}
TemporaryFile::~TemporaryFile() {
  close(descriptor_);
}

std::string TemporaryFile::text() const {
  std::string text;
  char buffer[4096];
  for (;;) {
    ssize_t count = pread(descriptor_, buffer, sizeof buffer, static_cast<off_t>(text.size()));
    if (count <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(count));
  }
}

Pipe::Pipe() {
  checked(pipe2(ends_, O_CLOEXEC));
}
Pipe::~Pipe() {
  close_in();
  close_out();
}
void Pipe::close_in() {
  close_once(ends_[1]);
}
void Pipe::close_out() {
  close_once(ends_[0]);
}

void Pipe::fill() const {
  fcntl(in(), F_SETFL, O_NONBLOCK);
  const std::string spaces(4096, ' ');
  while (write(in(), spaces.data(), spaces.size()) > 0) {
  }
  fcntl(in(), F_SETFL, 0);
}

std::string Pipe::read_all() const {
  std::string text;
  for (std::string part = read_some(out()); !part.empty(); part = read_some(out()))
    text += part;
  return without_filling(std::move(text));
}

std::string Pipe::read_until(std::string_view wanted) const {
  std::string text;
  while (text.find(wanted) == std::string::npos) {
    std::string part = read_some(out());
    if (part.empty()) throw std::runtime_error("the pipe ended before it came: " + text);
    text += part;
  }
  return without_filling(std::move(text));
}

CapturedStderr::CapturedStderr() : saved_(checked(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3))) {
  checked(dup2(file_.descriptor(), STDERR_FILENO));
}
CapturedStderr::~CapturedStderr() {
  dup2(saved_, STDERR_FILENO);
  close(saved_);
}

Child::Child(Pipe& output, const std::function<void(int output)>& body)
    : process_(fork_without_output()) {
  if (process_ == 0) {
    forget_test_runner();
    alarm(60);
    output.close_out();
    dup2(errors_.in(), STDERR_FILENO);
    errors_.close_in();
    body(output.in());
    _exit(0);
  }
  output.close_in();
  errors_.close_in();
}

Child::~Child() {
  if (process_ > 0) wait();
}

std::string Child::wait() {
  int status = 0;
  checked(waitpid(process_, &status, 0));
  process_ = -1;
  if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
  return "exit " + std::to_string(WEXITSTATUS(status));
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

}  // namespace eddy::test
