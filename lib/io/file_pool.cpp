// SPDX-License-Identifier: MIT
#include "io/file_pool.hpp"

#include <limits>
#include <string>

#include "io/file_state.hpp"

namespace eddy {
namespace detail {
namespace {

constexpr Duration idle = std::chrono::seconds(30);
/// How long the end of a loop waits for calls of the kernel that run.
constexpr Duration linger = std::chrono::seconds(10);

PoolState::Limits limits_of(const FileThreads& options) {
  return {.min = 1,
          .max = options.threads,
          .queue = std::numeric_limits<std::size_t>::max(),  // admit() keeps the limit
          .idle = idle,
          .linger = linger,
          .name = "file"};
}

}  // namespace

// The threads begin with the first job: if none can be made, that is told by its Future.
FilePool::FilePool(const FileThreads& options)
    : options_(options), threads_(std::make_shared<PoolState>(limits_of(options))) {}

FilePool::~FilePool() {
  while (!files_.empty())
    files_.pop_front().loop_gone();
  threads_->close();
  threads_->join();
}

void FilePool::add(FileState& file) noexcept {
  files_.push_back(file);
}

Error FilePool::refusal() const {
  return {Errc::overloaded,
          std::to_string(options_.queue_limit) +
              " operations on files wait already (FileThreads::queue_limit)"};
}

Result<void> FilePool::admit() {
  if (full()) return refusal();
  ++waiting_;
  return {};
}

}  // namespace detail

Result<void> set_file_threads(Loop& loop, const FileThreads& options) {
  using detail::FilePool;
  auto& place = detail::LoopImpl::of(loop).attachments[static_cast<unsigned>(FilePool::slot)];
  if (place != nullptr) return Error(Errc::invalid, "the loop has its file threads already");
  if (options.threads == 0) return Error(Errc::invalid, "files need a thread");
  place = std::make_unique<FilePool>(options);
  return {};
}

}  // namespace eddy
