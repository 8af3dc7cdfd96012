// SPDX-License-Identifier: MIT
//
// The threads of a loop's files, and the list of the files that are open.
//
// Private to io. Made when a loop's first file needs it; ends with the loop, which closes what is
// open then.
#pragma once

#include <eddy/io/file_threads.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "core/loop_impl.hpp"
#include "core/pool_state.hpp"

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

  /// Whether the loop's thread may read what the kernel has in memory, and not let its other work
  /// have a turn first.
  bool may_read_cached(const LoopCore& core) noexcept;
  /// It has read so many octets in one call.
  void read_cached(std::size_t count) noexcept { cached_ += std::max(count, worth_a_call); }

  void add(FileState& file) noexcept;
  const std::shared_ptr<PoolState>& threads() const noexcept { return threads_; }

 private:
  /// So many octets are read in the time that the call itself takes.
  static constexpr std::size_t worth_a_call = 16U << 10;

  bool full() const noexcept { return threads_->waiting() + waiting_ >= options_.queue_limit; }
  static Error refusal();

  const FileThreads options_;
  List<FileState> files_;
  std::size_t waiting_ = 0;     // in the lines of files
  std::size_t cached_ = 0;      // read on the loop's thread in one callback,
  std::uint64_t callback_ = 0;  // which has this number
  const std::shared_ptr<PoolState> threads_;
};

}  // namespace eddy::detail
