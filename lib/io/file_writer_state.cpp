// SPDX-License-Identifier: MIT
#include "io/file_writer_state.hpp"

#include <algorithm>
#include <utility>

namespace eddy::detail {

/// Writes unless an earlier one failed; gives the memory back.
Result<std::string> FileWriterState::Output::write(const OpenFile& file,
                                                   std::string&& bytes,
                                                   std::uint64_t offset,
                                                   CodecFlush flush) {
  if (broken) return Error(Errc::canceled);  // the first error is the one that is told
  Result<void> written = encoder ? encoder->write(file, bytes, flush) : file.write(bytes, offset);
  if (written) return std::move(bytes);
  broken = true;
  return std::move(written).error();
}

/// What could not be brought to the disk may be lost, whatever a second try says.
Result<void> FileWriterState::Output::sync(const OpenFile& file) {
  if (broken) return Error(Errc::canceled);
  Result<void> synced = file.sync();
  broken = !synced;
  return synced;
}

FileWriterState::FileWriterState(File file, const FileWriterOptions& options)
    : core_(FileState::of(file).core()),
      core_hold_(core_),
      file_(std::move(file)),
      options_(options),
      room_(std::min(options.high, options.hard - 1)),
      offset_(options.compress ? 0 : options.offset),
      output_(std::make_shared<Output>()) {
  if (!options.compress) return;
  output_->encoder.emplace(*options.compress, options.compress_options, options.offset);
}

Future<void> FileWriterState::failed(Error why, Site site) const {
  ValueNode<void>* node = ReadyNode<void>::make(core_, site, Result<void>(std::move(why)));
  return make_future(node);
}

Future<void> FileWriterState::done(Site site) const {
  ValueNode<void>* node = ReadyNode<void>::make(core_, site, Result<void>());
  return make_future(node);
}

/// For a call on a writer that is broken or closed.
Error FileWriterState::why_not() {
  if (!error_) return Error(Errc::closed, file_.path());
  told_ = true;
  return *error_;
}

Future<void> FileWriterState::write(ByteView bytes, Site site) {
  if (error_ || !open()) return failed(why_not(), site);
  if (unwritten() >= options_.hard) {
    return failed(Error(Errc::overloaded, "write " + file_.path()), site);
  }
  if (collected_.capacity() == 0) collected_ = std::exchange(spare_, {});
  collected_.append(bytes);
  taken_ += bytes.size();
  if (collected_.size() >= options_.chunk || collected_.size() > room_) send_collected();
  if (unwritten() <= room_) return done(site);
  return wait_in_line<void>(*this, for_room_, site, taken_ - room_);
}

Future<void> FileWriterState::flush(Site site) {
  return flush_by(CodecFlush::all, site);
}

Future<void> FileWriterState::flush_by(CodecFlush flush, Site site) {
  if (error_ || !open()) return failed(why_not(), site);
  send_collected(flush);
  if (done_ == sent_) return done(site);
  return wait_in_line<void>(*this, for_flush_, site, sent_);
}

Future<void> FileWriterState::sync(Site site) {
  if (error_ || !open()) return failed(why_not(), site);
  FileState& file = FileState::of(file_);
  if (Result<void> admitted = file.pool().admit(); !admitted) {
    return failed(std::move(admitted).error().with(file_.path()), site);
  }
  send_collected(CodecFlush::all);
  ++sent_;
  file.post<void>(
      FileAccess::alone,
      [output = output_](const OpenFile& opened) { return output->sync(opened); },
      [hold = CountedPtr<FileWriterState>(this), site](Result<void>&& result) {
        hold->on_synced(std::move(result), site);
      },
      site,
      true);
  return wait_in_line<void>(*this, for_flush_, site, sent_);
}

void FileWriterState::seek(std::uint64_t offset) {
  EDDY_ASSERT(!options_.compress, "a FileWriter that compresses goes from one end to the other");
  if (open()) send_collected();
  offset_ = offset;
}

/// An end of the compressed data is due even of none; a flush only if there is something inside.
bool FileWriterState::worth_sending(CodecFlush flush) const noexcept {
  if (!collected_.empty()) return true;
  if (!options_.compress) return false;
  return flush == CodecFlush::finish || (flush == CodecFlush::all && inside_);
}

void FileWriterState::send_collected(CodecFlush flush) {
  if (!worth_sending(flush)) return;
  const std::size_t count = collected_.size();
  const std::uint64_t offset = std::exchange(offset_, offset_ + count);
  inside_ = flush == CodecFlush::none;
  ++sent_;
  FileState::of(file_).post<std::string>(
      FileAccess::alone,
      [bytes = std::exchange(collected_, {}), offset, flush, output = output_](
          const OpenFile& file) mutable {
        return output->write(file, std::move(bytes), offset, flush);
      },
      [hold = CountedPtr<FileWriterState>(this), count](Result<std::string>&& result) {
        hold->on_written(std::move(result), count, EDDY_HERE);
      },
      EDDY_HERE);
}

void FileWriterState::on_written(Result<std::string>&& result,
                                 std::size_t count,
                                 Site site) noexcept {
  const CountedPtr<FileWriterState> hold(this);
  written_ += count;
  if (result) {
    keep(*std::move(result));
  } else {
    on_failed(std::move(result).error());
  }
  on_job_done(site);
}

void FileWriterState::on_synced(Result<void>&& result, Site site) noexcept {
  const CountedPtr<FileWriterState> hold(this);
  if (!result) on_failed(std::move(result).error());
  on_job_done(site);
}

void FileWriterState::on_failed(Error error) noexcept {
  if (error_) return;
  error_ = std::move(error);
  written_ += collected_.size();
  collected_.clear();
}

void FileWriterState::on_job_done(Site site) noexcept {
  ++done_;
  if (error_ && abandoned_ && !std::exchange(told_, true)) report_unread(core_, *error_, site);
  wake(for_room_, written_);
  wake(for_flush_, done_);
}

void FileWriterState::keep(std::string&& memory) noexcept {
  if (memory.capacity() > 2 * options_.chunk) return;  // of one large write
  memory.clear();
  spare_ = std::move(memory);
}

void FileWriterState::wake(Line& line, std::size_t reached) noexcept {
  while (!line.empty() && (error_ || line.front().key <= reached)) {
    if (error_) {
      line.pop_front().settle_error(why_not());
    } else {
      line.pop_front().settle_value();
    }
  }
}

Future<void> FileWriterState::close(Site site) {
  if (!open()) return error_ && !told_ ? failed(why_not(), site) : done(site);
  const CountedPtr<FileWriterState> hold(this);
  Future<void> flushed = flush_by(CodecFlush::finish, site);
  Future<void> closed = file_.close(site);  // after what is on its way
  return std::move(flushed)
      .finally([closed = std::move(closed)]() mutable { return std::move(closed); }, site)
      .attach(CountedPtr(hold));
}

void FileWriterState::abandon() noexcept {
  const CountedPtr<FileWriterState> hold(this);
  abandoned_ = true;
  if (error_ && !std::exchange(told_, true)) report_unread(core_, *error_, EDDY_HERE);
  if (!error_ && open()) send_collected(CodecFlush::finish);
  file_ = {};
}

}  // namespace eddy::detail
