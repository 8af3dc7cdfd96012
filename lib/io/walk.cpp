// SPDX-License-Identifier: MIT
#include <eddy/io/walk.hpp>

#include <eddy/core/promise.hpp>

#include <deque>
#include <memory>
#include <utility>

#include "io/file_pool.hpp"
#include "io/walker.hpp"

namespace eddy::fs {
namespace {

/// So many entries are fetched at a time.
constexpr std::size_t group = 256;

using Entries = std::vector<DirectoryEntry>;

/// Fetches entries in groups. What is fetched while nobody waits any more, be it an error, is kept
/// for the next.
class EntrySource final : public AsyncSource<DirectoryEntry> {
 public:
  EntrySource(Loop& loop, std::string root, const WalkOptions& options)
      : loop_(loop), walker_(std::make_shared<detail::Walker>(std::move(root), options)) {}

  Future<std::optional<DirectoryEntry>> next() override {
    if (!waiting_.empty()) return ready_future(std::optional(take()));
    if (failed_) {
      return failed_future<std::optional<DirectoryEntry>>(*std::exchange(failed_, std::nullopt));
    }
    if (!std::exchange(fetching_, true)) fetch();
    asked_.emplace(loop_);
    return asked_->future();
  }

 private:
  DirectoryEntry take() {
    DirectoryEntry entry = std::move(waiting_.front());
    waiting_.pop_front();
    return entry;
  }
  void fetch() {
    work_ = detail::FilePool::of(loop_)
                .run([walker = walker_] { return walker->next(group); }, EDDY_HERE)
                .complete([this](Result<Entries>&& found) { answer(std::move(found)); });
  }
  void answer(Result<Entries>&& found) {
    fetching_ = false;
    if (found) {
      waiting_.insert(waiting_.end(),
                      std::make_move_iterator(found->begin()),
                      std::make_move_iterator(found->end()));
    } else {
      failed_ = std::move(found).error();
    }
    if (!asked_ || !asked_->wanted()) return;
    Promise<std::optional<DirectoryEntry>> asked = *std::exchange(asked_, std::nullopt);
    if (failed_) return std::move(asked).set_error(*std::exchange(failed_, std::nullopt));
    if (waiting_.empty()) return std::move(asked).set_value();
    std::move(asked).set_value(take());
  }

  Loop& loop_;
  const std::shared_ptr<detail::Walker> walker_;  // the thread has it too
  std::deque<DirectoryEntry> waiting_;
  std::optional<Promise<std::optional<DirectoryEntry>>> asked_;
  std::optional<Error> failed_;
  bool fetching_ = false;
  Future<void> work_;
};

}  // namespace

AsyncIterator<DirectoryEntry> scandir(Loop& loop, std::string path) {
  return make_iterator<EntrySource>(loop, std::move(path), WalkOptions{.max_depth = 1});
}

AsyncIterator<DirectoryEntry> walk(Loop& loop, std::string root, WalkOptions options) {
  return make_iterator<EntrySource>(loop, std::move(root), options);
}

}  // namespace eddy::fs
