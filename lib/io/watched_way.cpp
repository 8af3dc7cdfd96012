// SPDX-License-Identifier: MIT
#include "io/watched_way.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <utility>

namespace eddy::detail {
namespace {

constexpr int most_links = 40;  // as many as the kernel follows

/// Takes the first name off `rest`; empty at the end.
std::string next_name(std::string& rest) {
  rest.erase(0, std::min(rest.find_first_not_of('/'), rest.size()));
  const std::size_t end = std::min(rest.find('/'), rest.size());
  std::string name = rest.substr(0, end);
  rest.erase(0, end);
  return name;
}

std::string below(const std::string& directory, const std::string& name) {
  return directory == "/" ? "/" + name : directory + "/" + name;
}

std::string parent_of(const std::string& directory) {
  const std::size_t slash = directory.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : directory.substr(0, slash);
}

enum class Found { nothing, link, other };

Found look_at(const std::string& path) noexcept {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return Found::nothing;
  return S_ISLNK(status.st_mode) ? Found::link : Found::other;
}

/// Where a link points to; empty if it is none any more.
std::string target_of(const std::string& link) {
  char target[PATH_MAX];
  const ssize_t size = readlink(link.c_str(), target, sizeof target);
  return size <= 0 ? std::string() : std::string(target, static_cast<std::size_t>(size));
}

}  // namespace

Result<WayEnd> walk_way(std::string_view path, Function<Result<void>(const WayStep&)> step) {
  std::string at = "/";
  std::string rest(path);
  int links = 0;
  for (std::string name = next_name(rest); !name.empty(); name = next_name(rest)) {
    if (name == ".") continue;
    if (name == "..") {
      at = parent_of(at);
      continue;
    }
    if (Result<void> told = step(WayStep{at, name}); !told) return std::move(told).error();
    const std::string here = below(at, name);
    switch (look_at(here)) {
      case Found::nothing:
        return WayEnd{false, at};
      case Found::link: {
        const std::string target = target_of(here);
        if (target.empty()) return WayEnd{false, at};
        if (++links > most_links) {
          return Error(std::errc::too_many_symbolic_link_levels, path);
        }
        rest.insert(0, target);
        if (target.starts_with('/')) at = "/";
        break;
      }
      case Found::other:
        at = here;
    }
  }
  return WayEnd{true, at};
}

}  // namespace eddy::detail
