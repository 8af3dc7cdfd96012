// SPDX-License-Identifier: MIT
#include <eddy/io/passed_sockets.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>

#include "base/escape.hpp"
#include "core/loop_impl.hpp"
#include "io/passed_environment.hpp"
#include "io/socket_name.hpp"

namespace eddy {
namespace detail {
namespace {

Error refused(const std::string& reason) {
  return {Errc::invalid, "passed sockets: " + reason};
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t colon = text.find(':');
    parts.emplace_back(text.substr(0, colon));
    if (colon == std::string_view::npos) return parts;
    text.remove_prefix(colon + 1);
  }
}

Result<void> check_pid(const char* text, pid_t self) {
  std::uint64_t pid = 0;
  if (text == nullptr) return refused("LISTEN_FDS is set, but LISTEN_PID is not");
  if (!parse_decimal(text, 0x7fffffff, pid)) {
    return refused("LISTEN_PID is " + quoted(text) + ", which is no process");
  }
  if (pid == static_cast<std::uint64_t>(self)) return {};
  return refused("they are for process " + std::to_string(pid) + " (LISTEN_PID), and this is " +
                 std::to_string(self) + "; was the program started by a script without exec?");
}

Result<std::vector<std::string>> read_names(const char* text, std::size_t count) {
  if (text == nullptr) return std::vector<std::string>(count, "unknown");
  std::vector<std::string> names = split(text);
  if (names.size() == count) return names;
  return refused("LISTEN_FDNAMES has " + std::to_string(names.size()) + " names for " +
                 std::to_string(count) + " descriptors");
}

Result<void> check_descriptor(int number) {
  int type = 0;
  socklen_t size = sizeof type;
  if (getsockopt(number, SOL_SOCKET, SO_TYPE, &type, &size) == 0) return {};
  const char* what = errno == EBADF ? " is not open" : " is no socket";
  return refused("descriptor " + std::to_string(number) + what + ", so that LISTEN_FDS is wrong");
}

}  // namespace

Result<std::vector<PassedSocket>> read_passed(const PassedEnvironment& environment,
                                              pid_t self,
                                              int first) {
  std::vector<PassedSocket> sockets;
  if (environment.count == nullptr) return sockets;
  if (Result<void> mine = check_pid(environment.pid, self); !mine) return std::move(mine).error();
  std::uint64_t count = 0;
  if (!parse_decimal(environment.count, PassedSockets::most, count) || count == 0) {
    return refused("LISTEN_FDS is " + quoted(environment.count) + ", expected a number from 1 to " +
                   std::to_string(PassedSockets::most));
  }
  Result<std::vector<std::string>> names = read_names(environment.names, count);
  if (!names) return std::move(names).error();
  for (std::string& name : *names) {
    const int number = first + static_cast<int>(sockets.size());
    if (Result<void> socket = check_descriptor(number); !socket) return std::move(socket).error();
    sockets.emplace_back(std::move(name), number);
  }
  for (const PassedSocket& socket : sockets)
    fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
  return sockets;
}

}  // namespace detail

Address PassedSocket::local() const noexcept {
  return detail::socket_name(descriptor_, ::getsockname);
}

Result<int> PassedSocket::duplicate() const {
  const int copy = fcntl(descriptor_, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return detail::uv_error(-errno, "duplicate the passed socket " + name_);
  return copy;
}

std::string ListenOn::to_string() const {
  const std::string text = address().to_string();
  return passed_ ? text + ", passed as " + std::string(passed_->name()) : text;
}

Result<PassedSockets> PassedSockets::take() {
  constexpr const char* variables[] = {"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"};
  const detail::PassedEnvironment environment{
      std::getenv(variables[0]), std::getenv(variables[1]), std::getenv(variables[2])};
  auto sockets = detail::read_passed(environment, getpid());
  if (!sockets) return std::move(sockets).error();
  for (const char* variable : variables)
    unsetenv(variable);
  return PassedSockets(*std::move(sockets));
}

Result<ListenOn> PassedSockets::listen_on(std::string_view name, const Address& otherwise) const {
  const auto has_name = [name](const PassedSocket& socket) {
    return socket.name() == name;
  };
  const auto found = std::find_if(sockets_.begin(), sockets_.end(), has_name);
  if (found == sockets_.end()) {
    if (otherwise) return ListenOn(otherwise);
    std::string names = sockets_.empty() ? "none was passed" : "there are";
    for (const PassedSocket& socket : sockets_)
      names += " " + detail::quoted(socket.name());
    return detail::refused("none is named " + detail::quoted(name) + ", " + names);
  }
  if (std::any_of(found + 1, sockets_.end(), has_name)) {
    return detail::refused("several are named " + detail::quoted(name));
  }
  return ListenOn(*found);
}

}  // namespace eddy
