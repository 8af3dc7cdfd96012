// SPDX-License-Identifier: MIT
//
// The way to a file: the names that have to stay what they are for a path to mean the same file.
// Private to io.
#pragma once

#include <eddy/base/function.hpp>
#include <eddy/base/result.hpp>

#include <string>

namespace eddy::detail {

/// A name on the way, in a directory without symbolic links before it.
struct WayStep {
  std::string directory;
  std::string name;
};

/// Where a way leads.
struct WayEnd {
  bool exists = false;
  std::string path;  ///< without symbolic links; if it does not exist, as far as it does
};

/// Goes the way of `path`, which is absolute: from name to name, and over symbolic links, of which
/// forty are followed.
///
/// `step` is called before the name is looked at, so that what happens from then on can be seen.
/// Stops at the first name that does not exist.
/// Errors: those of `step`, and std::errc::too_many_symbolic_link_levels.
Result<WayEnd> walk_way(std::string_view path, Function<Result<void>(const WayStep&)> step);

}  // namespace eddy::detail
