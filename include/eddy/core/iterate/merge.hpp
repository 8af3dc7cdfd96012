// SPDX-License-Identifier: MIT
//
// Several iterators of one kind read as one, in the order in which their items arrive.
//
// To read them in step see core/iterate/zip.hpp, one after the other AsyncIterator::flatten().
#pragma once

#include <eddy/core/detail/busy_source.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace eddy {

namespace detail {

template <class T>
// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): it is, by a base that depends
class MergeSource final : public BusySource<T> {
  struct Branch final : Intake, ListLink<Branch> {
    Branch(LoopCore& loop, IntakeOwner& owner, AsyncIterator<T>&& source)
        : Intake(loop, owner, Tells::at_once), upstream(std::move(source)) {}
    ~Branch() override { forget(); }  // before what it waits for

    Upstream<T> upstream;
  };

 public:
  explicit MergeSource(std::vector<AsyncIterator<T>>&& sources) {
    branches_.reserve(sources.size());
    for (AsyncIterator<T>& source : sources) {
      branches_.push_back(std::make_unique<Branch>(current_core(), *this, std::move(source)));
      idle_.push_back(*branches_.back());
    }
    open_ = branches_.size();
  }
  ~MergeSource() override {
    gone_ = true;  // what dies with one branch may settle another
    branches_.clear();
  }

  Future<void> close() override {
    Future<void> closed = ready_future();
    for (auto& branch : branches_) {
      branch->forget();
      closed = std::move(closed).finally([&branch] { return branch->upstream.close(); });
    }
    return closed;
  }

 private:
  /// Each branch has one question open, or one answer that waits its turn.
  void work() override {
    while (!idle_.empty()) {
      Branch& branch = idle_.pop_front();
      branch.await(branch.upstream.next());
    }
  }
  void arrived(Intake& intake) noexcept override {
    if (gone_) return;
    auto& branch = static_cast<Branch&>(intake);
    const std::optional<T>* item = branch.template peek<std::optional<T>>();
    if (item == nullptr || item->has_value()) {
      answered_.push_back(branch);
    } else {
      branch.upstream.end();
      branch.forget();
      --open_;
    }
    this->tell();
  }
  bool has_answer() noexcept override { return open_ == 0 || !answered_.empty(); }
  Result<std::optional<T>> take_answer() override {
    if (answered_.empty()) return std::optional<T>();
    Branch& branch = answered_.pop_front();
    idle_.push_back(branch);
    return branch.template take<std::optional<T>>();
  }

  std::vector<std::unique_ptr<Branch>> branches_;
  std::size_t open_ = 0;
  bool gone_ = false;
  List<Branch> idle_;
  List<Branch> answered_;
};

}  // namespace detail

/// The items of all `sources`, first come, first served; it ends when all have ended.
///
/// None is asked for a second item before its first was taken, so that a fast one does not starve
/// the others. The first error ends all of it.
template <class T>
AsyncIterator<T> merge(std::vector<AsyncIterator<T>> sources) {
  return make_iterator<detail::MergeSource<T>>(std::move(sources));
}
template <class T, class... Others>
AsyncIterator<T> merge(AsyncIterator<T> first, Others... others) {
  std::vector<AsyncIterator<T>> sources;
  sources.reserve(1 + sizeof...(others));
  sources.push_back(std::move(first));
  (sources.push_back(std::move(others)), ...);
  return merge(std::move(sources));
}

}  // namespace eddy
