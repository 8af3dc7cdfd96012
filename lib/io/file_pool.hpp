// SPDX-License-Identifier: MIT
//
// The threads of a loop's files, and the list of the files that are open.
//
// Private to io. Made when a loop's first file needs it; ends with the loop, which closes what is
// open then.
#pragma once

#include <eddy/io/file_threads.hpp>

#include <cstddef>
#include <memory>
#include <utility>

#include "core/loop_impl.hpp"
#include "core/pool_state.hpp"
#include "io/cached_turns.hpp"

namespace eddy::detail {

class FileState;

/// Thread: loop.
class FilePool final : public LoopAttachment {
 public:
  static constexpr AttachmentSlot slot = AttachmentSlot::files;

  explicit FilePool(const FileThreads& options = {});
  ~FilePool() override;
  static FilePool& of(Loop& loop) { return LoopImpl::of(loop).attached<FilePool>(); }

  /// Runs a job that belongs to no open file.
  template <class F>
  auto run(F&& job, Site site) {
    using T = JobValue<std::decay_t<F>>;
    if (full()) return failed_future<T>(refusal(), site);
    return run_in_pool(threads_, std::forward<F>(job), site);
  }

  /// Counts an operation that waits for its turn; an error if too many do.
  Result<void> admit();
  /// It waits no more.
  void admitted() noexcept { --waiting_; }

  /// For those who read what the kernel has in memory.
  CachedTurns& cached_turns() noexcept { return cached_turns_; }

  void add(FileState& file) noexcept;
  const std::shared_ptr<PoolState>& threads() const noexcept { return threads_; }

 private:
  bool full() const noexcept { return threads_->waiting() + waiting_ >= options_.queue_limit; }
  Error refusal() const;

  const FileThreads options_;
  List<FileState> files_;
  CachedTurns cached_turns_;
  std::size_t waiting_ = 0;  // in the lines of files
  const std::shared_ptr<PoolState> threads_;
};

}  // namespace eddy::detail
