// SPDX-License-Identifier: MIT
//
// The source behind as_completed().
//
// Not for users. Each future has an outlet that consumes it. One that settles joins the line of the
// done, and goes on to whoever waits in next() as a link of a chain does: without stack growth.
#pragma once

#include <eddy/core/async_iterator.hpp>
#include <eddy/core/cancel_all.hpp>
#include <eddy/core/completed.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace eddy::detail {

template <class T>
// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): it is, by a base that depends
class CompletedSource;

/// The consumer of one future. Those that are done are linked by `next`: they are never queued.
template <class T>
class Outlet final : public Node {
 public:
  Outlet(LoopCore& owner, Site where, CompletedSource<T>& source, std::size_t at) noexcept
      : Node(owner, where), index(at), source_(source) {}
  ~Outlet() override {
    if (input != nullptr) drop(std::exchange(input, nullptr));
  }

  void watch(Future<T>&& future) noexcept {
    if (connect(this, release_node(std::move(future)))) propagate(this);
  }
  /// Gives the future back to the user.
  Future<T> release() noexcept {
    auto* node = static_cast<ValueNode<T>*>(std::exchange(input, nullptr));
    node->consumer = nullptr;
    return make_future(node);
  }
  void cancel() noexcept override {}
  void destroy() noexcept override {}  // the source's
  bool advance() noexcept override {
    consumer = source_.settled(*this);
    return consumer != nullptr;
  }

  const std::size_t index;

 private:
  CompletedSource<T>& source_;
};

/// A next() that waits: settles when an outlet does, or when the time is over.
template <class T>
class CompletedNode final : public Pooled<CompletedNode<T>, LeafNode<std::optional<Completed<T>>>> {
  using Base = Pooled<CompletedNode, LeafNode<std::optional<Completed<T>>>>;

 public:
  CompletedNode(LoopCore& owner, Site site, CountedPtr<CompletedSource<T>> source) noexcept
      : Base(owner, site), source_(std::move(source)) {}
  ~CompletedNode() override { source_->forget(*this); }

  bool advance() noexcept override {
    source_->forget(*this);
    this->state = NodeState::running;  // what dies with the future may drop this node
    this->state = take();
    if (!this->dropped) return true;
    this->destroy();
    return false;
  }

  const char* waits_for() const noexcept override { return "the next result"; }

 private:
  NodeState take() noexcept {
    try {
      return this->store_value(source_->take());
    } catch (...) {
      return this->store_error(Error(std::current_exception()));
    }
  }
  void stop() noexcept override { source_->forget(*this); }

  const CountedPtr<CompletedSource<T>> source_;  // its reader may be gone before this node is
};

template <class T>
// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): it is, by a base that depends
class CompletedSource final : public AsyncSource<Completed<T>>, private TimerEntry {
  using Item = std::optional<Completed<T>>;

 public:
  CompletedSource(LoopCore& core, std::vector<Future<T>>&& futures, std::optional<Duration> limit)
      : TimerEntry(
            [](TimerEntry* entry) noexcept { static_cast<CompletedSource*>(entry)->expire(); }),
        core_(core),
        hold_(core),
        limit_(clip_to_deadline(core, limit.value_or(Duration::max()))) {
    outlets_.reserve(futures.size());
    for (Future<T>& future : futures) {
      outlets_.push_back(std::make_unique<Outlet<T>>(core_, Site{}, *this, outlets_.size()));
      outlets_.back()->watch(std::move(future));
    }
    if (limit) arm(core_, *this, limit_.wait);
  }
  ~CompletedSource() override {
    disarm(core_, *this);
    ended_ = true;  // what dies with one future may settle another
    outlets_.clear();
  }

  Future<Item> next() override {
    const bool at_once = first_ != nullptr || given_ == outlets_.size() || expired_;
    if (at_once) return ready_future(take());
    waiting_ = CompletedNode<T>::make(core_, Site{}, CountedPtr<CompletedSource>(this));
    return make_future(static_cast<ValueNode<Item>*>(waiting_));
  }
  Future<void> close() override {
    disarm(core_, *this);
    ended_ = true;
    std::vector<Future<T>> pending;
    for (auto& outlet : outlets_) {
      if (outlet->input != nullptr && !outlet->input->settled()) {
        pending.push_back(outlet->release());
      }
    }
    return cancel_all(std::move(pending));
  }

  /// An outlet's future has settled. Gives the one who waits for it. After the limit it is late all
  /// the same.
  Node* settled(Outlet<T>& outlet) noexcept {
    if (ended_ || expired_) return nullptr;
    outlet.next = nullptr;
    (first_ != nullptr ? last_->next : first_) = &outlet;
    last_ = &outlet;
    return waiting_;
  }
  void forget(CompletedNode<T>& node) noexcept {
    if (waiting_ == &node) waiting_ = nullptr;
  }
  /// The next item; nothing at the end.
  Item take() {
    if (first_ == nullptr) return take_late();
    auto& outlet = static_cast<Outlet<T>&>(*std::exchange(first_, first_->next));
    count_given();
    outlet.consumer = nullptr;
    return Item(Completed<T>{outlet.index, take_result(outlet.release()), {}});
  }

 private:
  void count_given() noexcept {
    if (++given_ == outlets_.size()) disarm(core_, *this);
  }
  Item take_late() {
    while (late_ < outlets_.size() && outlets_[late_]->input == nullptr)
      ++late_;
    if (late_ == outlets_.size()) return std::nullopt;
    count_given();
    Outlet<T>& outlet = *outlets_[late_];
    return Item(Completed<T>{outlet.index,
                             timed_out_error(core_, start_, limit_.limit, limit_.deadline),
                             outlet.release()});
  }
  void expire() noexcept {
    expired_ = true;
    start_ = due - std::max(limit_.limit, Duration::zero());
    CompletedNode<T>* const node = waiting_;
    if (node != nullptr && node->advance()) propagate(node);
  }

  LoopCore& core_;
  const CoreHold hold_;
  const TimeLimit limit_;
  TimePoint start_{};  // once expired
  std::vector<std::unique_ptr<Outlet<T>>> outlets_;
  Node* first_ = nullptr;  // of the done that were not given yet
  Node* last_ = nullptr;
  CompletedNode<T>* waiting_ = nullptr;
  std::size_t given_ = 0;
  std::size_t late_ = 0;  // before it no future is pending
  bool expired_ = false;
  bool ended_ = false;
};

}  // namespace eddy::detail
