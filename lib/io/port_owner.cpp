// SPDX-License-Identifier: MIT
//
// Asks /proc who has a port: first which socket, then which process has it.
//
// Slow, and only for the message of a failed start. Other users' processes keep it to themselves.
#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <memory>
#include <optional>
#include <string_view>

#include "io/bind.hpp"

namespace eddy::detail {
namespace {

/// A machine with more descriptors than that is not asked to the end.
constexpr unsigned max_descriptors = 200'000;

// States of a socket in the kernel's tables.
constexpr std::string_view listening = "0A";
constexpr std::string_view unconnected = "07";  // of a datagram socket that takes from anybody

using Directory = std::unique_ptr<DIR, int (*)(DIR*)>;

Directory open_directory(const std::string& path) {
  return {opendir(path.c_str()), &closedir};
}

/// The inode of the socket that has `port` in the given state, from a table of the kernel.
///
/// Columns: number, local address as hex with the port behind a colon, remote address, state,
/// queues, timers, retransmissions, user, timeout, inode.
std::optional<std::string> inode_in(const char* table,
                                    std::string_view wanted,
                                    std::uint16_t port) {
  std::ifstream lines(table);
  std::string line;
  std::getline(lines, line);  // the heading
  std::string number, local, remote, state, skipped, inode;
  while (lines >> number >> local >> remote >> state >> skipped >> skipped >> skipped >> skipped >>
             skipped >> inode &&
         std::getline(lines, line)) {
    const std::string digits = local.substr(local.find(':') + 1);
    unsigned found = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), found, 16);
    if (state == wanted && found == port) return inode;
  }
  return std::nullopt;
}

bool is_number(const char* name) {
  return *name != '\0' && std::all_of(name,
                                      name + std::char_traits<char>::length(name),
                                      [](char c) { return c >= '0' && c <= '9'; });
}

/// Whether one of the descriptors in `directory` is `wanted`. Counts down `budget`.
bool has_descriptor(const std::string& directory, const std::string& wanted, unsigned& budget) {
  const Directory entries = open_directory(directory);
  if (entries == nullptr) return false;
  while (const dirent* entry = readdir(entries.get())) {
    if (budget == 0) return false;
    --budget;
    char target[64];
    const ssize_t size = readlink((directory + "/" + entry->d_name).c_str(), target, sizeof target);
    if (size > 0 && wanted == std::string_view(target, static_cast<std::size_t>(size))) return true;
  }
  return false;
}

std::string name_of(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/comm");
  std::string name;
  std::getline(file, name);
  return name;
}

}  // namespace

std::string port_owner(const Address& address, int type) {
  const bool stream = type == SOCK_STREAM;
  const std::string_view state = stream ? listening : unconnected;
  const char* const ipv4 = stream ? "/proc/net/tcp" : "/proc/net/udp";
  const char* const ipv6 = stream ? "/proc/net/tcp6" : "/proc/net/udp6";
  std::optional<std::string> inode = inode_in(ipv4, state, address.port());
  if (!inode) inode = inode_in(ipv6, state, address.port());
  if (!inode) return {};
  const std::string wanted = "socket:[" + *inode + "]";
  const Directory processes = open_directory("/proc");
  if (processes == nullptr) return {};
  unsigned budget = max_descriptors;
  while (const dirent* entry = readdir(processes.get())) {
    if (!is_number(entry->d_name)) continue;
    const std::string pid = entry->d_name;
    if (has_descriptor("/proc/" + pid + "/fd", wanted, budget)) {
      return "pid " + pid + " (" + name_of(pid) + ")";
    }
  }
  return {};
}

}  // namespace eddy::detail
