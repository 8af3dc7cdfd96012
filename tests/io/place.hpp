// SPDX-License-Identifier: MIT
//
// A directory for Unix sockets, and what is asked of an error's text.
#pragma once

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

inline bool says(const Error& error, std::string_view text) {
  CAPTURE(error.message());
  return error.message().find(text) != std::string::npos;
}

}  // namespace eddy::testing
