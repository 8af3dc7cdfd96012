// SPDX-License-Identifier: MIT
//
// One call on a file: waits for its turn in the file's line, runs in a thread, settles its future.
//
// Private to io. It belongs to the file's line until it has ended. The Promise is touched on the
// loop's thread only, the function and the result by whoever has claimed the job.
#pragma once

#include <eddy/core/detail/pool_job.hpp>
#include <eddy/core/promise.hpp>

#include <memory>
#include <optional>
#include <utility>

#include "io/open_file.hpp"

namespace eddy::detail {

class FileState;

/// Whether operations may run at the same time.
enum class FileAccess : bool { shared, alone };

class FileOperation : public PoolJob, public ListLink<FileOperation> {
 public:
  /// `counted`: the pool has admitted it.
  FileOperation(FileState& of, FileAccess wanted, bool counted, Site where);

  /// In ~Loop: it does not happen any more, unless it is under way.
  void release() noexcept override;

 protected:
  /// It is over: the file's next operations may have their turn. Null if the file is gone.
  void leave_file() noexcept;
  /// Nobody waits any more. What runs goes on, and holds up what comes after it.
  void abandon() noexcept;
  virtual void drop_promise() noexcept = 0;
  FileState* file() const noexcept { return file_; }

 private:
  friend class FileState;

  void forget() noexcept override;
  virtual void drop_function() noexcept = 0;

  FileState* file_;  // null once the line is gone
  const FileAccess access_;
  const bool counted_;
  bool started_ = false;                 // has had its turn
  std::shared_ptr<FileOperation> line_;  // while it is in the file's line, or has its turn
};

/// Calls `job(OpenFile&)`, which gives a Result<T>.
template <class T, class Job>
class FileJob final : public FileOperation {
 public:
  FileJob(FileState& of, Loop& loop, OpenFilePtr file, FileAccess access, Job&& job, Site where)
      : FileOperation(of, access, true, where),
        promise_(std::in_place, loop, where),
        open_(std::move(file)),
        job_(std::in_place, std::move(job)) {}

  Future<T> future() {
    promise_->on_abandoned([this] {
      drop_promise();
      abandon();
    });
    return promise_->future();
  }

  bool call() noexcept override {
    auto bound = [this] {
      return (*job_)(*open_);
    };
    call_job(bound, stop.get_token(), result_);
    drop_function();
    return result_->has_value();
  }
  void refuse(Error why) noexcept override {
    drop_function();
    result_.emplace(std::move(why));
  }
  void settle() noexcept override {
    std::optional<Promise<T>> promise = std::exchange(promise_, std::nullopt);
    Result<T> result = *std::move(result_);
    result_.reset();
    leave_file();
    if (promise) fulfil(*std::move(promise), std::move(result));
  }

 private:
  void drop_promise() noexcept override { promise_.reset(); }
  void drop_function() noexcept override {
    job_.reset();
    open_ = nullptr;
  }

  std::optional<Promise<T>> promise_;  // the loop's thread
  OpenFilePtr open_;
  std::optional<Job> job_;
  std::optional<Result<T>> result_;
};

}  // namespace eddy::detail
