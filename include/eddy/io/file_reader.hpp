// SPDX-License-Identifier: MIT
//
// Reads a file from one end to the other, in pieces, lines or as a whole.
//
//     eddy::open_file(loop, "access.log")
//         .then([](File file) { return FileReader(std::move(file)).lines(); })
//
// What the kernel has in memory is read at once. Where it would have to wait for a disk, threads
// read, ahead of what is being worked on. For single places of a file use io/file.hpp, to write
// io/file_writer.hpp.
#pragma once

#include <eddy/base/bytes.hpp>
#include <eddy/codec/decompressor.hpp>
#include <eddy/core/async_iterator.hpp>
#include <eddy/io/file.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace eddy {

namespace detail {
class FileReaderState;
}

/// What a FileReader asks for at a time, and how much memory it may take.
struct FileReaderOptions {
  std::uint64_t offset = 0;            ///< where it begins
  std::size_t first_chunk = 64 << 10;  ///< the first read; a small file takes no more memory
  std::size_t chunk = 1 << 20;         ///< it doubles up to this, as long as there is more
  unsigned ahead = 1;  ///< chunks that threads read while one is worked on; at most 64

  /// The file is compressed in this way. The thread that reads it also decompresses it, all that is
  /// said of octets, chunks and limits means the decompressed ones, and `offset` is 0.
  std::optional<Compression> decompress{};
  /// Without `decompress`: the same if the first octets announce a compression; a file that
  /// announces none is taken as it is.
  bool detect_compression = false;
  DecompressOptions decompress_limits{};  ///< for files of strangers
};

/// A position in a file, and what was read ahead of it. One pointer, move-only.
///
/// Several may read from one FileReader at a time: they are served in the order of the calls, each
/// gets octets or a line that nobody else gets, and together they get all of them. What was given
/// to a future that is dropped before a continuation ran with it goes back to the front, and the
/// next reader gets it.
/// After the last octet reads fail with Errc::end_of_stream. That is asked anew each time: a file
/// that has grown can be read on.
/// Errors, for all reads: those of File::read_at(); the same place can be tried again. If the file
/// is compressed also those of Decompressor, with the file's name, after all octets that stand
/// before the damage; these stay until seek(0).
/// Cancel, for all reads: total.
/// Thread: loop.
/// Lifetime: the destructor fails waiting reads with Errc::closed. May outlive its loop.
class EDDY_EXPORT FileReader {
 public:
  /// A reader of nothing, to be assigned to.
  FileReader() noexcept;
  explicit FileReader(File file, const FileReaderOptions& options = {});
  FileReader(FileReader&& other) noexcept;
  FileReader& operator=(FileReader&& other) noexcept;
  ~FileReader();

  /// Resolves to one octet or more, at most `max`.
  [[nodiscard]] Future<std::string> read(std::size_t max = 64 << 10, Site site = EDDY_HERE);
  /// Resolves to exactly `count` octets. If the file ends before, none is taken.
  [[nodiscard]] Future<std::string> read_exactly(std::size_t count, Site site = EDDY_HERE);
  /// Resolves to a line without its "\n" or "\r\n"; the last one may lack it.
  ///
  /// Errors: Errc::too_large if the line is longer than `limit`; nothing is taken then.
  [[nodiscard]] Future<std::string> read_line(std::size_t limit = 64 << 10, Site site = EDDY_HERE);
  /// Resolves to everything up to the end, which may be nothing.
  ///
  /// Errors: Errc::too_large if that is more than `limit`; nothing is taken then.
  [[nodiscard]] Future<std::string> read_all(std::size_t limit, Site site = EDDY_HERE);

  /// Resolves to what is there, one octet or more, or to nothing at the end, without a copy.
  ///
  /// Nothing is taken until consume(). For the only reader: the view is good until the next call,
  /// of anybody.
  [[nodiscard]] Future<ByteView> peek(Site site = EDDY_HERE);
  /// Takes `count` octets of what peek() gave.
  void consume(std::size_t count) noexcept;

  /// The lines from here on. Several iterators, and reads in between, share them; closing one
  /// closes nothing.
  ///
  /// Lifetime: when the reader is gone, next() fails with Errc::closed.
  [[nodiscard]] AsyncIterator<std::string> lines(std::size_t limit = 64 << 10);

  /// Goes on at `offset`; what was read ahead is forgotten.
  /// Errors: Errc::invalid while a read waits, and for another offset than 0 if the file is, or may
  /// be, compressed.
  [[nodiscard]] Result<void> seek(std::uint64_t offset);
  /// The offset of the next octet that is given.
  std::uint64_t tell() const noexcept;

  /// Closes the file; waiting and later reads fail with Errc::closed.
  /// Cancel: partial; it is closed all the same.
  [[nodiscard]] Future<void> close(Site site = EDDY_HERE);
  bool open() const noexcept;

 private:
  detail::FileReaderState& checked() const noexcept;

  detail::CountedPtr<detail::FileReaderState> state_;
};

}  // namespace eddy
