// SPDX-License-Identifier: MIT
//
// Writes a file from one end to the other. Small writes are collected into large ones, which a
// thread carries out while the next are collected.
//
// To replace a file so that no reader ever sees half of it, see io/write_atomically.hpp.
#pragma once

#include <eddy/base/bytes.hpp>
#include <eddy/codec/compressor.hpp>
#include <eddy/core/detail/counted.hpp>
#include <eddy/io/file.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace eddy {

namespace detail {
class FileWriterState;
}

/// How much a FileWriter collects.
struct FileWriterOptions {
  std::uint64_t offset = 0;       ///< where it begins; without meaning for a file that appends
  std::size_t chunk = 256 << 10;  ///< so much is written at a time
  std::size_t high = 1 << 20;     ///< write() waits while more than so much is unwritten
  std::size_t hard = 16 << 20;  ///< and is refused, Errc::overloaded, from so much on: above `high`

  /// The file gets the octets compressed in this way; a thread does that work. A file that appends
  /// may hold such data already: readers take both as one.
  std::optional<Compression> compress{};
  CompressOptions compress_options{};
};

/// A position in a file, and what was collected for it. One pointer, move-only.
///
/// Octets are taken when write() is called, and reach the file in that order. After the first
/// error nothing more is written, and every later call fails with that error. Compressed data is
/// left without its end then, so that readers refuse it.
/// Thread: loop.
/// Lifetime: the destructor lets what was taken be written, and closes the file, in a thread. An
/// error that no call had told is reported as unread. What is unwritten when the loop ends is lost.
class EDDY_EXPORT FileWriter {
 public:
  /// A writer to nowhere, to be assigned to.
  FileWriter() noexcept;
  explicit FileWriter(File file, const FileWriterOptions& options = {});
  FileWriter(FileWriter&& other) noexcept;
  FileWriter& operator=(FileWriter&& other) noexcept;
  ~FileWriter();

  /// Takes `bytes`; resolves when there is room for more, mostly at once.
  ///
  /// Errors: those of File::write_at() and Compressor for any octets that were taken before;
  /// Errc::overloaded if nobody waited for room, and then `bytes` are not taken.
  /// Cancel: partial; the octets are written.
  [[nodiscard]] Future<void> write(ByteView bytes, Site site = EDDY_HERE);
  /// Resolves when the kernel has everything that was taken. What is compressed becomes larger by
  /// each flush.
  /// Cancel: partial; it is written.
  [[nodiscard]] Future<void> flush(Site site = EDDY_HERE);
  /// Resolves when everything that was taken is on the disk.
  /// Cancel: partial.
  [[nodiscard]] Future<void> sync(Site site = EDDY_HERE);

  /// What is written from now on stands at `offset`. Not for a writer that compresses.
  void seek(std::uint64_t offset);
  /// Where the next octet will stand; if it is compressed, in what it was made of.
  std::uint64_t tell() const noexcept;
  /// How many octets were taken that neither the kernel nor the compressor has.
  std::size_t unwritten() const noexcept;

  /// Writes what was taken and closes the file, also after an error, which it tells.
  ///
  /// Closing once more is ready at once, and so is a write that comes later: with Errc::closed.
  /// Cancel: partial; it is written and closed all the same.
  [[nodiscard]] Future<void> close(Site site = EDDY_HERE);
  bool open() const noexcept;

 private:
  detail::FileWriterState& checked() const noexcept;

  detail::CountedPtr<detail::FileWriterState> state_;
};

}  // namespace eddy
