// SPDX-License-Identifier: MIT
#include "process_support.hpp"

#include <sys/wait.h>

#include <cerrno>
#include <utility>

namespace eddy::testing {

ProcessFixture::~ProcessFixture() {
  reap();
  CHECK_FALSE(have_children());
}

void ProcessFixture::reap() {
  while (loop.statistic().open_handles > 0 && loop.turn(true)) {
  }
}

Process ProcessFixture::spawn(const Command& command) {
  Result<Process> process = Process::spawn(loop, command);
  REQUIRE_MESSAGE(process.has_value(), (process ? std::string() : process.error().message()));
  return *std::move(process);
}

Process ProcessFixture::shell(std::string text) {
  Command command = Command::shell(std::move(text));
  command.input = command.output = command.errors = ChildStdio::stream();
  return spawn(command);
}

std::string ProcessFixture::all_of(Stream& stream) {
  std::string all;
  for (;;) {
    Result<std::string> part = get(stream.read());
    if (!part) return all;
    all += *part;
  }
}

std::string ProcessFixture::output_of(Command command) {
  Result<ProcessOutput> made = get(run_command(loop, std::move(command)));
  REQUIRE(made.has_value());
  return made->output;
}

bool have_children() {
  return ::waitpid(-1, nullptr, WNOHANG) >= 0 || errno != ECHILD;
}

std::string status_field(const std::string& status, std::string_view name) {
  const std::size_t at = status.find(name);
  REQUIRE(at != std::string::npos);
  const std::size_t begin = status.find_first_not_of(" \t", at + name.size());
  return status.substr(begin, status.find('\n', begin) - begin);
}

}  // namespace eddy::testing
