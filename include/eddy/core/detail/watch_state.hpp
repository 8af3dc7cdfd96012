// SPDX-License-Identifier: MIT
//
// What a Watch and its readers share: the value and its number.
//
// Not for users.
#pragma once

#include <eddy/core/detail/waiter.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace eddy::detail {

template <class T>
class ReaderState;

template <class T>
class WatchState final : public Counted {
 public:
  explicit WatchState(T&& first) : value(std::move(first)) {}

  void set(T&& next) {
    std::swap(value, next);  // what was there dies last, with the argument
    changed();
  }
  /// The value is another: tells those who wait now. One of them may set the next meanwhile; then
  /// the others get that.
  void changed() noexcept {
    const CountedPtr<WatchState> hold(this);
    ++version;
    List<ReaderState<T>> told;
    told.take(waiting);
    while (!told.empty())
      told.pop_front().serve();
  }
  void close() noexcept {
    const CountedPtr<WatchState> hold(this);
    closed = true;
    while (!waiting.empty())
      waiting.pop_front().end();
  }

  T value;
  std::size_t version = 0;
  bool closed = false;
  List<ReaderState<T>> waiting;
};

template <class T>
class ReaderState final : public Counted, public ListLink<ReaderState<T>> {
  using Change = std::optional<T>;
  using Reader = Waiter<Change, ReaderState>;

 public:
  static constexpr const char* waited_for = "a new value";

  explicit ReaderState(CountedPtr<WatchState<T>> watch) noexcept
      : watch_(std::move(watch)), seen_(watch_->version) {}

  Future<Change> changed(Site site) {
    if (!readers_.empty()) {
      return failed_future<Change>(
          Error(Errc::invalid, "changed() while an earlier one is pending"), site);
    }
    if (fresh()) {
      seen_ = watch_->version;
      return served_at_once<Change>(*this, site, seen_, std::as_const(watch_->value));
    }
    if (watch_->closed) return ready_future(Change(), site);
    watch_->waiting.push_back(*this);
    return wait_in_line<Change>(*this, readers_, site);
  }
  /// Gives the value to who waits for it.
  void serve() noexcept {
    if (readers_.empty()) return;
    const CountedPtr<ReaderState> hold(this);
    this->unlink();
    Reader& reader = readers_.pop_front();
    reader.key = seen_ = watch_->version;
    reader.settle_value(std::as_const(watch_->value));
  }
  void end() noexcept {
    const CountedPtr<ReaderState> hold(this);
    if (!readers_.empty()) readers_.pop_front().settle_value();
  }
  /// The reader's handle is gone.
  void abandon() noexcept {
    const CountedPtr<ReaderState> hold(this);
    this->unlink();
    if (!readers_.empty()) readers_.pop_front().settle_error(Error(Errc::closed, "watch reader"));
  }

  /// Nobody has seen the value: the next to ask gets it, or a newer one, unless a newer one was
  /// given since.
  void untaken(Reader& reader) noexcept {
    if (!reader.value || reader.key != seen_) return;
    --seen_;
    serve();
  }
  void left() noexcept { this->unlink(); }

  bool fresh() const noexcept { return seen_ != watch_->version; }
  const T& value() const noexcept { return watch_->value; }

 private:
  CountedPtr<WatchState<T>> watch_;
  std::size_t seen_;  // the number of the value that was given last and was not given back
  Waiters<Change, ReaderState> readers_;  // at most one
};

}  // namespace eddy::detail
