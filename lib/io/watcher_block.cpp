// SPDX-License-Identifier: MIT
#include "io/watcher_block.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

#include "io/watch_calls.hpp"

namespace eddy::detail {

constexpr WatchCalls kernel_watch_calls{::inotify_add_watch};
constinit const WatchCalls* watch_calls = &kernel_watch_calls;

namespace {

// What makes a path mean another file, or none.
constexpr std::uint32_t names_changed = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;
constexpr std::uint32_t directory_gone = IN_DELETE_SELF | IN_MOVE_SELF;
constexpr std::uint32_t content_changed = IN_MODIFY | IN_CLOSE_WRITE;

constexpr std::size_t events_size = 16 * 1024;  // several hundred events
constexpr int reads_a_turn = 16;                // then others have their turn

Error watch_error(int number, const std::string& path) {
  std::string context = "watch " + path;
  if (number == ENOSPC) context += " (raise fs.inotify.max_user_watches, or watch less)";
  return uv_error(-number, context);
}

/// What was there a moment ago is not any more. The directory above is watched already, and tells.
bool vanished(const Error& error) {
  return error == std::errc::no_such_file_or_directory;
}

Result<std::string> absolute(const std::string& path) {
  if (path.starts_with('/')) return path;
  char directory[PATH_MAX];
  if (getcwd(directory, sizeof directory) == nullptr) return watch_error(errno, path);
  return std::string(directory) + "/" + path;
}

}  // namespace

WatcherBlock::WatcherBlock(LoopImpl& impl,
                           Descriptor&& inotify,
                           const WatchOptions& options,
                           Site site)
    : HandleBlock(impl, "watcher", site),
      TimerEntry([](TimerEntry* entry) noexcept { static_cast<WatcherBlock*>(entry)->give_due(); }),
      inotify_(std::move(inotify)),
      options_(options),
      core_(impl.core),
      core_hold_(impl.core),
      changes_(options) {}

int WatcherBlock::init() noexcept {
  const int status = uv_poll_init(&impl()->uv, &poll_, inotify_.number());
  if (status == 0) adopted_by_libuv();
  return status == 0 ? uv_poll_start(&poll_, UV_READABLE, &on_ready) : status;
}

void WatcherBlock::on_closing() noexcept {
  disarm(core_, *this);
  inotify_.close();  // libuv has stopped polling it by now
  List<ChangeNode> failed;
  failed.take(waiting_);
  const bool settling = !impl()->ending;
  while (!failed.empty()) {
    ChangeNode& node = failed.pop_front();
    if (settling) node.settle_error(Errc::closed);
  }
}

// What is watched.

Result<void> WatcherBlock::watch(const std::string& path, bool directory) {
  if (!open()) return Error(Errc::closed, "watch " + path);
  if (path.empty() || path.find('\0') != std::string::npos) {
    return Error(Errc::invalid, "watch a path that is empty or holds NUL");
  }
  if (targets_.contains(path)) return Error(Errc::invalid, "watch " + path + " a second time");
  if (targets_.size() >= options_.max_paths) {
    return Error(Errc::overloaded, "watch " + path + " (WatchOptions::max_paths)");
  }
  Target target;
  Result<std::string> whole = absolute(path);
  if (!whole) return std::move(whole).error();
  target.absolute = *std::move(whole);
  target.directory = directory;
  if (Result<void> gone = go_way(target); !gone) return gone;
  targets_.emplace(path, std::move(target));
  return {};
}

void WatcherBlock::unwatch(const std::string& path) noexcept {
  const auto found = targets_.find(path);
  if (found == targets_.end()) return;
  changes_.forget(path, found->second.directory);
  leave(found->second.way);
  targets_.erase(found);
}

/// Finds out anew which names lead to the target, and has them watched.
Result<void> WatcherBlock::go_way(Target& target) {
  Target found;
  found.absolute = target.absolute;
  found.directory = target.directory;
  Result<void> gone = go_way_into(found);
  if (!gone) {
    leave(found.way);
    return gone;
  }
  leave(target.way);  // after the new one, so that what is on both stays watched
  target = std::move(found);
  return {};
}

Result<void> WatcherBlock::go_way_into(Target& found) {
  std::string last;
  Result<WayEnd> end =
      walk_way(found.absolute, [this, &found, &last](const WayStep& step) -> Result<void> {
        last = step.directory;
        Result<int> watch = watch_directory(step.directory, false);
        if (watch) {
          found.way.push_back({*watch, step.name});
        } else if (watch.error() != std::errc::permission_denied) {
          return std::move(watch).error();
        }
        return {};
      });
  if (!end && vanished(end.error())) return {};
  if (!end) return std::move(end).error();
  found.exists = end->exists;
  const std::string& content = found.directory ? end->path : last;
  if (content.empty() || (found.directory && !end->exists)) return {};
  Result<int> watch = watch_directory(content, true);
  if (!watch && vanished(watch.error())) {
    found.exists = false;
    return {};
  }
  if (!watch) return std::move(watch).error();
  found.content = *watch;
  const std::string name = found.directory ? "" : found.way.back().name;
  found.way.push_back({*watch, name});
  return {};
}

Result<int> WatcherBlock::watch_directory(const std::string& directory, bool content) {
  const std::uint32_t wanted = names_changed | directory_gone | (content ? content_changed : 0);
  const int watch = watch_calls->add_watch(
      inotify_.number(), directory.c_str(), wanted | IN_ONLYDIR | IN_MASK_ADD);
  if (watch < 0) return watch_error(errno, directory);
  ++watches_[watch];
  return watch;
}

void WatcherBlock::leave(const std::vector<Place>& way) noexcept {
  for (const Place& place : way) {
    const auto found = watches_.find(place.watch);
    if (found == watches_.end() || --found->second > 0) continue;
    watches_.erase(found);
    inotify_rm_watch(inotify_.number(), place.watch);
  }
}

// What happens.

void WatcherBlock::on_ready(uv_poll_t* handle, int, int) noexcept {
  auto& self = of<WatcherBlock>(handle);
  const CallbackScope scope(*self.impl(), self.site());
  self.read_events();
  self.give_due();
}

void WatcherBlock::read_events() {
  alignas(inotify_event) char events[events_size];
  for (int i = 0; i < reads_a_turn; ++i) {
    const auto size = uninterrupted(::read, inotify_.number(), events, sizeof events);
    if (size <= 0) return;
    for (char* at = events; at < events + size;) {
      inotify_event event;
      std::memcpy(&event, at, sizeof event);
      const char* name = at + sizeof event;
      take_event(event, std::string_view(name, strnlen(name, event.len)));
      at += sizeof event + event.len;
    }
  }
}

void WatcherBlock::take_event(const inotify_event& event, std::string_view name) {
  if (event.mask & IN_IGNORED) {
    watches_.erase(event.wd);
    return;
  }
  if (event.mask & IN_Q_OVERFLOW) changes_.add_overflow();
  for (Targets::value_type& entry : targets_)
    take_event_of(entry, event, name);
}

bool WatcherBlock::Target::passes(int watch, std::string_view name) const noexcept {
  for (const Place& place : way) {
    if (place.watch == watch && (name.empty() || place.name == name)) return true;
  }
  return false;
}

void WatcherBlock::take_event_of(Targets::value_type& entry,
                                 const inotify_event& event,
                                 std::string_view name) {
  const Target& target = entry.second;
  if (event.mask & IN_Q_OVERFLOW) return go_way_again(entry);
  if (target.directory && target.content == event.wd && !name.empty()) {
    const bool gone = (event.mask & (IN_DELETE | IN_MOVED_FROM)) != 0;
    add_change(entry.first + "/" + std::string(name),
               gone ? FileChange::Kind::removed : FileChange::Kind::changed);
  }
  if (!target.passes(event.wd, name)) return;
  if (event.mask & (names_changed | directory_gone | IN_UNMOUNT)) return go_way_again(entry);
  const bool content = target.content == event.wd && target.way.back().name == name;
  if (!target.directory && content) add_change(entry.first, FileChange::Kind::changed);
}

void WatcherBlock::go_way_again(Targets::value_type& entry) {
  Target& target = entry.second;
  const bool existed = target.exists;
  if (Result<void> gone = go_way(target); !gone) {
    error_ = std::move(gone).error();
    return;
  }
  if (target.exists) {
    add_change(entry.first, FileChange::Kind::changed);
  } else if (existed) {
    add_change(entry.first, FileChange::Kind::removed);
  }
}

void WatcherBlock::add_change(const std::string& path, FileChange::Kind kind) {
  changes_.add(path, kind, impl()->clock->now());
}

// What is told.

Future<FileChange> WatcherBlock::next(Site site) {
  core_.check_thread();
  if (!open() || error_) {
    Error why = open() ? *std::exchange(error_, std::nullopt) : Error(Errc::closed, "watch files");
    ValueNode<FileChange>* node =
        ReadyNode<FileChange>::make(core_, site, Result<FileChange>(std::move(why)));
    return make_future(node);
  }
  ChangeNode* node = ChangeNode::make(core_, site);
  waiting_.push_back(*node);
  Future<FileChange> change = make_future<FileChange>(node);
  give_due();
  return change;
}

/// Gives what is due to those who wait, and sees to it that it goes on.
void WatcherBlock::give_due() {
  while (error_ && !waiting_.empty())
    waiting_.pop_front().settle_error(*std::exchange(error_, std::nullopt));
  const TimePoint now = impl()->clock->now();
  while (!waiting_.empty()) {
    std::optional<FileChange> change = changes_.take(now);
    if (!change) break;
    waiting_.pop_front().settle_value(*std::move(change));
  }
  set_timer();
}

void WatcherBlock::set_timer() {
  const std::optional<TimePoint> first = waiting_.empty() ? std::nullopt : changes_.due();
  if (first) {
    arm_at(core_, *this, *first);
  } else {
    disarm(core_, *this);
  }
}

}  // namespace eddy::detail
