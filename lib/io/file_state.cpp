// SPDX-License-Identifier: MIT
#include "io/file_state.hpp"

#include <stop_token>
#include <utility>

namespace eddy::detail {

FileOperation::FileOperation(FileState& of, FileAccess wanted, bool counted, Site where)
    : PoolJob(*this_thread_loop(), where, of.pool().threads(), std::stop_source(std::nostopstate)),
      file_(&of),
      access_(wanted),
      counted_(counted) {}

void FileOperation::leave_file() noexcept {
  retire();
  if (file_ != nullptr) std::exchange(file_, nullptr)->remove(*this);
}

void FileOperation::abandon() noexcept {
  retire();
  drop_listener();
  if (started_) {
    withdraw();
  } else {
    drop_function();
    leave_file();
  }
}

void FileOperation::forget() noexcept {
  drop_function();
  leave_file();
}

void FileOperation::release() noexcept {
  const std::shared_ptr<FileOperation> hold = line_;
  retire();
  drop_listener();
  file_ = nullptr;  // its line is dropped with the loop
  if (started_) withdraw();
}

/// The last operation. Runs whether or not anybody waits for it.
class FileState::Closing final : public FileOperation {
 public:
  Closing(FileState& of, OpenFilePtr file, Site where)
      : FileOperation(of, FileAccess::alone, false, where), open_(std::move(file)) {}

  Future<void> future(Loop& loop) {
    promise_.emplace(loop, site);
    return promise_->future();
  }

  bool call() noexcept override {
    result_ = open_->close();
    open_ = nullptr;
    return result_.has_value();
  }
  void refuse(Error) noexcept override { call(); }
  void settle() noexcept override {
    std::optional<Promise<void>> promise = std::exchange(promise_, std::nullopt);
    LoopCore* const core = file() != nullptr ? &file()->core() : nullptr;
    leave_file();
    if (promise && promise->wanted()) return fulfil(*std::move(promise), std::move(result_));
    if (!result_ && core != nullptr) report_unread(*core, result_.error(), site);
  }

 private:
  void drop_listener() noexcept override { promise_.reset(); }
  void drop_function() noexcept override { open_ = nullptr; }

  std::optional<Promise<void>> promise_;
  OpenFilePtr open_;
  Result<void> result_;
};

FileState::FileState(Loop& loop, OpenFilePtr file)
    : core_(core_of(loop)),
      core_hold_(core_),
      pool_(&FilePool::of(loop)),
      file_(std::move(file)),
      path_(file_->path()) {
  pool_->add(*this);
}

FileState::~FileState() = default;

File FileState::handle_of(Loop& loop, OpenFilePtr file) {
  auto* state = new FileState(loop, std::move(file));
  state->handle_ = CountedPtr(state);
  return File(state);
}

CountedPtr<FileState> FileState::take(File& file) noexcept {
  return std::exchange(std::exchange(file.state_, nullptr)->handle_, {});
}

void FileState::add(std::shared_ptr<FileOperation> operation) noexcept {
  if (!self_) self_ = CountedPtr(this);
  FileOperation& newcomer = *operation;
  newcomer.line_ = std::move(operation);
  line_.push_back(newcomer);
  start_next();
}

bool FileState::may_start(const FileOperation& operation) const noexcept {
  if (operation.access_ == FileAccess::alone) return running_count_ == 0;
  return !running_alone_;
}

void FileState::start_next() noexcept {
  while (!line_.empty() && may_start(line_.front())) {
    FileOperation& next = line_.pop_front();
    running_.push_back(next);
    ++running_count_;
    running_alone_ = next.access_ == FileAccess::alone;
    next.started_ = true;
    if (next.counted_) pool_->admitted();
    std::shared_ptr<PoolJob> job = next.line_;
    Result<void> taken = pool_->threads()->take(job);
    if (taken) continue;
    job->refuse(std::move(taken).error());
    const PoolJob& refused = *job;
    refused.send([job = std::move(job)] { job->settle(); });  // later, as every result
  }
}

void FileState::remove(FileOperation& operation) noexcept {
  const CountedPtr<FileState> hold(this);
  const std::shared_ptr<FileOperation> last = std::move(operation.line_);
  static_cast<ListLink<FileOperation>&>(operation).unlink();
  if (operation.started_) {
    --running_count_;
    running_alone_ = false;
  } else if (operation.counted_) {
    pool_->admitted();
  }
  start_next();
  if (line_.empty() && running_.empty()) self_ = {};
}

std::optional<std::size_t> FileState::read_cached(char* to,
                                                  std::size_t count,
                                                  std::uint64_t offset) const {
  if (running_alone_ || !line_.empty()) return std::nullopt;
  const std::optional<std::size_t> got = file_->read_cached(to, count, offset);
  if (got) pool_->cached_turns().used(*got);
  return got;
}

Future<void> FileState::close(Site site) {
  if (!open()) return settled<void>({}, site);
  closing_ = true;
  auto operation = std::make_shared<Closing>(*this, std::move(file_), site);
  Future<void> future = operation->future(loop());
  add(std::move(operation));
  return future;
}

void FileState::let_go() noexcept {
  if (open()) {
    closing_ = true;
    add(std::make_shared<Closing>(*this, std::move(file_), EDDY_HERE));
  } else {
    file_ = nullptr;  // closed already, or in ~Loop
  }
}

void FileState::loop_gone() noexcept {
  const CountedPtr<FileState> hold(this);
  pool_ = nullptr;
  forget_operations();
  file_ = nullptr;  // closes it, unless a thread works on it still
  self_ = {};
}

void FileState::forget_operations() noexcept {
  for (List<FileOperation>* list : {&line_, &running_}) {
    while (!list->empty()) {
      const std::shared_ptr<FileOperation> last = std::move(list->pop_front().line_);
      last->file_ = nullptr;
    }
  }
}

}  // namespace eddy::detail
