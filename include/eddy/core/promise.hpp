// SPDX-License-Identifier: MIT
//
// The other end of a Future: whoever holds the Promise provides the value.
//
// Use it to turn a callback into a Future. From another thread use core/remote_promise.hpp.
#pragma once

#include <eddy/base/function.hpp>
#include <eddy/core/loop.hpp>

#include <cstdint>
#include <utility>

namespace eddy {

namespace detail {

/// The leaf behind a Promise; lives as long as either side needs it.
///
/// As long as nothing special happens the producer lets go first, with a result, and the consumer
/// second; then one test of `course_` is all that fulfil() and destroy() make of both sides.
template <class T>
class PromiseNode final : public LeafNode<T> {
 public:
  static PromiseNode* make(LoopCore& owner, Site site) {
    return ::new (owner.allocate(sizeof(PromiseNode))) PromiseNode(owner, site);
  }

  bool wanted() const noexcept { return !consumer_gone_ && !this->settled(); }
  void on_abandoned(Function<void()>&& function) {
    course_ = Course::special;
    delete std::exchange(abandoned_, new Function<void()>(std::move(function)));
  }

  /// Settles first and tells the producer last: what it does then may free this node.
  void cancel() noexcept override {
    course_ = Course::special;
    Function<void()>* call = std::exchange(abandoned_, nullptr);
    this->settle_error(canceled_error(*this));
    if (call == nullptr) return;
    (*call)();
    delete call;
  }
  const char* waits_for() const noexcept override { return "a promise"; }
  /// The consumer's side lets go. Nothing is called on the short way if T is plain.
  void destroy() noexcept override {
    const bool plain = this->task == nullptr && this->state != NodeState::error;
    if (course_ != Course::fulfilled || !plain) [[unlikely]]
      return release_consumer();
    free();
  }

  /// The producer's side lets go, with a value, an error, or nothing.
  template <class... Args>
  void fulfil(Args&&... args) noexcept {
    if (course_ == Course::open) [[likely]] {
      course_ = Course::fulfilled;
    } else if (!still_wanted()) {
      return;
    }
    this->settle_value(std::forward<Args>(args)...);
  }
  void fail(Error&& failure) noexcept {
    if (course_ == Course::open) {
      course_ = Course::fulfilled;
    } else if (!still_wanted()) {
      return;
    }
    this->settle_error(std::move(failure));
  }
  void release_producer() noexcept { fail(Errc::broken_promise); }

 private:
  enum class Course : std::uint8_t {
    open,       // both sides are there
    fulfilled,  // the producer gave a result
    special,    // gone or cancelled, or the producer asked to be told: the flags say
  };

  PromiseNode(LoopCore& owner, Site site) noexcept : LeafNode<T>(owner, site) {}

  [[gnu::noinline]] void release_consumer() noexcept {
    if (course_ == Course::fulfilled) producer_ = false;
    course_ = Course::special;
    consumer_gone_ = true;
    this->consumer = nullptr;
    if (!this->settled()) stop();  // may release the producer's side
    this->reset();
    if (!producer_) free();
  }
  void stop() noexcept override {
    if (abandoned_ == nullptr) return;
    Function<void()>* call = std::exchange(abandoned_, nullptr);
    stopping_ = true;
    (*call)();
    delete call;
    stopping_ = false;
  }
  /// The producer is done: whether anybody waits. If not, frees this node as soon as may be.
  [[gnu::noinline]] bool still_wanted() noexcept {
    producer_ = true;  // until its captures are gone: they may own the consumer
    delete std::exchange(abandoned_, nullptr);
    producer_ = false;
    if (wanted()) return true;
    if (consumer_gone_ && !stopping_) free();
    return false;
  }
  void free() noexcept {
    LoopCore& owner = *this->core;
    this->~PromiseNode();
    owner.deallocate(this, sizeof(PromiseNode));
  }

  Function<void()>* abandoned_ = nullptr;
  Course course_ = Course::open;
  bool producer_ = true;  // of a special course, as are the others
  bool consumer_gone_ = false;
  bool stopping_ = false;
};

}  // namespace detail

/// Provides the value of one Future.
///
/// Destroyed without a value it fails the Future with Errc::broken_promise.
/// Thread: loop.
/// Lifetime: may outlive its Future and its loop; a late value is dropped.
template <class T>
class [[nodiscard]] Promise {
 public:
  explicit Promise(Loop& loop, Site site = EDDY_HERE)
      : node_(detail::PromiseNode<T>::make(detail::core_of(loop), site)), unclaimed_(node_) {}
  Promise(Promise&& other) noexcept
      : node_(std::exchange(other.node_, nullptr)),
        unclaimed_(std::exchange(other.unclaimed_, nullptr)) {}
  Promise& operator=(Promise&& other) noexcept {
    Promise old(std::move(*this));
    node_ = std::exchange(other.node_, nullptr);
    unclaimed_ = std::exchange(other.unclaimed_, nullptr);
    return *this;
  }
  ~Promise() {
    if (unclaimed_ != nullptr) detail::drop(std::exchange(unclaimed_, nullptr));
    if (node_ != nullptr) node_->release_producer();
  }

  /// The Future that this Promise fulfils; to be called once.
  Future<T> future() {
    EDDY_ASSERT(unclaimed_ != nullptr, "future() of a Promise is called once");
    return detail::make_future<T>(std::exchange(unclaimed_, nullptr));
  }

  /// Fulfils the Future; its continuations run in a later turn.
  template <class... Args>
  void set_value(Args&&... args) && {
    release()->fulfil(std::forward<Args>(args)...);
  }
  void set_error(Error error) && { release()->fail(std::move(error)); }
  void set(Result<T> result) && {
    if (!result.has_value()) return std::move(*this).set_error(std::move(result).error());
    if constexpr (std::is_void_v<T>) {
      std::move(*this).set_value();
    } else {
      std::move(*this).set_value(*std::move(result));
    }
  }

  /// False once the Future was dropped or cancelled, and when the value was given.
  bool wanted() const noexcept { return node_ != nullptr && node_->wanted(); }
  /// Calls `function` when the Future is dropped or cancelled before there is a value.
  ///
  /// It runs inside ~Future or Task::cancel() and must not throw. It may destroy this Promise. If
  /// the Future was abandoned before this call, it never runs: ask wanted() where that may be.
  void on_abandoned(Function<void()> function) {
    EDDY_ASSERT(node_ != nullptr, "on_abandoned() of a Promise that was used or moved from");
    node_->on_abandoned(std::move(function));
  }

 private:
  detail::PromiseNode<T>* release() {
    EDDY_ASSERT(node_ != nullptr, "a Promise gives one value");
    EDDY_ASSERT(unclaimed_ == nullptr, "take the future() of a Promise before its value is set");
    node_->core->check_thread();
    return std::exchange(node_, nullptr);
  }

  detail::PromiseNode<T>* node_;
  detail::PromiseNode<T>* unclaimed_;
};

}  // namespace eddy
