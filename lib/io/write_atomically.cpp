// SPDX-License-Identifier: MIT
#include <eddy/io/write_atomically.hpp>

#include <optional>
#include <stop_token>
#include <utility>

#include "io/file_encoder.hpp"
#include "io/file_pool.hpp"
#include "io/replacement.hpp"

namespace eddy::fs {
namespace {

using detail::Replacement;

/// Makes the file with the attributes that it is to have.
Result<void> make_file(Replacement& file, const AtomicWriteOptions& options) {
  if (!options.keep_mode && !options.keep_owner) return file.make(options.mode);
  const Result<std::optional<FileStatus>> old = file.old();
  if (!old) return old.error();
  if (!*old || (*old)->kind != FileKind::regular) return file.make(options.mode);
  if (Result<void> made = file.make(options.keep_mode ? (*old)->mode : options.mode); !made) {
    return made;
  }
  // The owner first: to change it takes special bits of the mode away.
  if (options.keep_owner) {
    if (Result<void> kept = file.file().set_owner((*old)->owner, (*old)->group); !kept) return kept;
  }
  return options.keep_mode ? file.file().set_mode((*old)->mode) : Result<void>();
}

Result<void> write_content(const detail::OpenFile& file,
                           ByteView bytes,
                           const AtomicWriteOptions& options) {
  if (!options.compress) return file.write(bytes, 0);
  return detail::FileEncoder(*options.compress, options.compress_options, 0)
      .write(file, bytes, CodecFlush::finish);
}

Result<void> replace_content(const std::string& path,
                             ByteView bytes,
                             const AtomicWriteOptions& options,
                             const std::stop_token& stop) {
  Result<Replacement> file = Replacement::begin(path);
  if (!file) return std::move(file).error();
  if (Result<void> made = make_file(*file, options); !made) return made;
  if (Result<void> written = write_content(file->file(), bytes, options); !written) return written;
  if (stop.stop_requested()) return Error(Errc::canceled);
  return file->commit(true, options.sync);
}

}  // namespace

Future<void> write_atomically(
    Loop& loop, std::string path, std::string bytes, AtomicWriteOptions options, Site site) {
  return detail::FilePool::of(loop).run(
      [path = std::move(path), bytes = std::move(bytes), options](const std::stop_token& stop) {
        return replace_content(path, bytes, options, stop);
      },
      site);
}

}  // namespace eddy::fs
