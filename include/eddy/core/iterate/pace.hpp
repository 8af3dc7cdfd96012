// SPDX-License-Identifier: MIT
//
// throttle, debounce and timeout: iterators and time.
//
// Included by core/iterate.hpp; the members are described in core/async_iterator.hpp.
#pragma once

#include <eddy/core/detail/busy_source.hpp>
#include <eddy/core/detail/stage.hpp>
#include <eddy/core/loop.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace eddy {

namespace detail {

template <class T>
class ThrottleSource final : public Stage<T, T> {
 public:
  ThrottleSource(AsyncIterator<T>&& source, Duration interval)
      : Stage<T, T>(std::move(source)), interval_(interval) {}

 private:
  Future<std::optional<T>> ask() override {
    Loop& loop = *this_thread_loop();
    const TimePoint now = loop.now();
    const TimePoint due = last_ ? later(*last_, interval_) : now;
    if (due <= now) return this->upstream_.next();
    return loop.sleep(due - now).then([this] { return this->upstream_.next(); });
  }
  Answer<T> step(std::optional<T>&& item) override {
    last_ = this_thread_loop()->now();
    return std::move(item);
  }

  const Duration interval_;
  std::optional<TimePoint> last_;
};

template <class T>
class LimitSource final : public AsyncSource<T> {
 public:
  LimitSource(AsyncIterator<T>&& source, Duration limit) noexcept
      : upstream_(std::move(source)), limit_(limit) {}

  Future<std::optional<T>> next() override { return upstream_.next().timeout(limit_); }
  Future<void> close() override { return upstream_.close(); }

 private:
  Upstream<T> upstream_;
  const Duration limit_;
};

/// Reads on while it is quiet for less than it should be. An item that has come through stands in
/// the way of the next until somebody takes it.
template <class T>
class DebounceSource final : public BusySource<T> {
  using Item = std::optional<T>;

 public:
  DebounceSource(AsyncIterator<T>&& source, Duration quiet)
      : upstream_(std::move(source)),
        quiet_(quiet),
        asking_(current_core(), *this, Intake::Tells::in_turn),
        waiting_(current_core(), *this, Intake::Tells::at_once) {}

  Future<void> close() override {
    waiting_.forget();
    upstream_.take_back(asking_);
    return upstream_.close();
  }

 private:
  void work() override {
    if (through_) return;
    if (std::exchange(held_, false)) return asked();
    if (!failed_ && !asking_.busy() && upstream_.open()) asking_.await(upstream_.next());
  }
  void arrived(Intake& intake) noexcept override {
    const CountedPtr<DebounceSource> hold(this);
    if (&intake == &waiting_) {
      waiting_.forget();
      through_ = true;
    } else if (through_) {
      held_ = true;
    } else {
      asked();
    }
    this->tell();
  }
  void asked() noexcept {
    const Item* item = asking_.template peek<Item>();
    if (item != nullptr && item->has_value()) {
      try {
        item_ = *asking_.template take<Item>();
      } catch (...) {  // the item's own move: an error like one of the source
        return asking_.await(failed_future<Item>(Error(std::current_exception())));
      }
      waiting_.await(this_thread_loop()->sleep(quiet_));
      return work();
    }
    waiting_.forget();
    through_ = item_.has_value();
    if (item == nullptr) {
      failed_ = true;
    } else {
      upstream_.end();
      asking_.forget();
    }
  }

  bool has_answer() noexcept override { return through_ || failed_ || !upstream_.open(); }
  Result<Item> take_answer() override {
    if (std::exchange(through_, false)) return std::exchange(item_, std::nullopt);
    if (failed_) return asking_.template take<Item>().error();
    return Item();
  }

  Upstream<T> upstream_;
  const Duration quiet_;
  Item item_;             // the last that came
  bool through_ = false;  // it may be taken
  bool held_ = false;     // an answer came while one was through
  bool failed_ = false;   // the answer that waits is an error
  Intake asking_;
  Intake waiting_;
};

}  // namespace detail

template <class T>
AsyncIterator<T> AsyncIterator<T>::throttle(Duration interval) && {
  return make_iterator<detail::ThrottleSource<T>>(std::move(*this), interval);
}
template <class T>
AsyncIterator<T> AsyncIterator<T>::debounce(Duration quiet) && {
  return make_iterator<detail::DebounceSource<T>>(std::move(*this), quiet);
}
template <class T>
AsyncIterator<T> AsyncIterator<T>::timeout(Duration limit) && {
  return make_iterator<detail::LimitSource<T>>(std::move(*this), limit);
}

}  // namespace eddy
