// SPDX-License-Identifier: MIT
//
// What the ends of a ThreadChannel share: items, and two lines of those who wait.
//
// Not for users. A waiter is a thread that sleeps or a Future on some loop. It is given its item,
// or rid of it, under the lock, by whoever makes that possible; a loop is woken after the lock is
// released, because a mailbox that is closed destroys what it is given. Items carry their number,
// so that one which comes back finds its place.
#pragma once

#include <eddy/base/clock.hpp>
#include <eddy/core/detail/list.hpp>
#include <eddy/core/remote_promise.hpp>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace eddy::detail {

/// Whoever waits on a loop.
class EDDY_EXPORT ChannelLink : public RemoteLink,
                                public std::enable_shared_from_this<ChannelLink> {
 public:
  using RemoteLink::RemoteLink;
  ~ChannelLink() override;

  /// Has arrive() called on the loop's thread. Thread: any.
  static void wake(std::shared_ptr<ChannelLink> link) noexcept;

 private:
  virtual void arrive() noexcept = 0;
};

/// Whom to wake once the lock is released; null if that is a thread, which was told already.
using Wake = std::shared_ptr<ChannelLink>;

template <class T>
struct Numbered {
  std::uint64_t number;
  T item;
};

/// Waits for an item. All calls are made under the lock.
template <class T>
class ChannelGetter : public ListLink<ChannelGetter<T>> {
 public:
  virtual ~ChannelGetter() = default;
  virtual Wake give(Numbered<T>&& item) noexcept = 0;
  virtual Wake refuse() noexcept = 0;
};

/// Waits for room, with an item. All calls are made under the lock.
template <class T>
class ChannelPutter : public ListLink<ChannelPutter<T>> {
 public:
  virtual ~ChannelPutter() = default;
  virtual T& item() noexcept = 0;
  virtual Wake accept() noexcept = 0;
  virtual Wake refuse() noexcept = 0;
};

/// A thread that waits: `Base` is one of the two above.
template <class Base>
class Sleeper : public Base {
 public:
  Wake refuse() noexcept final {
    over_ = true;
    told_.notify_one();
    return nullptr;
  }
  /// Sleeps until it is told something; if that takes too long it leaves the line.
  void sleep(std::unique_lock<std::mutex>& lock, Duration limit) {
    const auto over = [this] {
      return over_;
    };
    const TimePoint due = later(std::chrono::steady_clock::now(), limit);
    if (!told_.wait_until(lock, due, over)) this->unlink();
  }

 protected:
  void tell() noexcept {
    over_ = true;
    told_.notify_one();
  }

 private:
  std::condition_variable told_;
  bool over_ = false;
};

template <class T>
class SleepingGetter final : public Sleeper<ChannelGetter<T>> {
 public:
  Wake give(Numbered<T>&& given) noexcept override {
    item.emplace(std::move(given.item));
    this->tell();
    return nullptr;
  }
  std::optional<T> item;
};

template <class T>
class SleepingPutter final : public Sleeper<ChannelPutter<T>> {
 public:
  explicit SleepingPutter(T& item) noexcept : item_(item) {}
  T& item() noexcept override { return item_; }
  Wake accept() noexcept override {
    accepted = true;
    this->tell();
    return nullptr;
  }
  bool accepted = false;

 private:
  T& item_;
};

/// Refuses a thread that runs a loop: asleep, it would hold all of the loop up.
EDDY_EXPORT Result<void> may_block(const char* what);

/// Thread: any.
template <class T>
class ThreadChannelState {
  static_assert(std::is_nothrow_move_constructible_v<T>, "items must move without throwing");

 public:
  using Lock = std::unique_lock<std::mutex>;

  explicit ThreadChannelState(std::size_t capacity) : capacity_(capacity) {}

  Result<void> blocking_put(T&& item, Duration limit) {
    if (auto allowed = may_block("blocking_put"); !allowed) return allowed;
    Lock lock(mutex_);
    Wake wake;
    if (put_now(lock, item, wake)) {
      finish(lock, std::move(wake));
      return {};
    }
    if (why_) return *why_;
    SleepingPutter<T> waiting(item);
    putters_.push_back(waiting);
    waiting.sleep(lock, limit);
    if (waiting.accepted) return {};
    return why_ ? *why_ : Error(Errc::timed_out, "blocking_put");
  }
  Result<T> blocking_get(Duration limit) {
    if (auto allowed = may_block("blocking_get"); !allowed) return std::move(allowed).error();
    Lock lock(mutex_);
    Wake wake;
    if (auto now = get_now(lock, wake)) {
      finish(lock, std::move(wake));
      return std::move(now->item);
    }
    if (why_) return *why_;
    SleepingGetter<T> waiting;
    getters_.push_back(waiting);
    waiting.sleep(lock, limit);
    if (waiting.item) return *std::move(waiting.item);
    return why_ ? *why_ : Error(Errc::timed_out, "blocking_get");
  }
  bool try_put(T& item) {
    Lock lock(mutex_);
    Wake wake;
    const bool done = put_now(lock, item, wake);
    finish(lock, std::move(wake));
    return done;
  }
  std::optional<T> try_get() {
    Lock lock(mutex_);
    Wake wake;
    auto now = get_now(lock, wake);
    finish(lock, std::move(wake));
    if (!now) return std::nullopt;
    return std::move(now->item);
  }

  /// A getter went without its item: that is the next one's, or goes back to its place.
  void give_back(Numbered<T>&& returned) {
    Lock lock(mutex_);
    if (abandoned_) return;
    Wake wake;
    if (!getters_.empty()) {
      wake = getters_.pop_front().give(std::move(returned));
    } else {
      put_in_place(lock, std::move(returned));
    }
    finish(lock, std::move(wake));
  }

  /// What waits for room is refused, what is there may still be taken; then comes `why`.
  void close(Error why) noexcept {
    std::vector<Wake> wakes;
    {
      const Lock lock(mutex_);
      if (why_) return;
      why_ = std::move(why);
      while (!putters_.empty())
        wakes.push_back(putters_.pop_front().refuse());
      while (!getters_.empty())
        wakes.push_back(getters_.pop_front().refuse());
    }
    for (Wake& each : wakes)
      if (each) ChannelLink::wake(std::move(each));
  }
  /// The last handle is gone, and with it what is inside.
  void abandon() noexcept {
    close(Error(Errc::closed, "thread channel"));
    std::deque<Numbered<T>> items;
    const Lock lock(mutex_);
    abandoned_ = true;
    items.swap(items_);
  }

  // For the waiters of loops, which bring a lock.
  Lock lock() const { return Lock(mutex_); }
  bool put_now(const Lock&, T& item, Wake& wake) {
    if (why_) return false;
    if (!getters_.empty()) {
      wake = getters_.pop_front().give({next_number_++, std::move(item)});
      return true;
    }
    if (items_.size() >= capacity_) return false;
    items_.push_back({next_number_++, std::move(item)});
    return true;
  }
  std::optional<Numbered<T>> get_now(const Lock&, Wake& wake) {
    if (items_.empty()) return std::nullopt;
    std::optional<Numbered<T>> first(std::move(items_.front()));
    items_.pop_front();
    if (!putters_.empty() && items_.size() < capacity_) {
      ChannelPutter<T>& next = putters_.pop_front();
      items_.push_back({next_number_++, std::move(next.item())});
      wake = next.accept();
    }
    return first;
  }
  void wait(const Lock&, ChannelGetter<T>& getter) noexcept { getters_.push_back(getter); }
  void wait(const Lock&, ChannelPutter<T>& putter) noexcept { putters_.push_back(putter); }
  static void finish(Lock& lock, Wake wake) noexcept {
    lock.unlock();
    if (wake) ChannelLink::wake(std::move(wake));
  }
  /// Why nothing goes in and, once it is empty, nothing comes out any more; null while open.
  const Error* end(const Lock&) const noexcept { return why_ ? &*why_ : nullptr; }

  std::size_t size() const noexcept {
    const Lock lock(mutex_);
    return items_.size();
  }
  std::size_t capacity() const noexcept { return capacity_; }
  bool closed() const noexcept {
    const Lock lock(mutex_);
    return why_.has_value();
  }

 private:
  /// Before the items with higher numbers. T need not be assignable, so nothing is shifted.
  void put_in_place(const Lock&, Numbered<T>&& returned) {
    std::vector<Numbered<T>> before;
    while (!items_.empty() && items_.front().number < returned.number) {
      before.push_back(std::move(items_.front()));
      items_.pop_front();
    }
    items_.push_front(std::move(returned));
    while (!before.empty()) {
      items_.push_front(std::move(before.back()));
      before.pop_back();
    }
  }

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::deque<Numbered<T>> items_;  // by number
  std::uint64_t next_number_ = 0;
  bool abandoned_ = false;
  std::optional<Error> why_;  // once closed: the reason
  List<ChannelGetter<T>> getters_;
  List<ChannelPutter<T>> putters_;
};

}  // namespace eddy::detail
