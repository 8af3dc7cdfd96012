// SPDX-License-Identifier: MIT
#include <eddy/io/copy_file.hpp>

#include <algorithm>
#include <optional>
#include <stop_token>
#include <utility>

#include "io/file_pool.hpp"
#include "io/replacement.hpp"

namespace eddy::fs {
namespace {

using detail::OpenFile;
using detail::OpenFilePtr;
using detail::Replacement;

/// What is copied between two looks at whether anybody still wants it.
constexpr std::size_t step = 8U << 20;

/// Whether the kernel says that it cannot copy between these two files, but others can.
bool not_in_kernel(long result) noexcept {
  switch (result) {
    case -EXDEV:
    case -EINVAL:
    case -ENOSYS:
    case -EOPNOTSUPP:
    case -EPERM:
    case -EBADF:
      return true;
    default:
      return false;
  }
}

Result<std::uint64_t> copy_by_hand(const OpenFile& from,
                                   const OpenFile& to,
                                   std::uint64_t done,
                                   const std::stop_token& stop) {
  constexpr std::size_t piece = 256U << 10;
  while (!stop.stop_requested()) {
    const Result<std::string> bytes = from.read(piece, done);
    if (!bytes) return bytes.error();
    if (Result<void> written = to.write(*bytes, done); !written) return std::move(written).error();
    done += bytes->size();
    if (bytes->size() < piece) return done;
  }
  return Error(Errc::canceled);
}

Result<std::uint64_t> copy_content(const OpenFile& from,
                                   const OpenFile& to,
                                   const std::stop_token& stop) {
  off_t read = 0;
  off_t written = 0;
  while (!stop.stop_requested()) {
    const ssize_t copied = detail::retried(detail::file_calls->copy_file_range,
                                           from.descriptor(),
                                           &read,
                                           to.descriptor(),
                                           &written,
                                           step,
                                           0U);
    const auto done = static_cast<std::uint64_t>(written);
    if (copied > 0) continue;
    // At the very start nothing may also mean a file of /proc, which has no size.
    if (copied == 0 && done > 0) return done;
    if (copied == 0 || not_in_kernel(copied)) return copy_by_hand(from, to, done, stop);
    return to.error(static_cast<int>(-copied), "copy " + from.path() + " to");
  }
  return Error(Errc::canceled);
}

Result<void> refuse_same(const OpenFile& from, const FileStatus& original, const FileStatus& to) {
  if (original.device != to.device || original.inode != to.inode) return {};
  return Error(Errc::invalid, "copy " + from.path() + " to itself");
}

/// Of a file that is made: never more than in the end.
std::uint32_t mode_for(const FileStatus& original, const CopyOptions& options) noexcept {
  return options.keep_mode ? original.mode : 0666;
}

/// The umask has taken something away, or the file was there before.
Result<void> keep_mode(const OpenFile& to, const FileStatus& original, const CopyOptions& options) {
  return options.keep_mode ? to.set_mode(original.mode) : Result<void>();
}

Result<std::uint64_t> copy_atomically(const OpenFile& from,
                                      const FileStatus& original,
                                      const std::string& to,
                                      const CopyOptions& options,
                                      const std::stop_token& stop) {
  Result<Replacement> file = Replacement::begin(to);
  if (!file) return std::move(file).error();
  const Result<std::optional<FileStatus>> old = file->old();
  if (!old) return old.error();
  if (*old) {
    if (Result<void> two = refuse_same(from, original, **old); !two) return std::move(two).error();
  }
  if (Result<void> made = file->make(mode_for(original, options)); !made) {
    return std::move(made).error();
  }
  if (Result<void> kept = keep_mode(file->file(), original, options); !kept) {
    return std::move(kept).error();
  }
  Result<std::uint64_t> copied = copy_content(from, file->file(), stop);
  if (!copied) return copied;
  Result<void> committed = file->commit(options.replace, options.sync);
  if (!committed) return std::move(committed).error();
  return copied;
}

Result<std::uint64_t> copy_in_place(const OpenFile& from,
                                    const FileStatus& original,
                                    const std::string& to,
                                    const CopyOptions& options,
                                    const std::stop_token& stop) {
  // Not emptied before it is known to be another file.
  const Result<OpenFilePtr> file = detail::open_path(to,
                                                     {.write = true,
                                                      .create = true,
                                                      .exclusive = !options.replace,
                                                      .mode = mode_for(original, options)});
  if (!file) return file.error();
  const Result<FileStatus> old = (*file)->status();
  if (!old) return old.error();
  if (Result<void> two = refuse_same(from, original, *old); !two) return std::move(two).error();
  if (Result<void> emptied = (*file)->truncate(0); !emptied) return std::move(emptied).error();
  if (old->mode != original.mode) {
    if (Result<void> kept = keep_mode(**file, original, options); !kept) {
      return std::move(kept).error();
    }
  }
  Result<std::uint64_t> copied = copy_content(from, **file, stop);
  if (!copied) return copied;
  if (options.sync) {
    if (Result<void> synced = (*file)->sync(); !synced) return std::move(synced).error();
  }
  if (Result<void> closed = (*file)->close(); !closed) return std::move(closed).error();
  return copied;
}

Result<std::uint64_t> copy_now(const std::string& from,
                               const std::string& to,
                               const CopyOptions& options,
                               const std::stop_token& stop) {
  const Result<OpenFilePtr> file = detail::open_path(from, {});
  if (!file) return file.error();
  const Result<FileStatus> original = (*file)->status();
  if (!original) return original.error();
  const auto copy = options.atomic ? &copy_atomically : &copy_in_place;
  return copy(**file, *original, to, options, stop);
}

}  // namespace

Future<std::uint64_t> copy(
    Loop& loop, std::string from, std::string to, CopyOptions options, Site site) {
  return detail::FilePool::of(loop).run(
      [from = std::move(from), to = std::move(to), options](const std::stop_token& stop) {
        return copy_now(from, to, options, stop);
      },
      site);
}

}  // namespace eddy::fs
