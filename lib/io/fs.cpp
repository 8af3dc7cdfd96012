// SPDX-License-Identifier: MIT
#include <eddy/io/fs.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stop_token>
#include <utility>

#include "io/open_in_thread.hpp"
#include "io/path_jobs.hpp"

namespace eddy::fs {

using detail::check_path;
using detail::file_calls;
using detail::FilePool;
using detail::path_outcome;
using detail::retried;

Future<std::string> read_file(Loop& loop, std::string path, std::size_t limit, Site site) {
  return FilePool::of(loop).run(
      [path = std::move(path), limit] { return detail::read_whole(path, limit); }, site);
}

Future<void> write_file(
    Loop& loop, std::string path, std::string bytes, std::uint32_t mode, Site site) {
  return FilePool::of(loop).run(
      [path = std::move(path), bytes = std::move(bytes), mode] {
        return detail::write_whole(path, bytes, mode);
      },
      site);
}

Future<FileStatus> stat(Loop& loop, std::string path, Site site) {
  return FilePool::of(loop).run([path = std::move(path)] { return detail::stat_path(path, true); },
                                site);
}

Future<FileStatus> lstat(Loop& loop, std::string path, Site site) {
  return FilePool::of(loop).run([path = std::move(path)] { return detail::stat_path(path, false); },
                                site);
}

Future<bool> exists(Loop& loop, std::string path, Site site) {
  return FilePool::of(loop).run(
      [path = std::move(path)]() -> Result<bool> {
        const Result<FileStatus> found = detail::stat_path(path, true);
        if (found) return true;
        const Error& why = found.error();
        if (why == std::errc::no_such_file_or_directory || why == std::errc::not_a_directory) {
          return false;
        }
        return why;
      },
      site);
}

Future<void> chmod(Loop& loop, std::string path, std::uint32_t mode, Site site) {
  return FilePool::of(loop).run(
      [path = std::move(path), mode]() -> Result<void> {
        if (Result<void> valid = check_path(path, "chmod"); !valid) return valid;
        return path_outcome(retried(&::chmod, path.c_str(), mode), "chmod", path);
      },
      site);
}

Future<void> mkdir(Loop& loop, std::string path, std::uint32_t mode, Site site) {
  return FilePool::of(loop).run(
      [path = std::move(path), mode]() -> Result<void> {
        if (Result<void> valid = check_path(path, "mkdir"); !valid) return valid;
        return path_outcome(retried(&::mkdir, path.c_str(), mode), "mkdir", path);
      },
      site);
}

Future<void> mkdirs(Loop& loop, std::string path, std::uint32_t mode, Site site) {
  return FilePool::of(loop).run(
      [path = std::move(path), mode] { return detail::make_directories(path, mode); }, site);
}

Future<std::string> mkdtemp(Loop& loop, std::string prefix, Site site) {
  return FilePool::of(loop).run(
      [path = std::move(prefix)]() mutable -> Result<std::string> {
        if (Result<void> valid = check_path(path, "mkdtemp"); !valid) {
          return std::move(valid).error();
        }
        path += "XXXXXX";
        if (::mkdtemp(path.data()) == nullptr) return detail::file_error(errno, "mkdtemp", path);
        return std::move(path);
      },
      site);
}

Future<File> temporary_file(Loop& loop, std::string directory, Site site) {
  return detail::open_file_in_thread(
      loop, [directory = std::move(directory)] { return detail::open_nameless(directory); }, site);
}

Future<void> rename(Loop& loop, std::string from, std::string to, Site site) {
  return FilePool::of(loop).run(
      [from = std::move(from), to = std::move(to)]() -> Result<void> {
        if (Result<void> valid = check_path(from, "rename"); !valid) return valid;
        if (Result<void> valid = check_path(to, "rename"); !valid) return valid;
        const int result =
            retried(file_calls->renameat2, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), 0U);
        return path_outcome(result, "rename " + from + " to", to);
      },
      site);
}

Future<void> remove(Loop& loop, std::string path, Site site) {
  return FilePool::of(loop).run([path = std::move(path)] { return detail::remove_one(path); },
                                site);
}

Future<std::uint64_t> remove_all(Loop& loop, std::string path, Site site) {
  return FilePool::of(loop).run(
      [path = std::move(path)](const std::stop_token& stop) {
        return detail::remove_tree(path, stop);
      },
      site);
}

Future<std::string> read_link(Loop& loop, std::string path, Site site) {
  return FilePool::of(loop).run(
      [path = std::move(path)] { return detail::link_target(AT_FDCWD, path); }, site);
}

Future<void> symlink(Loop& loop, std::string target, std::string path, Site site) {
  return FilePool::of(loop).run(
      [target = std::move(target), path = std::move(path)]() -> Result<void> {
        if (Result<void> valid = check_path(target, "symlink"); !valid) return valid;
        if (Result<void> valid = check_path(path, "symlink"); !valid) return valid;
        return path_outcome(retried(&::symlink, target.c_str(), path.c_str()), "symlink", path);
      },
      site);
}

}  // namespace eddy::fs
