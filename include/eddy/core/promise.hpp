// SPDX-License-Identifier: MIT
//
// The other end of a Future: whoever holds the Promise provides the value.
//
// Use it to turn a callback into a Future. From another thread use core/remote_promise.hpp.
#pragma once

#include <eddy/base/function.hpp>
#include <eddy/core/loop.hpp>

#include <utility>

namespace eddy {

namespace detail {

/// The leaf behind a Promise; lives as long as either side needs it.
///
/// `plain_` says that nothing but a value is to be expected: the consumer is there, no cancel came,
/// nobody asked to be told. Then one test is all that fulfil() and destroy() make.
template <class T>
class PromiseNode final : public LeafNode<T> {
 public:
  static PromiseNode* make(LoopCore& owner, Site site) {
    return ::new (owner.allocate(sizeof(PromiseNode))) PromiseNode(owner, site);
  }

  bool wanted() const noexcept { return !consumer_gone_ && !this->settled(); }
  void on_abandoned(Function<void()>&& function) {
    plain_ = false;
    delete std::exchange(abandoned_, new Function<void()>(std::move(function)));
  }

  /// Settles first and tells the producer last: what it does then may free this node.
  void cancel() noexcept override {
    plain_ = false;
    Function<void()>* call = std::exchange(abandoned_, nullptr);
    this->settle_error(Errc::canceled);
    if (call == nullptr) return;
    (*call)();
    delete call;
  }
  /// The consumer's side lets go.
  void destroy() noexcept override {
    if (!producer_ && plain_) [[likely]]
      return free();
    plain_ = false;
    consumer_gone_ = true;
    this->consumer = nullptr;
    if (!this->settled()) stop();  // may release the producer's side
    this->reset();
    if (!producer_) free();
  }

  /// The producer's side lets go, with a value, an error, or nothing.
  template <class... Args>
  void fulfil(Args&&... args) noexcept {
    producer_ = false;
    if (!plain_ && !still_wanted()) [[unlikely]]
      return;
    this->settle_value(std::forward<Args>(args)...);
  }
  void fail(Error&& error) noexcept {
    producer_ = false;
    if (plain_ || still_wanted()) this->settle_error(std::move(error));
  }
  void release_producer() noexcept { fail(Errc::broken_promise); }

 private:
  PromiseNode(LoopCore& owner, Site site) noexcept : LeafNode<T>(owner, site) {}

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
  bool plain_ = true;
  bool producer_ = true;
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
