// SPDX-License-Identifier: MIT
//
// What a Resolver keeps: answers, and that there was none, each for its time.
//
// Private to io. Bounded: when it is full the name goes that nobody asked for longest.
#pragma once

#include <eddy/base/address.hpp>
#include <eddy/base/clock.hpp>

#include <list>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <vector>

namespace eddy::detail {

class NameCache {
 public:
  /// An answer: addresses, or why there are none.
  struct Known {
    std::vector<Address> addresses{};
    std::error_code failure{};
  };

  explicit NameCache(std::size_t limit) noexcept : limit_(limit) {}

  /// What is known of `key` at `now`; null if nothing is. Valid until the next call.
  const Known* find(std::string_view key, TimePoint now);
  /// Keeps `known` until `until`, instead of what was kept of `key`.
  void put(std::string_view key, Known known, TimePoint until);
  void clear() noexcept;
  std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct Entry {
    std::string key;
    Known known;
    TimePoint until;
  };
  using Entries = std::list<Entry>;

  void remove(Entries::iterator entry) noexcept;

  const std::size_t limit_;
  Entries entries_;                                                // asked for most recently first
  std::unordered_map<std::string_view, Entries::iterator> index_;  // by the keys of the entries
};

}  // namespace eddy::detail
