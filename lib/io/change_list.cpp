// SPDX-License-Identifier: MIT
#include "io/change_list.hpp"

#include <algorithm>
#include <utility>

namespace eddy::detail {

void ChangeList::add(const std::string& path, FileChange::Kind kind, TimePoint now) {
  if (overflow_) return;  // which says it all
  const auto found = pending_.find(path);
  if (found == pending_.end() && pending_.size() >= options_.max_changes) return add_overflow();
  const auto place = found != pending_.end() ? found : pending_.try_emplace(path).first;
  Pending& change = place->second;
  if (change.path == nullptr) {
    change.path = &place->first;
    change.begun = now;
    by_begin_.push_back(change);
  }
  change.kind = kind;
  change.last = now;
  by_last_.push_back(change);
}

void ChangeList::add_overflow() noexcept {
  pending_.clear();
  overflow_ = true;
}

void ChangeList::forget(std::string_view path, bool below) {
  std::erase_if(pending_, [path, below](const auto& entry) {
    const std::string_view known = entry.first;
    if (!known.starts_with(path)) return false;
    return known.size() == path.size() || (below && known[path.size()] == '/');
  });
}

std::optional<TimePoint> ChangeList::due() noexcept {
  if (overflow_) return TimePoint::min();
  if (pending_.empty()) return std::nullopt;
  return std::min(quiet_at(by_last_.front()), latest_at(by_begin_.front()));
}

std::optional<FileChange> ChangeList::take(TimePoint now) {
  if (std::exchange(overflow_, false)) return FileChange{FileChange::Kind::overflow, {}};
  if (pending_.empty()) return std::nullopt;
  if (quiet_at(by_last_.front()) <= now) return remove(by_last_.front());
  if (latest_at(by_begin_.front()) <= now) return remove(by_begin_.front());
  return std::nullopt;
}

FileChange ChangeList::remove(const Pending& change) {
  FileChange told{change.kind, *change.path};
  pending_.erase(told.path);
  return told;
}

}  // namespace eddy::detail
