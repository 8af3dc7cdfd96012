// SPDX-License-Identifier: MIT
//
// A coroutine that yields: the body of an AsyncIterator.
//
// Not for users. Three parts: the body (a root of its own, owned by the source), the source that
// the iterator reads, and the leaf that the reader waits on. A reader that goes leaves the body at
// its work; what it yields then is kept for the next reader.
#pragma once

#include <eddy/core/async_iterator.hpp>
#include <eddy/core/detail/coro_await.hpp>

#include <optional>

namespace eddy {

/// What offer() makes of an item, for `co_yield`.
template <class T>
struct [[nodiscard]] Offered {
  T item;
};

namespace detail {

template <class T>
class GeneratorBody;

/// Waits until the body has yielded, or has ended. Soft cancel is passed on to the body.
template <class R>
class GeneratorWait final : public Pooled<GeneratorWait<R>, LeafNode<R>> {
  using Base = Pooled<GeneratorWait<R>, LeafNode<R>>;

 public:
  GeneratorWait(LoopCore& owner, Site site, Node& body, GeneratorWait*& place) noexcept
      : Base(owner, site), body_(body), place_(&place) {
    place = this;
  }
  ~GeneratorWait() override { leave(); }

  /// That of a body deep inside others waits for its turn.
  void cancel() noexcept override {
    if (this->core->cancel_depth == max_nesting) return enqueue(this);
    run();
  }
  void run() noexcept override {
    LoopCore& owner = *this->core;
    this->state = NodeState::waiting;
    this->cancel_pending = false;  // one more that came while this one waited is the same
    ++owner.cancel_depth;
    soft_cancel(&body_);  // may end this link
    --owner.cancel_depth;
  }
  /// The body has something to say. Takes over a soft cancel that found nothing to stop in it, or
  /// that has not come to it.
  void answer(Result<R>&& result) noexcept {
    const bool put_off = this->state == NodeState::queued;
    if (put_off) unlink(this);
    leave();
    this->cancel_pending = std::exchange(body_.cancel_pending, false) || put_off;
    this->settle(std::move(result));
  }

 private:
  void stop() noexcept override { leave(); }
  void leave() noexcept {
    if (place_ != nullptr) *place_ = nullptr;
    place_ = nullptr;
  }

  Node& body_;
  GeneratorWait** place_;
};

/// Gives way at a `co_yield` until the next item is asked for.
template <class T, bool throws>
struct GeneratorYield {
  GeneratorBody<T>& body;

  bool await_ready() const noexcept { return body.told(); }
  void await_suspend(std::coroutine_handle<>) const noexcept { body.pause(); }
  auto await_resume() const {
    const bool wanted = body.wanted();
    if constexpr (!throws) {
      return wanted;
    } else if (!wanted) {
      throw Exception(Errc::canceled);
    }
  }
};

/// The promise of a coroutine that returns an AsyncIterator<T>.
template <class T>
class GeneratorBody final : public CoroBody<void, GeneratorBody<T>> {
  using Base = CoroBody<void, GeneratorBody<T>>;
  using Item = std::optional<T>;

 public:
  explicit GeneratorBody(Site where = EDDY_HERE) noexcept : Base(where) {}

  AsyncIterator<T> get_return_object();
  std::suspend_always initial_suspend() const noexcept { return {}; }
  void return_void() noexcept { this->set_outcome(this->store_value()); }

  template <class U = T>
    requires(std::constructible_from<T, U>)
  GeneratorYield<T, true> yield_value(U&& item) {
    item_.emplace(std::forward<U>(item));
    return {*this};
  }
  template <class U>
  GeneratorYield<T, false> yield_value(Offered<U>&& offered) {
    item_.emplace(std::move(offered.item));
    return {*this};
  }

  /// A turn of the body, in the task of whoever waits for it.
  void run() noexcept override {
    TaskUse* const before = this->core->current_task;
    if (reader_ != nullptr) serve(reader_->task);
    this->core->current_task = this->task;
    this->handle().resume();
    this->core->current_task = before;
    if (this->dropped) [[unlikely]]
      return drop(this);
    if (!paused_ && !this->settled()) {
      if (this->cancel_pending) this->pass_cancel_on();
    } else if (closer_ != nullptr) {
      end_close();
    } else if (reader_ != nullptr) {
      reader_->answer(take());
    }
  }

  /// What the source is asked for.
  Future<Item> next(Site site) {
    if (item_ || this->settled())
      return make_future<Item>(ReadyNode<Item>::make(*this->core, site, take()));
    auto* reader = GeneratorWait<Item>::make(*this->core, site, *this, reader_);
    resume_if_paused();
    return make_future<Item>(reader);
  }
  Future<void> close(Site site) {
    if (!started_ || this->settled()) return ready_future(site);
    auto* closer = GeneratorWait<void>::make(*this->core, site, *this, closer_);
    Future<void> closed = make_future<void>(closer);
    closing_ = true;
    item_.reset();
    if (paused_) {
      resume_if_paused();
    } else {
      soft_cancel(this);
    }
    return closed;
  }

 private:
  friend struct GeneratorYield<T, true>;
  friend struct GeneratorYield<T, false>;

  /// The body hears that nobody wants more the next time it yields, and once.
  bool told() noexcept { return closing_ && !std::exchange(told_, true); }
  void pause() noexcept {
    this->leave();
    paused_ = true;
    this->state = NodeState::waiting;
  }
  bool wanted() noexcept {
    if (closing_) told_ = true;
    return !closing_;
  }
  void resume_if_paused() noexcept {
    if (!paused_) return;
    paused_ = false;
    started_ = true;
    enqueue(this);
  }
  void serve(TaskUse* reader) noexcept {
    retain_task(reader);
    release_task(this->task);
    this->task = reader;
  }

  /// What a reader gets of a body that has yielded or ended.
  Result<Item> take() noexcept {
    if (this->state == NodeState::error) return this->take_error();
    try {
      return std::exchange(item_, std::nullopt);
    } catch (...) {  // of the item's move
      return Error(std::current_exception());
    }
  }
  /// The body has ended, or has yielded although it was told that nobody wants more.
  void end_close() noexcept {
    Result<void> result;
    if (paused_) {
      result = Error(Errc::invalid, "a generator that was closed yields");
    } else if (this->state == NodeState::error) {
      Error failure = this->take_error();
      if (!(failure == Errc::canceled)) result = std::move(failure);
    }
    closer_->answer(std::move(result));
  }

  Item item_;  // yielded and not taken
  GeneratorWait<Item>* reader_ = nullptr;
  GeneratorWait<void>* closer_ = nullptr;
  bool started_ = false;
  bool paused_ = true;  // before the start and at a yield: goes on when asked
  bool closing_ = false;
  bool told_ = false;
};

/// Owns a body; what an AsyncIterator reads.
template <class T>
// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): it is, by a base that depends
class CoroSource final : public AsyncSource<T>, public CoroBlock {
 public:
  explicit CoroSource(GeneratorBody<T>& body) noexcept : body_(body) {}
  ~CoroSource() override { drop(&body_); }
  Future<std::optional<T>> next() override { return body_.next(EDDY_HERE); }
  Future<void> close() override { return body_.close(EDDY_HERE); }

 private:
  GeneratorBody<T>& body_;
};

template <class T>
AsyncIterator<T> GeneratorBody<T>::get_return_object() {
  this->state = NodeState::waiting;
  return make_iterator<CoroSource<T>>(*this);
}

}  // namespace detail
}  // namespace eddy
