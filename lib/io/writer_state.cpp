// SPDX-License-Identifier: MIT
#include "io/writer_state.hpp"

#include <utility>

namespace eddy::detail {
namespace {

/// Writes unless an earlier one failed; gives the memory back.
Result<std::string> write_next(const OpenFile& file,
                               std::string&& bytes,
                               std::uint64_t offset,
                               bool& broken) {
  if (broken) return Error(Errc::canceled);  // the first error is the one that is told
  Result<void> written = file.write(bytes, offset);
  if (written) return std::move(bytes);
  broken = true;
  return std::move(written).error();
}

}  // namespace

WriterState::WriterState(File file, const FileWriterOptions& options)
    : core_(FileState::of(file).core()),
      core_hold_(core_),
      file_(std::move(file)),
      options_(options),
      offset_(options.offset),
      broken_(std::make_shared<bool>(false)) {}

Future<void> WriterState::failed(Error why, Site site) const {
  ValueNode<void>* node = ReadyNode<void>::make(core_, site, Result<void>(std::move(why)));
  return make_future(node);
}

Future<void> WriterState::done(Site site) const {
  ValueNode<void>* node = ReadyNode<void>::make(core_, site, Result<void>());
  return make_future(node);
}

/// For a call on a writer that is broken or closed.
Error WriterState::why_not() {
  if (!error_) return Error(Errc::closed, file_.path());
  told_ = true;
  return *error_;
}

Future<void> WriterState::write(ByteView bytes, Site site) {
  if (error_ || !open()) return failed(why_not(), site);
  if (unwritten() >= options_.hard) {
    return failed(Error(Errc::overloaded, "write " + file_.path()), site);
  }
  if (collected_.capacity() == 0) collected_ = std::exchange(spare_, {});
  collected_.append(bytes);
  taken_ += bytes.size();
  if (collected_.size() >= options_.chunk) send_collected();
  if (unwritten() <= options_.high) return done(site);
  return wait_in_line<void>(*this, for_room_, site, taken_ - options_.high);
}

Future<void> WriterState::flush(Site site) {
  if (error_ || !open()) return failed(why_not(), site);
  send_collected();
  if (unwritten() == 0) return done(site);
  return wait_in_line<void>(*this, for_flush_, site, taken_);
}

Future<void> WriterState::sync(Site site) {
  const CountedPtr<WriterState> hold(this);
  return flush(site).then([hold, site] { return hold->file_.sync(site); }, site);
}

void WriterState::seek(std::uint64_t offset) {
  if (open()) send_collected();
  offset_ = offset;
}

void WriterState::send_collected() {
  if (collected_.empty()) return;
  const std::size_t count = collected_.size();
  const std::uint64_t offset = std::exchange(offset_, offset_ + count);
  FileState::of(file_).post<std::string>(
      FileAccess::alone,
      [bytes = std::exchange(collected_, {}), offset, broken = broken_](
          const OpenFile& file) mutable {
        return write_next(file, std::move(bytes), offset, *broken);
      },
      [hold = CountedPtr<WriterState>(this), count](Result<std::string>&& result) {
        hold->on_written(std::move(result), count, EDDY_HERE);
      },
      EDDY_HERE);
}

void WriterState::on_written(Result<std::string>&& result, std::size_t count, Site site) noexcept {
  const CountedPtr<WriterState> hold(this);
  written_ += count;
  if (result) {
    keep(*std::move(result));
  } else if (!error_) {
    error_ = std::move(result).error();
    written_ += collected_.size();
    collected_.clear();
  }
  if (error_ && abandoned_ && !std::exchange(told_, true)) report_unread(core_, *error_, site);
  wake(for_room_);
  wake(for_flush_);
}

void WriterState::keep(std::string&& memory) noexcept {
  if (memory.capacity() > 2 * options_.chunk) return;  // of one large write
  memory.clear();
  spare_ = std::move(memory);
}

void WriterState::wake(Line& line) noexcept {
  while (!line.empty() && (error_ || line.front().key <= written_)) {
    if (error_) {
      line.pop_front().settle_error(why_not());
    } else {
      line.pop_front().settle_value();
    }
  }
}

Future<void> WriterState::close(Site site) {
  if (!open()) return error_ && !told_ ? failed(why_not(), site) : done(site);
  const CountedPtr<WriterState> hold(this);
  Future<void> flushed = flush(site);
  Future<void> closed = file_.close(site);  // after what is on its way
  return std::move(flushed)
      .finally([closed = std::move(closed)]() mutable { return std::move(closed); }, site)
      .attach(CountedPtr(hold));
}

void WriterState::abandon() noexcept {
  const CountedPtr<WriterState> hold(this);
  abandoned_ = true;
  if (error_ && !std::exchange(told_, true)) report_unread(core_, *error_, EDDY_HERE);
  if (!error_ && open()) send_collected();
  file_ = {};
}

}  // namespace eddy::detail
