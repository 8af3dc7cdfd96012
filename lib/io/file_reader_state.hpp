// SPDX-License-Identifier: MIT
//
// What a FileReader and its iterators share: what was read ahead, and who waits for it.
//
// Private to io. What the kernel has in memory is read on the loop's thread, which costs less than
// to hand it over from another, and a little of it at a time. From the first octet on that would
// have to come from a disk, threads read: chunks at the same time, taken in order; one that is
// short, or failed, makes those after it void. Compressed files are read by threads, one chunk
// after the other.
#pragma once

#include <eddy/core/detail/counted.hpp>
#include <eddy/io/file_reader.hpp>

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>

#include "io/chunk_queue.hpp"
#include "io/file_decoder.hpp"
#include "io/file_read_node.hpp"
#include "io/file_state.hpp"

namespace eddy::detail {

/// Thread: loop.
class FileReaderState final : public Counted, private CachedReader {
 public:
  FileReaderState(File file, const FileReaderOptions& options);
  ~FileReaderState() override { forget_ahead(); }

  /// A read of the kind of `goal`, which stands last in line.
  template <class T>
  Future<T> read(FileReadGoal goal, Site site) {
    if (!file_.open()) {
      ValueNode<T>* node = ReadyNode<T>::make(core_, site, Result<T>(why_closed()));
      return make_future(node);
    }
    auto* node = FileReadNode<T>::make(core_, site, CountedPtr(this), std::move(goal));
    line_.push_back(*node);
    serve();
    return make_future(static_cast<ValueNode<T>*>(node));
  }
  void consume(std::size_t count) noexcept;
  Result<void> seek(std::uint64_t offset);
  std::uint64_t tell() const noexcept;
  Future<void> close(Site site);
  /// The FileReader is gone.
  void abandon() noexcept;
  bool open() const noexcept { return file_.open(); }

  // For reads.
  std::uint64_t epoch() const noexcept { return epoch_; }
  /// A read has left the line with what it had gathered; the next may go on with that.
  void left(ByteView gathered, std::uint64_t at) noexcept;
  /// Octets that stand at `at` come back, which a future had and nobody looked at.
  void untaken(ByteView bytes, std::uint64_t at) noexcept;

 private:
  /// A chunk that is being read.
  struct Fetch {
    std::uint64_t offset;
    std::size_t size;
    std::optional<Result<FilePiece>> result = {};
    std::shared_ptr<FileOperation> operation = {};
  };

  Error why_closed() const { return Error(Errc::closed, path_); }
  Error too_large(const FileReadGoal& goal) const;
  void serve() noexcept;
  bool serve_first() noexcept;
  bool serve_at_end(FileRead& first) noexcept;
  bool take_cached() noexcept;
  void go_on() noexcept override { serve(); }
  void grow_chunk() noexcept { size_ = std::min(size_ * 2, options_.chunk); }
  void fetch() noexcept;
  void fetch_one();
  bool may_fetch() const noexcept;
  std::shared_ptr<FileDecoder> make_decoder() const;
  void collect() noexcept;
  void take_in(Fetch& done) noexcept;
  void drop_fetches() noexcept;
  void forget_ahead() noexcept;
  void put_back_gathered(FileRead& read) noexcept;
  void end_reads() noexcept;

  LoopCore& core_;
  const CoreHold core_hold_;
  File file_;
  const std::string path_;
  const FileReaderOptions options_;
  ChunkQueue chunks_;
  List<FileRead> line_;
  std::deque<std::unique_ptr<Fetch>> fetching_;
  std::shared_ptr<FileDecoder> decoder_;  // null for a file that is taken as it is
  std::uint64_t received_;                // the offset after the chunks that were taken in
  std::uint64_t asked_;                   // and after those that are being read
  std::size_t size_;                      // of the next chunk
  bool cached_;                           // the kernel has had all in memory so far
  bool long_ = false;                     // a whole chunk came: it is worth reading ahead
  bool at_end_ = false;                   // the last chunk was short
  bool serving_ = false;
  std::optional<Error> failed_;  // the next chunk could not be read
  std::uint64_t epoch_ = 0;
};

/// The lines of a reader as an AsyncIterator has them.
class LineSource final : public AsyncSource<std::string> {
 public:
  LineSource(CountedPtr<FileReaderState> reader, std::size_t limit) noexcept
      : reader_(std::move(reader)), limit_(limit) {}
  Future<std::optional<std::string>> next() override {
    return reader_->read<std::optional<std::string>>({FileReadGoal::Kind::line, limit_}, EDDY_HERE);
  }

 private:
  CountedPtr<FileReaderState> reader_;
  const std::size_t limit_;
};

}  // namespace eddy::detail
