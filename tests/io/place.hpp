// SPDX-License-Identifier: MIT
//
// A directory for Unix sockets, and what is asked of an error's text.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "support.hpp"

namespace eddy::testing {

/// A directory of its own, removed with all that is in it.
class Place {
 public:
  Place() { REQUIRE(mkdtemp(path_) != nullptr); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name) const { return path_ + ("/" + name); }
  Address address(const std::string& name) const {
    return Address::parse("unix:" + file(name)).value();
  }

 private:
  char path_[32] = "/tmp/eddy-bind-XXXXXX";
};

inline bool says(const Error& error, std::string_view text) {
  CAPTURE(error.message());
  return error.message().find(text) != std::string::npos;
}

}  // namespace eddy::testing
