// SPDX-License-Identifier: MIT
//
// What can be told of a name before anybody is asked.
//
// Private to the files of c-ares.
#pragma once

#include <string>

namespace eddy::detail {

/// How to ask for both families of a name.
struct NameWays {
  /// One question for each family, as the name is. Not where that could lead to addresses of two
  /// hosts: the hosts file may have the name for one family alone, and the search list may complete
  /// it for each family in another way.
  bool apart = false;
  /// If nothing came of that: one question for both, with the search list of the system.
  bool then_searched = false;
};

/// Reads the system's configuration and its hosts file; `searched` if the search list is used.
NameWays ways_for(const std::string& name, bool searched) noexcept;

}  // namespace eddy::detail
