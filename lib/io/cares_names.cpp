// SPDX-License-Identifier: MIT
#include "io/cares_names.hpp"

#include <ares.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>

namespace eddy::detail {
namespace {

/// A channel that asks nobody.
class Configuration {
 public:
  Configuration() noexcept : status_(ares_init(&channel_)) {}
  Configuration(const Configuration&) = delete;
  Configuration& operator=(const Configuration&) = delete;
  ~Configuration() {
    if (status_ == ARES_SUCCESS) ares_destroy(channel_);
  }

  explicit operator bool() const noexcept { return status_ == ARES_SUCCESS; }
  bool has_host(const std::string& name, int family) const noexcept {
    hostent* found = nullptr;
    if (ares_gethostbyname_file(channel_, name.c_str(), family, &found) != ARES_SUCCESS) {
      return false;
    }
    ares_free_hostent(found);
    return true;
  }
  /// Whether the search list completes `name`, be it before or after the name as it is.
  NameWays search_of(const std::string& name) const noexcept {
    ares_options options{};
    int given = 0;
    if (ares_save_options(channel_, &options, &given) != ARES_SUCCESS) return {};
    const bool first = std::count(name.begin(), name.end(), '.') < options.ndots;
    const NameWays ways{.apart = options.ndomains == 0 || !first,
                        .then_searched = options.ndomains > 0};
    ares_destroy_options(&options);
    return ways;
  }

 private:
  ares_channel channel_ = nullptr;
  int status_;
};

}  // namespace

NameWays ways_for(const std::string& name, bool searched) noexcept {
  const Configuration system;
  if (!system) return {};
  if (system.has_host(name, AF_INET) || system.has_host(name, AF_INET6)) return {};
  if (!searched || name.ends_with('.')) return {.apart = true};
  return system.search_of(name);
}

}  // namespace eddy::detail
