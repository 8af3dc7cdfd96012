// SPDX-License-Identifier: MIT
#include "io/file_reader_state.hpp"

#include <algorithm>
#include <utility>

namespace eddy::detail {
namespace {

using Answer = FileReadGoal::Answer;

/// What the loop's thread reads at a time: it stays in the processor's cache until it is used.
constexpr std::size_t cached_chunk = 256U << 10;

/// A disk is busy long before, and the chunks take memory.
constexpr unsigned most_ahead = 64;

Result<FilePiece> fill(const OpenFile& file,
                       Chunk&& chunk,
                       std::uint64_t offset,
                       std::size_t size) {
  if (chunk.memory == nullptr) chunk = Chunk::of(size);
  const Result<std::size_t> got = file.read(chunk.memory.get(), size, offset);
  if (!got) return got.error();
  chunk.end = *got;
  return FilePiece{std::move(chunk)};
}

}  // namespace

FileReaderState::FileReaderState(File file, const FileReaderOptions& options)
    : core_(FileState::of(file).core()),
      core_hold_(core_),
      file_(std::move(file)),
      path_(file_.path()),
      options_(options),
      received_(options.offset),
      asked_(options.offset),
      size_(options.first_chunk) {
  EDDY_ASSERT(options.chunk > 0 && options.first_chunk > 0, "a FileReader reads in chunks");
  decoder_ = make_decoder();
  cached_ = decoder_ == nullptr;
  EDDY_ASSERT(!decoder_ || options.offset == 0, "compressed data is read from its beginning");
}

std::shared_ptr<FileDecoder> FileReaderState::make_decoder() const {
  if (!options_.decompress && !options_.detect_compression) return nullptr;
  return std::make_shared<FileDecoder>(options_.decompress, options_.decompress_limits);
}

Error FileReaderState::too_large(const FileReadGoal& goal) const {
  const char* const what =
      goal.kind == FileReadGoal::Kind::line ? ": a line of more than " : ": more than ";
  return {Errc::too_large, path_ + what + std::to_string(goal.amount) + " octets"};
}

// Serving.

void FileReaderState::serve() noexcept {
  if (std::exchange(serving_, true)) return;
  const CountedPtr<FileReaderState> hold(this);
  while (!line_.empty() && (serve_first() || take_cached())) {
  }
  serving_ = false;
  if (file_.open()) fetch();
}

/// Feeds the first read; false if it has to wait.
bool FileReaderState::serve_first() noexcept {
  FileRead& first = line_.front();
  for (;;) {
    std::size_t taken = 0;
    const ByteView there = chunks_.front();
    if (first.goal.gathered.empty()) first.goal.at = chunks_.position();
    const Answer answer = first.goal.feed(there, taken);
    chunks_.consume(taken);
    if (answer == Answer::done) {
      first.unlink();
      first.succeed(there);
      return true;
    }
    if (answer == Answer::too_large) break;
    if (chunks_.empty()) return serve_at_end(first);
  }
  put_back_gathered(first);
  first.unlink();
  first.fail(too_large(first.goal));
  return true;
}

/// Nothing is left that was read ahead.
bool FileReaderState::serve_at_end(FileRead& first) noexcept {
  if (failed_) {
    put_back_gathered(first);
    first.unlink();
    first.fail(*std::exchange(failed_, std::nullopt));
    return true;
  }
  if (!at_end_) return false;
  at_end_ = false;  // who comes next asks anew
  const Answer answer = first.goal.feed_end();
  first.unlink();
  if (answer == Answer::done) {
    first.succeed({});
    return true;
  }
  put_back_gathered(first);
  if (answer == Answer::too_large) {
    first.fail(too_large(first.goal));
  } else {
    first.end();
  }
  return true;
}

/// Takes in what the kernel has in memory; false if that has to be waited for.
bool FileReaderState::take_cached() noexcept {
  if (!cached_ || !file_.open()) return false;
  FileState& file = FileState::of(file_);
  if (!file.pool().cached_turns().take(*this, core_)) return false;
  const std::size_t most = std::min(options_.chunk, cached_chunk);
  const std::size_t size = std::min(size_, most);
  Chunk chunk = size == most ? chunks_.blank(size) : Chunk::of(size);
  const std::optional<std::size_t> got = file.read_cached(chunk.memory.get(), size, received_);
  cached_ = got.has_value();
  if (!cached_) return false;
  chunk.at = received_;
  received_ = asked_ = received_ + *got;
  at_end_ = *got == 0;
  if (*got == size) grow_chunk();
  chunk.end = *got;
  chunks_.push_back(std::move(chunk));
  return true;
}

void FileReaderState::put_back_gathered(FileRead& read) noexcept {
  chunks_.put_back(std::exchange(read.goal.gathered, {}), read.goal.at);
}

void FileReaderState::left(ByteView gathered, std::uint64_t at) noexcept {
  chunks_.put_back(gathered, at);
  if (file_.open() && !line_.empty()) serve();
}

void FileReaderState::untaken(ByteView bytes, std::uint64_t at) noexcept {
  if (!line_.empty()) put_back_gathered(line_.front());  // it begins anew, perhaps with these
  left(bytes, at);
}

void FileReaderState::consume(std::size_t count) noexcept {
  EDDY_ASSERT(count <= chunks_.front().size(), "consume() takes what peek() gave");
  chunks_.consume(count);
  if (file_.open()) fetch();
}

// Reading ahead.

void FileReaderState::fetch() noexcept {
  if (at_end_ || failed_ || linked()) return;
  const bool wanted = !line_.empty();
  if (!wanted && !long_) return;
  while (may_fetch())
    fetch_one();
}

bool FileReaderState::may_fetch() const noexcept {
  if (decoder_ && !fetching_.empty()) return false;  // each goes on where the last one stopped
  const std::size_t most = long_ ? 1 + std::min(options_.ahead, most_ahead) : 1;
  return fetching_.size() + chunks_.chunks() < most;
}

void FileReaderState::fetch_one() {
  auto fetch = std::make_unique<Fetch>();
  fetch->offset = asked_;
  fetch->size = size_;
  asked_ += fetch->size;
  Fetch* const into = fetch.get();
  fetching_.push_back(std::move(fetch));
  into->operation = FileState::of(file_).post<FilePiece>(
      FileAccess::shared,
      [chunk = size_ == options_.chunk ? chunks_.blank(size_) : Chunk(),
       offset = into->offset,
       size = into->size,
       decoder = decoder_](const OpenFile& file) mutable {
        if (decoder) return Result<FilePiece>(decoder->next(file, std::move(chunk), size));
        return fill(file, std::move(chunk), offset, size);
      },
      [this, into](Result<FilePiece>&& result) {
        into->operation = nullptr;
        into->result = std::move(result);
        collect();
      },
      EDDY_HERE);
}

/// Takes in the chunks that have come, in the order of the file.
void FileReaderState::collect() noexcept {
  const CountedPtr<FileReaderState> hold(this);
  while (!fetching_.empty() && fetching_.front()->result) {
    const std::unique_ptr<Fetch> done = std::move(fetching_.front());
    fetching_.pop_front();
    take_in(*done);
  }
  serve();
}

void FileReaderState::take_in(Fetch& done) noexcept {
  Result<FilePiece> result = *std::move(done.result);
  FilePiece piece = result ? *std::move(result) : FilePiece{{}, std::move(result).error()};
  const std::size_t got = piece.chunk.end;
  received_ = done.offset + got;
  failed_ = std::move(piece.error);
  at_end_ = !failed_ && got < done.size;
  piece.chunk.at = done.offset;
  if (got > 0) chunks_.push_back(std::move(piece.chunk));
  long_ = got == done.size;
  if (long_) return grow_chunk();
  size_ = options_.first_chunk;
  drop_fetches();  // what they find does not follow
  asked_ = received_;
}

void FileReaderState::drop_fetches() noexcept {
  for (const std::unique_ptr<Fetch>& each : fetching_) {
    if (each->operation != nullptr) each->operation->abandon();
  }
  fetching_.clear();
}

void FileReaderState::forget_ahead() noexcept {
  if (decoder_) decoder_->stop();
  drop_fetches();
  chunks_.clear();
  cached_ = decoder_ == nullptr;
  long_ = at_end_ = false;
  size_ = options_.first_chunk;
  failed_.reset();
}

// Positions and the end.

Result<void> FileReaderState::seek(std::uint64_t offset) {
  if (!file_.open()) return why_closed();
  if (!line_.empty()) return Error(Errc::invalid, "seek() while a read waits");
  if (decoder_ && offset > 0) {
    return Error(Errc::invalid, "seek in compressed data, " + path_ + ": there is only seek(0)");
  }
  forget_ahead();
  if (decoder_) decoder_ = make_decoder();
  received_ = asked_ = offset;
  ++epoch_;
  return {};
}

std::uint64_t FileReaderState::tell() const noexcept {
  return received_ - chunks_.size();
}

Future<void> FileReaderState::close(Site site) {
  Future<void> closed = file_.close(site);
  end_reads();
  return closed;
}

void FileReaderState::abandon() noexcept {
  const CountedPtr<FileReaderState> hold(this);
  file_ = {};
  end_reads();
}

void FileReaderState::end_reads() noexcept {
  const CountedPtr<FileReaderState> hold(this);
  ++epoch_;
  forget_ahead();
  const bool settles = core_.loop != nullptr && !core_.loop->ending;
  while (!line_.empty()) {
    FileRead& waiting = line_.pop_front();
    if (settles) waiting.fail(why_closed());
  }
}

}  // namespace eddy::detail
