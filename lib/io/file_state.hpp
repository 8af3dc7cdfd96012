// SPDX-License-Identifier: MIT
//
// What stands behind a File: its operations in the order of the calls, and which of them run.
//
// Private to io. The line belongs to the file, and the file keeps itself as long as there is
// anything in it: whoever called may be gone by then.
#pragma once

#include <eddy/core/detail/counted.hpp>
#include <eddy/io/file.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "io/file_operation.hpp"
#include "io/file_pool.hpp"

namespace eddy::detail {

/// Thread: loop.
class FileState final : public Counted, public ListLink<FileState> {
 public:
  FileState(Loop& loop, OpenFilePtr file);
  ~FileState() override;

  /// A new File.
  static File handle_of(Loop& loop, OpenFilePtr file);
  static FileState& of(const File& file) noexcept { return file.checked(); }
  /// The reference that `file` has; `file` is empty afterwards.
  static CountedPtr<FileState> take(File& file) noexcept;

  /// Runs `job(OpenFile&)`, which gives a Result<T>, when its turn comes.
  template <class T, class Job>
  Future<T> run(FileAccess access, Job&& job, Site site);
  /// The same for those who bound by themselves how much they ask for: is never refused for want of
  /// room, and tells `listener(Result<T>&&)`, unless it is abandoned or the loop ends. The file
  /// must be open. `admitted`: FilePool::admit() was asked all the same.
  template <class T, class Job, class Listener>
  std::shared_ptr<FileOperation> post(
      FileAccess access, Job job, Listener listener, Site site, bool admitted = false) {
    using Operation = FileJob<T, Job, Listener>;
    auto operation = std::make_shared<Operation>(
        *this, file_, access, admitted, std::move(job), std::move(listener), site);
    add(operation);
    return operation;
  }
  /// OpenFile::read_cached(), or nothing if operations are to be waited for. The file must be open.
  std::optional<std::size_t> read_cached(char* to, std::size_t count, std::uint64_t offset) const;
  Future<void> close(Site site);
  /// The File is gone.
  void let_go() noexcept;
  /// So is the loop: nothing that waits will happen.
  void loop_gone() noexcept;

  /// False from the end of the loop on: what its destructor destroys begins nothing new.
  bool open() const noexcept {
    return file_ != nullptr && !closing_ && core_.loop != nullptr && !core_.loop->ending;
  }
  const std::string& path() const noexcept { return path_; }
  int descriptor() const noexcept { return open() ? file_->descriptor() : -1; }
  LoopCore& core() const noexcept { return core_; }
  FilePool& pool() const noexcept { return *pool_; }

  /// `operation` has ended, or never will begin: others may have their turn.
  void remove(FileOperation& operation) noexcept;

 private:
  class Closing;

  Error why_closed() const { return Error(Errc::closed, path_); }
  Loop& loop() const noexcept { return core_.loop->loop; }
  void add(std::shared_ptr<FileOperation> operation) noexcept;
  void start_next() noexcept;
  bool may_start(const FileOperation& operation) const noexcept;
  void forget_operations() noexcept;

  template <class T>
  Future<T> settled(Result<T>&& result, Site site) const {
    ValueNode<T>* node = ReadyNode<T>::make(core_, site, std::move(result));
    return make_future(node);
  }

  LoopCore& core_;
  const CoreHold core_hold_;
  FilePool* pool_;    // null once the loop is gone
  OpenFilePtr file_;  // the jobs have it too
  const std::string path_;
  List<FileOperation> line_;     // wait for their turn
  List<FileOperation> running_;  // have it
  std::size_t running_count_ = 0;
  bool running_alone_ = false;
  bool closing_ = false;
  CountedPtr<FileState> handle_;  // while there is a File
  CountedPtr<FileState> self_;    // while there are operations
};

template <class T, class Job>
Future<T> FileState::run(FileAccess access, Job&& job, Site site) {
  if (!open()) return settled<T>(why_closed(), site);
  if (Result<void> admitted = pool_->admit(); !admitted) {
    return settled<T>(std::move(admitted).error().with(path_), site);
  }
  Promise<T> promise(loop(), site);
  Future<T> future = promise.future();
  using Operation = FileJob<T, std::decay_t<Job>, FutureListener<T>>;
  auto operation = std::make_shared<Operation>(*this,
                                               file_,
                                               access,
                                               true,
                                               std::forward<Job>(job),
                                               FutureListener<T>(std::move(promise)),
                                               site);
  operation->listener().on_abandoned([given_up = operation.get()] { given_up->abandon(); });
  add(std::move(operation));
  return future;
}

}  // namespace eddy::detail
