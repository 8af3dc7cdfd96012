// SPDX-License-Identifier: MIT
#include <eddy/io/command.hpp>
#include <eddy/io/exit_status.hpp>

#include <unistd.h>

#include <csignal>
#include <cstring>
#include <string_view>

namespace eddy {
namespace {

constexpr std::string_view nul("\0", 1);

/// What the kernel takes of one argument or variable, with the octet 0 at its end.
std::size_t longest_text() noexcept {
  constexpr std::size_t pages = 32;  // MAX_ARG_STRLEN of Linux
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

Result<void> check_text(std::string_view what, std::string_view text, std::size_t more = 0) {
  if (text.find(nul) != std::string_view::npos) {
    return Error(Errc::invalid, std::string(what) + " has an octet 0 in it");
  }
  const std::size_t length = text.size() + more + 1;
  if (length <= longest_text()) return {};
  return Error(std::errc::argument_list_too_long,
               std::string(what) + " has " + std::to_string(length) + " octets");
}

Result<void> check_name(const std::string& name) {
  if (name.empty()) return Error(Errc::invalid, "a variable of the environment has no name");
  if (name.find('=') != std::string::npos) {
    return Error(Errc::invalid, "the name of the variable \"" + name + "\" has a '=' in it");
  }
  if (name.find(nul) == std::string::npos) return {};
  const std::string readable = name.substr(0, name.find(nul));
  return Error(Errc::invalid, "the name of the variable \"" + readable + "\" has an octet 0 in it");
}

Result<void> check_environment(const ChildEnvironment& environment) {
  for (const auto& [name, value] : environment.set) {
    if (Result<void> fine = check_name(name); !fine) return fine;
    Result<void> fine = check_text("the variable \"" + name + "\"", value, name.size() + 1);
    if (!fine) return fine;
  }
  for (const std::string& name : environment.unset) {
    if (Result<void> fine = check_name(name); !fine) return fine;
  }
  return {};
}

Result<void> check_stdio(const Command& command) {
  using Kind = ChildStdio::Kind;
  if (command.input.kind() == Kind::merged || command.output.kind() == Kind::merged) {
    return Error(Errc::invalid, "only the errors can be merged, into the output");
  }
  for (const ChildStdio* each : {&command.input, &command.output, &command.errors}) {
    if (Result<void> fine = check_text("the path of a file", each->path()); !fine) return fine;
  }
  return {};
}

/// What the kernel would silently change to something that it takes.
Result<void> check_numbers(const Command& command) {
  if (command.nice && (*command.nice < -20 || *command.nice > 19)) {
    return Error(Errc::invalid, "nice is " + std::to_string(*command.nice) + ", not -20 to 19");
  }
  if (command.umask && *command.umask > 0777) {
    return Error(Errc::invalid, "the umask has other bits than those of 0777");
  }
  return {};
}

#if defined(__GLIBC__)
const char* short_name(int signal) noexcept {
  return sigabbrev_np(signal);
}
#else
const char* short_name(int) noexcept {
  return nullptr;
}
#endif

std::string name_of_signal(int signal) {
  if (const char* name = short_name(signal); name != nullptr) return std::string("SIG") + name;
  return "signal " + std::to_string(signal);
}

}  // namespace

Command Command::shell(std::string text) {
  Command made;
  made.argv = {"/bin/sh", "-c", std::move(text)};
  return made;
}

Result<void> Command::validate() const {
  if (argv.empty() || argv.front().empty()) return Error(Errc::invalid, "no program is named");
  for (std::size_t i = 0; i < argv.size(); ++i) {
    Result<void> fine = check_text("argument " + std::to_string(i), argv[i]);
    if (!fine) return fine;
  }
  if (Result<void> fine = check_text("the folder", folder); !fine) return fine;
  if (Result<void> fine = check_stdio(*this); !fine) return fine;
  if (Result<void> fine = check_numbers(*this); !fine) return fine;
  return check_environment(environment);
}

std::string ExitStatus::to_string() const {
  if (signal == 0) return "exited with " + std::to_string(code);
  return "killed by " + name_of_signal(signal) + (core_dumped ? " (core dumped)" : "");
}

}  // namespace eddy
