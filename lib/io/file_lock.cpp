// SPDX-License-Identifier: MIT
#include <eddy/io/file_lock.hpp>

#include <eddy/core/repeat.hpp>

#include <sys/file.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "io/open_in_thread.hpp"
#include "io/path_jobs.hpp"

namespace eddy {

using detail::OpenFilePtr;

namespace {

/// How often a file may be replaced under our hands before it counts as held by somebody.
constexpr int tries_at_once = 8;

/// Whether `path` still means the file that is locked: a holder may remove it before it unlocks.
Result<bool> still_named(const detail::OpenFile& file, const std::string& path) {
  const Result<FileStatus> locked = file.status();
  if (!locked) return locked.error();
  const Result<FileStatus> named = detail::stat_path(path, true);
  if (!named && named.error() == std::errc::no_such_file_or_directory) return false;
  if (!named) return named.error();
  return locked->device == named->device && locked->inode == named->inode;
}

/// One file, or null if somebody else has it.
Result<OpenFilePtr> try_lock(const std::string& path, const FileLockOptions& options) {
  const int operation = (options.shared ? LOCK_SH : LOCK_EX) | LOCK_NB;
  for (int i = 0; i < tries_at_once; ++i) {
    Result<OpenFilePtr> file = detail::open_path(
        path, {.write = options.create, .create = options.create, .mode = options.mode});
    if (!file) return file;
    const int result = detail::retried(detail::file_calls->flock, (*file)->descriptor(), operation);
    if (result == -EWOULDBLOCK) return OpenFilePtr();
    if (result < 0) return (*file)->error(-result, "lock");
    const Result<bool> named = still_named(**file, path);
    if (!named) return named.error();
    if (*named) return file;
  }
  return OpenFilePtr();
}

/// What is tried until it succeeds.
struct Attempts {
  Loop& loop;
  const std::string path;
  const FileLockOptions options;
  Duration pause;
  std::optional<FileLock> lock = std::nullopt;
};

Future<Next> attempt(Attempts& attempts, Site site) {
  return try_lock_file(attempts.loop, attempts.path, attempts.options, site)
      .then([&attempts, site](std::optional<FileLock> lock) -> Future<Next> {
        attempts.lock = std::move(lock);
        if (attempts.lock) return ready_future(Next::done, site);
        const Duration pause = attempts.pause;
        const Duration last = attempts.options.last_pause;
        attempts.pause = pause < last / 2 ? pause * 2 : last;
        return attempts.loop.sleep(pause, Next::again, site);
      });
}

}  // namespace

Future<void> FileLock::unlock(Site site) {
  return file_.close(site);
}

Future<std::optional<FileLock>> try_lock_file(Loop& loop,
                                              std::string path,
                                              FileLockOptions options,
                                              Site site) {
  return detail::open_in_thread(
             loop, [path = std::move(path), options] { return try_lock(path, options); }, site)
      .then(
          [&loop](OpenFilePtr file) {
            if (file == nullptr) return std::optional<FileLock>();
            return std::optional(FileLock(detail::FileState::handle_of(loop, std::move(file))));
          },
          site);
}

Future<FileLock> lock_file(Loop& loop, std::string path, FileLockOptions options, Site site) {
  if (std::min(options.first_pause, options.last_pause) <= Duration::zero()) {
    return failed_future<FileLock>(Error(Errc::invalid, "lock " + path + " without pauses"), site);
  }
  auto owned =
      std::make_unique<Attempts>(Attempts{loop, std::move(path), options, options.first_pause});
  Attempts& attempts = *owned;
  return repeat(
             loop, [&attempts, site] { return attempt(attempts, site); }, site)
      .then([&attempts] { return std::move(*attempts.lock); }, site)
      .attach(std::move(owned));
}

}  // namespace eddy
