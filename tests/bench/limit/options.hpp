// SPDX-License-Identifier: MIT
// The command line of loadgen.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

namespace bench {

enum class Kind { echo, tls, http, close, hold, tls_hold };

struct Options {
  Kind kind = Kind::echo;
  int port = 0;
  int connections = 64;
  std::size_t depth = 1;  // messages in flight on each connection
  std::size_t size = 1024;
  double seconds = 2;
  double warm_up = 0.3;
  std::uint64_t limit = 0;  // ends after so many answers, if not 0
  int pid = 0;              // the server whose CPU time and memory are read
};

/// The server sends back what it gets.
inline bool echoes(Kind kind) {
  return kind == Kind::echo || kind == Kind::tls || kind == Kind::tls_hold;
}

inline bool encrypts(Kind kind) {
  return kind == Kind::tls || kind == Kind::tls_hold;
}

inline std::optional<Kind> kind_named(const std::string& name) {
  if (name == "echo") return Kind::echo;
  if (name == "tls") return Kind::tls;
  if (name == "http") return Kind::http;
  if (name == "close") return Kind::close;
  if (name == "hold") return Kind::hold;
  if (name == "tls-hold") return Kind::tls_hold;
  return std::nullopt;
}

inline bool read_option(Options& to, int letter, const char* value) {
  switch (letter) {
    case 'c':
      to.connections = std::atoi(value);
      return true;
    case 's':
      to.size = std::strtoull(value, nullptr, 10);
      return true;
    case 'P':
      to.depth = std::strtoull(value, nullptr, 10);
      return true;
    case 'd':
      to.seconds = std::atof(value);
      return true;
    case 'w':
      to.warm_up = std::atof(value);
      return true;
    case 'n':
      to.limit = std::strtoull(value, nullptr, 10);
      return true;
    case 'i':
      to.pid = std::atoi(value);
      return true;
    default:
      return false;
  }
}

/// Nothing, if the words make no sense.
inline std::optional<Options> parse(int argc, char** argv) {
  Options options;
  const auto kind = argc < 3 ? std::nullopt : kind_named(argv[1]);
  if (!kind) return std::nullopt;
  options.kind = *kind;
  options.port = std::atoi(argv[2]);
  optind = 3;
  for (int letter = 0; (letter = getopt(argc, argv, "c:s:P:d:w:n:i:")) != -1;) {
    if (!read_option(options, letter, optarg)) return std::nullopt;
  }
  return options;
}

}  // namespace bench
