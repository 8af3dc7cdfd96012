// SPDX-License-Identifier: MIT
//
// Tells when files change, by the kernel's inotify: a configuration to be read again, a log to be
// followed.
//
//     auto watcher = *eddy::Watcher::make(loop);
//     std::ignore = watcher.watch_file("/etc/service.conf");
//     auto reload = watcher.next().then([](eddy::FileChange change) { ... });
//
// A path is watched, and not the file that was there when one began: editors and log rotation put a
// new file in the place of the old one. Network file systems do not tell what other machines do.
#pragma once

#include <eddy/base/clock.hpp>
#include <eddy/base/result.hpp>
#include <eddy/core/future.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace eddy {

namespace detail {
class WatcherBlock;
}

/// Something happened to a file.
struct FileChange {
  enum class Kind : std::uint8_t {
    changed,   ///< there is a file, new or with other content
    removed,   ///< there is none any more, or it has another name
    overflow,  ///< more happened than was kept: look at everything that you watch
  };

  Kind kind = Kind::changed;
  std::string
      path;  ///< as it was given, with "/name" for what is in a directory; of overflow: none
};

/// What a Watcher holds back, and how much of it.
struct WatchOptions {
  /// A change is told once the file was left alone for so long: a program that writes a file calls
  /// the kernel many times.
  Duration quiet = std::chrono::milliseconds(50);
  /// And at the latest so long after it began, for a file that is never left alone.
  Duration longest = std::chrono::seconds(1);
  /// More changes that nobody has asked for become one overflow.
  std::size_t max_changes = 4096;
  /// So many paths are watched; each takes some of the kernel's memory, which no process can swap.
  std::size_t max_paths = 1024;
};

/// Watches files and directories.
///
/// Symbolic links are followed and watched themselves, on the whole way to the file: a link that is
/// turned to another file changes the file. What does not exist yet is told when it comes.
/// Thread: loop.
/// Lifetime: the destructor ends it, also inside its own continuations; may outlive its loop and is
/// closed then.
class EDDY_EXPORT Watcher {
 public:
  /// An empty Watcher, to be assigned to.
  Watcher() noexcept = default;
  Watcher(Watcher&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Watcher& operator=(Watcher&& other) noexcept;
  ~Watcher();

  /// Errors: std::errc::too_many_files_open, which the kernel says also when this user has too many
  /// watchers (fs.inotify.max_user_instances).
  [[nodiscard]] static Result<Watcher> make(Loop& loop,
                                            WatchOptions options = {},
                                            Site site = EDDY_HERE);

  /// Tells when the file that is, or will be, at `path` changes, comes, or goes.
  ///
  /// Errors: std::errc::no_space_on_device when this user watches too much
  /// (fs.inotify.max_user_watches); Errc::overloaded at WatchOptions::max_paths; Errc::invalid if
  /// the path is empty, holds NUL, or is watched already; Errc::closed. Nothing is watched then.
  [[nodiscard]] Result<void> watch_file(const std::string& path);
  /// Tells when an entry of the directory that is, or will be, at `path` changes, comes, or goes;
  /// not what is in directories below. If the directory itself comes or goes that is told under its
  /// own name: what is in it then is to be looked for.
  ///
  /// Errors: as of watch_file(), and std::errc::permission_denied.
  [[nodiscard]] Result<void> watch_directory(const std::string& path);
  /// Forgets a path, and what was not yet told of it.
  void unwatch(const std::string& path) noexcept;

  /// Resolves to the next change. Each file stands in it once, with its last state.
  ///
  /// Errors: what the kernel said when a way changed and could not be watched any more;
  /// Errc::closed. Cancel: total; a change that it has not resolved to is for the next call.
  [[nodiscard]] Future<FileChange> next(Site site = EDDY_HERE);

  /// Ends it: waiting futures fail with Errc::closed. Closing twice is the same as once.
  void close() noexcept;
  bool open() const noexcept;

 private:
  explicit Watcher(detail::WatcherBlock* block) noexcept : block_(block) {}

  detail::WatcherBlock& checked() const noexcept;

  detail::WatcherBlock* block_ = nullptr;
};

}  // namespace eddy
