// SPDX-License-Identifier: MIT
//
// Changes of files that wait until the file is left alone. Private to io.
#pragma once

#include <eddy/core/detail/list.hpp>
#include <eddy/io/watcher.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace eddy::detail {

struct ByBegin;  // tags the list in the order of first events
struct ByLast;   // and in that of last ones

/// Knows no loop: the time is told. What is due comes out in the order in which it is due.
class ChangeList {
 public:
  explicit ChangeList(const WatchOptions& options) noexcept : options_(options) {}

  /// The last of several changes of a path counts. Beyond `max_changes` there is an overflow alone.
  void add(const std::string& path, FileChange::Kind kind, TimePoint now);
  void add_overflow() noexcept;
  /// Forgets `path`, and with `below` all that begins with it and a slash.
  void forget(std::string_view path, bool below);

  /// When the next change is due; nothing if there is none.
  std::optional<TimePoint> due() noexcept;
  /// A change that is due at `now`.
  std::optional<FileChange> take(TimePoint now);

 private:
  struct Pending : ListLink<ByBegin>, ListLink<ByLast> {
    const std::string* path = nullptr;  // the key of the map
    FileChange::Kind kind = FileChange::Kind::changed;
    TimePoint begun{};
    TimePoint last{};
  };

  TimePoint quiet_at(const Pending& change) const noexcept {
    return later(change.last, options_.quiet);
  }
  TimePoint latest_at(const Pending& change) const noexcept {
    return later(change.begun, options_.longest);
  }
  FileChange remove(const Pending& change);

  WatchOptions options_;
  std::unordered_map<std::string, Pending> pending_;
  List<Pending, ByBegin> by_begin_;
  List<Pending, ByLast> by_last_;
  bool overflow_ = false;
};

}  // namespace eddy::detail
