// SPDX-License-Identifier: MIT
//
// What `co_await` and `co_return` mean in a coroutine of eddy.
//
// Not for users. An awaiter owns nothing. What is awaited is owned by its Future until the body
// waits for it, and then by the chain.
#pragma once

#include <eddy/core/async_iterator.hpp>
#include <eddy/core/detail/coro_node.hpp>
#include <eddy/core/future.hpp>

namespace eddy {

/// What as_result() and clean_up() make of a Future, for `co_await`.
template <class T, bool throws, bool shielded>
struct [[nodiscard]] Awaited {
  Future<T> future;
};

namespace detail {

/// Waits for one future on behalf of a coroutine.
///
/// The future keeps its chain until the wait begins: of two awaits in one expression the second may
/// be made before the first is waited for, and then the body may die there.
template <class Link, class U, bool throws, bool shielded>
class CoroAwait {
 public:
  CoroAwait(Link& link, Future<U>& future) noexcept : link_(link), future_(future) {}

  bool await_ready() noexcept {
    awaited_ = release_node(std::move(future_));
    return link_.goes_on(*awaited_);
  }
  void await_suspend(std::coroutine_handle<>) const noexcept { link_.wait_for(awaited_, shielded); }
  std::conditional_t<throws, U, Result<U>> await_resume() const {
    Node* const waited_for = link_.go_on();
    const Spent<U> awaited(waited_for == nullptr ? awaited_
                                                 : static_cast<ValueNode<U>*>(waited_for));
    if constexpr (!throws) {
      return awaited->take();
    } else {
      if (awaited->state == NodeState::error) [[unlikely]]
        awaited->take_error().raise();
      if constexpr (!std::is_void_v<U>) return std::move(awaited->value);
    }
  }

 private:
  Link& link_;
  Future<U>& future_;
  ValueNode<U>* awaited_ = nullptr;
};

/// Waits for a future that has no other owner: the next item of an iterator, or what the hook of an
/// object gives.
template <class Link, class U>
class CoroOwnAwait {
 public:
  CoroOwnAwait(Link& link, Future<U>&& future) noexcept
      : future_(std::move(future)), await_(link, future_) {}
  CoroOwnAwait(const CoroOwnAwait&) = delete;
  CoroOwnAwait& operator=(const CoroOwnAwait&) = delete;

  bool await_ready() noexcept { return await_.await_ready(); }
  void await_suspend(std::coroutine_handle<> body) const noexcept { await_.await_suspend(body); }
  U await_resume() const { return await_.await_resume(); }

 private:
  Future<U> future_;
  CoroAwait<Link, U, true, false> await_;
};

/// What a class has whose objects can be awaited: an operator co_await that gives a Future.
template <class A>
concept CoroHook = is_future<decltype(std::declval<A>().operator co_await())>;
template <class A>
using HookedBy = typename decltype(std::declval<A>().operator co_await())::value_type;

/// Gives what a Result holds, or throws.
template <class U>
class CoroUnwrap {
 public:
  explicit CoroUnwrap(Result<U>&& result) noexcept : result_(result) {}

  bool await_ready() const noexcept { return true; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  U await_resume() const {
    if (!result_.has_value()) result_.error().raise();
    return std::move(result_).value();
  }

 private:
  Result<U>& result_;
};

/// What a body may await.
template <class T, class Promise>
class CoroBody : public CoroNode<T, Promise> {
  using Link = CoroNode<T, Promise>;

 public:
  template <class U>
  CoroAwait<Link, U, true, false> await_transform(Future<U>&& future) noexcept {
    return {*this, future};
  }
  /// A Future has one consumer: write `co_await std::move(future)`.
  template <class U>
  void await_transform(Future<U>& future) = delete;
  template <class U, bool throws, bool shielded>
  CoroAwait<Link, U, throws, shielded> await_transform(
      Awaited<U, throws, shielded>&& awaited) noexcept {
    return {*this, awaited.future};
  }
  template <class U>
  CoroUnwrap<U> await_transform(Result<U>&& result) noexcept {
    return CoroUnwrap<U>(std::move(result));
  }
  template <class U>
  CoroOwnAwait<Link, std::optional<U>> await_transform(AsyncIterator<U>& items) {
    return {*this, items.next()};
  }
  template <CoroHook A>
  CoroOwnAwait<Link, HookedBy<A>> await_transform(A&& object) {
    return {*this, std::forward<A>(object).operator co_await()};
  }

 protected:
  using Link::Link;
};

/// What `co_return` may be followed by besides errors and results.
template <class U, class T>
concept CoroValue = std::constructible_from<T, U> && !is_result<std::remove_cvref_t<U>> &&
                    (!std::convertible_to<U, Error> || std::same_as<std::remove_cvref_t<U>, T>);

/// The promise of a coroutine that returns a Future<T>.
template <class T>
class CoroPromise final : public CoroBody<T, CoroPromise<T>> {
 public:
  explicit CoroPromise(Site where = EDDY_HERE) noexcept : CoroBody<T, CoroPromise>(where) {}

  Future<T> get_return_object() noexcept { return make_future<T>(this); }

  template <class U = T>
    requires CoroValue<U, T>
  void return_value(U&& given) { this->set_outcome(this->store_value(std::forward<U>(given))); }
  void return_value(Error failure) noexcept {
    this->set_outcome(this->store_error(std::move(failure)));
  }
  template <std::same_as<T> U>  // not for what only converts to a Result: that is an Error too
  void return_value(Result<U> result) {
    this->set_outcome(this->store(std::move(result)));
  }
};

template <>
class CoroPromise<void> final : public CoroBody<void, CoroPromise<void>> {
 public:
  explicit CoroPromise(Site where = EDDY_HERE) noexcept : CoroBody<void, CoroPromise>(where) {}

  Future<void> get_return_object() noexcept { return make_future<void>(this); }
  void return_void() noexcept { this->set_outcome(this->store_value()); }
};

}  // namespace detail
}  // namespace eddy
