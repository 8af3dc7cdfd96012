// SPDX-License-Identifier: MIT
#include "io/name_cache.hpp"

#include <iterator>
#include <utility>

namespace eddy::detail {

const NameCache::Known* NameCache::find(std::string_view key, TimePoint now) {
  const auto found = index_.find(key);
  if (found == index_.end()) return nullptr;
  const Entries::iterator entry = found->second;
  if (entry->until <= now) {
    remove(entry);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return &entry->known;
}

void NameCache::put(std::string_view key, Known known, TimePoint until) {
  if (limit_ == 0) return;
  if (const auto found = index_.find(key); found != index_.end()) remove(found->second);
  if (entries_.size() >= limit_) remove(std::prev(entries_.end()));
  entries_.push_front(Entry{std::string(key), std::move(known), until});
  index_.emplace(entries_.front().key, entries_.begin());
}

void NameCache::clear() noexcept {
  index_.clear();
  entries_.clear();
}

void NameCache::remove(Entries::iterator entry) noexcept {
  index_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace eddy::detail
