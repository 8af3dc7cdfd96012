// SPDX-License-Identifier: MIT
//
// A directory for Unix sockets, their permissions, and what is asked of an error's text.
#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>

#include "own_folder.hpp"
#include "support.hpp"

namespace eddy::testing {

/// A directory for sockets, removed with all that is in it.
class Place {
 public:
  std::string file(const std::string& name) const { return scratch_ / name; }
  Address address(const std::string& name) const {
    return Address::parse("unix:" + file(name)).value();
  }

 private:
  OwnFolder scratch_;
};

/// The permissions of a file.
inline mode_t mode_of(const std::string& path) {
  struct stat found {};
  REQUIRE(lstat(path.c_str(), &found) == 0);
  return found.st_mode & 0777;
}

/// The umask, for as long as it lives.
class Umask {
 public:
  explicit Umask(mode_t mask) : before_(umask(mask)) {}
  Umask(const Umask&) = delete;
  Umask& operator=(const Umask&) = delete;
  ~Umask() { umask(before_); }

 private:
  mode_t before_;
};

inline bool says(const Error& error, std::string_view text) {
  CAPTURE(error.message());
  return error.message().find(text) != std::string::npos;
}

}  // namespace eddy::testing
