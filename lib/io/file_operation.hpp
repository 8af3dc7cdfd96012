// SPDX-License-Identifier: MIT
//
// One call on a file: waits for its turn in the file's line, runs in a thread, tells its result.
//
// Private to io. It belongs to the file's line until it has ended. Who is told is touched on the
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

  /// Nobody waits any more. What runs goes on, and holds up what comes after it; what does not run
  /// never will.
  void abandon() noexcept;
  /// In ~Loop: it does not happen any more, unless it is under way.
  void release() noexcept override;

 protected:
  /// It is over: the file's next operations may have their turn.
  void leave_file() noexcept;
  /// Null if the line is gone.
  FileState* file() const noexcept { return file_; }

 private:
  friend class FileState;

  void forget() noexcept override;
  virtual void drop_listener() noexcept = 0;
  virtual void drop_function() noexcept = 0;

  FileState* file_;  // null once the line is gone
  const FileAccess access_;
  const bool counted_;
  bool started_ = false;                 // has had its turn
  std::shared_ptr<FileOperation> line_;  // while it is in the file's line, or has its turn
};

/// Calls `job(OpenFile&)`, which gives a Result<T>, and tells it to `listener(Result<T>&&)`.
template <class T, class Job, class Listener>
class FileJob final : public FileOperation {
 public:
  FileJob(FileState& of,
          OpenFilePtr file,
          FileAccess access,
          bool counted,
          Job&& job,
          Listener&& listener,
          Site where)
      : FileOperation(of, access, counted, where),
        listener_(std::in_place, std::move(listener)),
        open_(std::move(file)),
        job_(std::in_place, std::move(job)) {}

  Listener& listener() noexcept { return *listener_; }

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
    std::optional<Listener> listener = std::exchange(listener_, std::nullopt);
    Result<T> result = *std::move(result_);
    result_.reset();
    leave_file();
    if (listener) (*listener)(std::move(result));
  }

 private:
  void drop_listener() noexcept override { listener_.reset(); }
  void drop_function() noexcept override {
    job_.reset();
    open_ = nullptr;
  }

  std::optional<Listener> listener_;  // the loop's thread
  OpenFilePtr open_;
  std::optional<Job> job_;
  std::optional<Result<T>> result_;
};

/// Tells a Future.
template <class T>
class FutureListener {
 public:
  explicit FutureListener(Promise<T> promise) noexcept : promise_(std::move(promise)) {}
  void on_abandoned(Function<void()> call) { promise_.on_abandoned(std::move(call)); }
  void operator()(Result<T>&& result) noexcept { fulfil(std::move(promise_), std::move(result)); }

 private:
  Promise<T> promise_;
};

}  // namespace eddy::detail
