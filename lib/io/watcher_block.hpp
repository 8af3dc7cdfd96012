// SPDX-License-Identifier: MIT
//
// The inside of a Watcher: an inotify descriptor on a uv_poll_t. Private to io.
#pragma once

#include <eddy/core/detail/timer_entry.hpp>
#include <eddy/core/detail/value_node.hpp>
#include <eddy/io/watcher.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/handle.hpp"
#include "io/change_list.hpp"
#include "io/system.hpp"
#include "io/watched_way.hpp"

struct inotify_event;

namespace eddy::detail {

/// A next() that waits.
class ChangeNode final : public Pooled<ChangeNode, LeafNode<FileChange>>,
                         private ListLink<ChangeNode> {
 public:
  using Pooled::Pooled;
  const char* waits_for() const noexcept override { return "a change of a file"; }

 private:
  friend class List<ChangeNode>;
  void stop() noexcept override { ListLink<ChangeNode>::unlink(); }
};

/// Thread: loop.
class WatcherBlock final : public HandleBlock, private TimerEntry {
 public:
  WatcherBlock(LoopImpl& impl, Descriptor&& inotify, const WatchOptions& options, Site site);

  /// Makes the handle; to be called once, before anything else. Gives a status of libuv.
  int init() noexcept;
  Result<void> watch(const std::string& path, bool directory);
  void unwatch(const std::string& path) noexcept;
  Future<FileChange> next(Site site);

 private:
  /// A name in a directory that the kernel watches; an empty one is the directory's own, or any.
  struct Place {
    int watch;
    std::string name;
  };
  /// A path of the user's.
  struct Target {
    std::string absolute;
    bool directory = false;
    bool exists = false;
    std::vector<Place> way;
    std::optional<int> content;  // the directory in which what changes is the content

    /// Whether `name` in a directory is on the way; without a name, whether the directory is.
    bool passes(int watch, std::string_view name) const noexcept;
  };
  using Targets = std::map<std::string, Target, std::less<>>;

  uv_handle_t* handle() noexcept override { return reinterpret_cast<uv_handle_t*>(&poll_); }
  void on_closing() noexcept override;

  static void on_ready(uv_poll_t* handle, int status, int events) noexcept;
  void read_events();
  void take_event(const inotify_event& event, std::string_view name);
  void take_event_of(Targets::value_type& entry, const inotify_event& event, std::string_view name);
  void add_change(const std::string& path, FileChange::Kind kind);

  Result<void> go_way(Target& target);
  Result<void> go_way_into(Target& found);
  void go_way_again(Targets::value_type& entry);
  Result<int> watch_directory(const std::string& directory, bool content);
  void leave(const std::vector<Place>& way) noexcept;

  void give_due();
  void set_timer();

  uv_poll_t poll_{};
  Descriptor inotify_;
  WatchOptions options_;
  LoopCore& core_;
  CoreHold core_hold_;
  Targets targets_;
  std::map<int, std::size_t> watches_;  // how many places are in each
  ChangeList changes_;
  List<ChangeNode> waiting_;
  std::optional<Error> error_;
};

}  // namespace eddy::detail
