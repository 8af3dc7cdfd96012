// SPDX-License-Identifier: MIT
//
// A Promise that another thread keeps.
//
// The Future stays on the loop; the RemotePromise goes to the thread that will provide the value.
#pragma once

#include <eddy/core/detail/list.hpp>
#include <eddy/core/poster.hpp>
#include <eddy/core/promise.hpp>

#include <atomic>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace eddy {

namespace detail {

/// What the two threads of a RemotePromise share. The loop keeps a list of those that are
/// outstanding.
class EDDY_EXPORT RemoteLink : private ListLink<RemoteLink> {
 public:
  explicit RemoteLink(Loop& loop);
  RemoteLink(const RemoteLink&) = delete;
  RemoteLink& operator=(const RemoteLink&) = delete;
  virtual ~RemoteLink();

  /// Runs `deliver` on the loop's thread. If the loop is gone, `deliver` dies here. Thread: any.
  void send(Function<void()> deliver) const noexcept;
  /// Thread: any.
  bool wanted() const noexcept { return wanted_.load(std::memory_order_relaxed); }

  /// Whether the loop waits for this one. False from the start if it was made by a destructor that
  /// ran in ~Loop: nothing can reach the loop any more, and the Promise has to go at once.
  /// Thread: loop.
  bool outstanding() const noexcept { return outstanding_on_ != nullptr; }
  /// The loop need not wait for this one any more. Thread: loop.
  void retire() noexcept;
  /// Lets go of the Promise. Thread: loop, in ~Loop.
  virtual void release() noexcept = 0;

 private:
  friend struct LoopImpl;
  friend class List<RemoteLink>;

  std::shared_ptr<Mailbox> mailbox_;
  LoopImpl* outstanding_on_;  // null once retired
  std::atomic<bool> wanted_{true};
};

/// Fulfils `promise` with `result`. What a value throws when it is moved is the Error then.
template <class T>
void fulfil(Promise<T>&& promise, Result<T>&& result) noexcept {
  if (!result.has_value()) return std::move(promise).set_error(std::move(result).error());
  if constexpr (std::is_void_v<T>) {
    std::move(promise).set_value();
  } else {
    std::move(promise).set_value(*std::move(result));
  }
}

/// The typed part; the Promise is touched on the loop's thread only.
template <class T>
class RemoteLinkOf final : public RemoteLink {
 public:
  RemoteLinkOf(Loop& loop, Site site)
      : RemoteLink(loop), promise_(std::in_place, loop, site), future_(promise_->future()) {
    promise_->on_abandoned([this] { release(); });
    if (!outstanding()) release();
  }
  Future<T> future() {
    EDDY_ASSERT(future_.valid(), "future() of a RemotePromise is called once");
    return std::move(future_);
  }
  bool claimed() const noexcept { return !future_.valid(); }
  /// Nobody took the Future, and nobody will.
  void discard() noexcept { future_ = Future<T>(); }
  void settle(Result<T>&& result) noexcept {
    if (!promise_) return;
    Promise<T> promise = *std::move(promise_);
    release();
    fulfil(std::move(promise), std::move(result));
  }
  void release() noexcept override {
    retire();
    promise_.reset();
  }

 private:
  std::optional<Promise<T>> promise_;
  Future<T> future_;
};

}  // namespace detail

/// Provides the value of a Future from any thread.
///
/// Destroyed without a value it fails the Future with Errc::broken_promise. While it is outstanding
/// and wanted, Loop::run() does not return for want of work. A late value dies on the loop's
/// thread, or on the caller's if the loop is gone. Thread: made on the loop's; everything else on
/// any, one at a time.
template <class T>
class [[nodiscard]] RemotePromise {
 public:
  explicit RemotePromise(Loop& loop, Site site = EDDY_HERE)
      : link_(std::make_shared<detail::RemoteLinkOf<T>>(loop, site)) {}
  RemotePromise(RemotePromise&& other) noexcept = default;
  RemotePromise& operator=(RemotePromise&& other) noexcept {
    RemotePromise old(std::move(*this));
    link_ = std::move(other.link_);
    return *this;
  }
  ~RemotePromise() {
    if (link_ == nullptr) return;
    if (link_->claimed()) {
      send(Result<T>(Errc::broken_promise));
    } else {
      link_->discard();  // nobody has the Future, so this object never left the loop
    }
  }

  /// The Future; to be called once, on the loop's thread, before this object leaves it.
  Future<T> future() { return link_->future(); }

  template <class... Args>
  void set_value(Args&&... args) && {
    if constexpr (std::is_void_v<T>) {
      send(Result<void>());
    } else {
      send(Result<T>(T(std::forward<Args>(args)...)));
    }
  }
  void set_error(Error error) && { send(Result<T>(std::move(error))); }
  void set(Result<T> result) && { send(std::move(result)); }

  /// False once the Future was dropped or cancelled: time to stop working. Thread: any.
  bool wanted() const noexcept { return link_ != nullptr && link_->wanted(); }

 private:
  void send(Result<T>&& result) noexcept {
    EDDY_ASSERT(link_ != nullptr, "a RemotePromise gives one value");
    EDDY_ASSERT(link_->claimed(), "take the future() of a RemotePromise before it leaves the loop");
    const auto link = std::exchange(link_, nullptr);
    try {
      deliver(link, std::move(result));
    } catch (...) {  // the value's own move
      deliver(link, Error(std::current_exception()));
    }
  }
  static void deliver(const std::shared_ptr<detail::RemoteLinkOf<T>>& link, Result<T>&& result) {
    link->send([link, result = std::move(result)]() mutable { link->settle(std::move(result)); });
  }

  std::shared_ptr<detail::RemoteLinkOf<T>> link_;
};

}  // namespace eddy
