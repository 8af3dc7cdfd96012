// SPDX-License-Identifier: MIT
//
// A value that comes later, and the continuations that run when it does.
//
// A Future is eager: the work behind it runs whether or not anybody looks. Continuations never run
// inline; they wait for their turn in the loop's ready queue. Destroying a Future is the hard
// cancel: the operation stops and the captures of its chain die before the destructor returns. To
// make one by hand see core/promise.hpp, to run many in the background core/task_group.hpp, for
// several consumers core/shared_future.hpp.
#pragma once

#include <eddy/core/detail/finally_node.hpp>
#include <eddy/core/detail/step_node.hpp>
#include <eddy/core/detail/timeout_node.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace eddy {

/// A value of type T, or an Error, that will be there one day.
///
/// One pointer, move-only, one consumer: then() and its like take the Future and give the next one.
/// Thread: loop.
/// Lifetime: may outlive its loop; nothing of it runs after that.
template <class T>
class [[nodiscard]] Future {
 public:
  using value_type = T;

  /// An empty Future, to be assigned to. It can only be moved, assigned and destroyed.
  Future() noexcept = default;
  Future(Future&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  Future& operator=(Future&& other) noexcept {
    Future old(std::move(*this));  // dies last: it may own the object that holds this one
    node_ = std::exchange(other.node_, nullptr);
    return *this;
  }
  ~Future() {
    if (node_ != nullptr) detail::drop_result(node_);
  }

  /// Runs `f` with the value, in a later turn; an error passes it by.
  ///
  /// `f` takes the value (nothing for void) and returns a U, void, a Result<U> or a Future<U>; what
  /// it throws becomes Errc::exception. Its captures die when it returns or when the chain is
  /// dropped. Cancel: as the operation at the chain's leaf.
  template <class F>
  auto then(F&& f, Site site = EDDY_HERE) && {
    using Function = std::decay_t<F>;
    static_assert(takes_value<Function>, "then() takes a function of the future's value");
    using U = detail::CarriedBy<detail::ReturnOf<Function, T>>;
    return std::move(*this).template chain<U, detail::ThenNode<T, Function>>(site,
                                                                             std::forward<F>(f));
  }

  /// Runs `g` with the Error unless it is the task's own cancellation; a value passes it by.
  ///
  /// `g` returns a T, a Result<T> or a Future<T>.
  template <class G>
    requires(std::invocable<std::decay_t<G>&, Error&&>)
  Future<T> or_else(G&& g, Site site = EDDY_HERE) && {
    using Node = detail::OrElseNode<T, std::decay_t<G>, detail::AnyFailure>;
    return std::move(*this).template chain<T, Node>(site, detail::AnyFailure(), std::forward<G>(g));
  }
  /// Runs `g` only with errors that match: an Errc, a std::errc, an ErrorCondition, a code.
  template <class G>
    requires(std::invocable<std::decay_t<G>&, Error&&>)
  Future<T> or_else(ErrorMatch match, G&& g, Site site = EDDY_HERE) && {
    using Node = detail::OrElseNode<T, std::decay_t<G>, ErrorMatch>;
    return std::move(*this).template chain<T, Node>(site, match, std::forward<G>(g));
  }

  /// Runs `h` on value, error and soft cancel, not on drop; the result waits for a Future it
  /// returns.
  ///
  /// A failure of `h` replaces a value; beside an error it is reported as unread.
  /// Cancel: soft cancel does not reach the clean-up; it is delivered after it.
  template <class H>
    requires(std::invocable<std::decay_t<H>&>)
  Future<T> finally(H&& h, Site site = EDDY_HERE) && {
    using Node = detail::FinallyNode<T, std::decay_t<H>>;
    return std::move(*this).template chain<T, Node>(site, std::forward<H>(h));
  }

  /// Ends the chain: runs `k` with the Result. Keep or spawn the Future it gives; dropping it
  /// cancels.
  template <class K>
    requires(std::invocable<std::decay_t<K>&, Result<T>&&>)
  Future<void> complete(K&& k, Site site = EDDY_HERE) && {
    using Node = detail::CompleteNode<T, std::decay_t<K>>;
    return std::move(*this).template chain<void, Node>(site, std::forward<K>(k));
  }

  /// Keeps `owned` alive until the chain up to here is done or dropped; they die after its leaf.
  template <class... Owned>
    requires(!std::is_reference_v<Owned> && ...)
  Future<T> attach(Owned&&... owned) && {
    using Node = detail::AttachNode<T, Owned...>;
    return std::move(*this).template chain<T, Node>(detail::site_of(*this), std::move(owned)...);
  }

  /// Fails with Errc::timed_out unless the result is there within `limit`.
  ///
  /// On expiry the work is softly cancelled; clean-up may take 5 s, then it is dropped. The error's
  /// context has the limit and the time that passed until the work had ended.
  /// Cancel: reaches the work; before or after the expiry it takes the place of Errc::timed_out.
  Future<T> timeout(Duration limit, Site site = EDDY_HERE) && {
    return std::move(*this).template chain<T, detail::TimeoutNode<T>>(site, limit);
  }

  /// Gives the result to many consumers. T must be copyable. Include core/shared_future.hpp.
  SharedFuture<T> share(Site site = EDDY_HERE) &&;

  /// Whether the result is there. An empty Future is not ready.
  bool ready() const noexcept { return node_ != nullptr && node_->settled(); }
  /// Whether there is anything to wait for: false for an empty or moved-from Future.
  bool valid() const noexcept { return node_ != nullptr; }

 private:
  template <class U>
  friend detail::ValueNode<U>* detail::release_node(Future<U>&& future) noexcept;
  template <class U>
  friend Future<U> detail::make_future(detail::ValueNode<U>* node) noexcept;
  template <class U, class... More>
  friend Site detail::site_of(const Future<U>& first, const Future<More>&... more) noexcept;

  template <class F>
  static constexpr bool takes_value = [] {
    if constexpr (std::is_void_v<T>) {
      return std::invocable<F&>;
    } else {
      return std::invocable<F&, T&&>;
    }
  }();

  explicit Future(detail::ValueNode<T>* node) noexcept : node_(node) {}

  template <class U, class Node, class... Args>
  Future<U> chain(Site site, Args&&... args) && {
    EDDY_ASSERT(node_ != nullptr, "an empty Future has no continuation");
    node_->core->check_thread();
    detail::ValueNode<U>* link = Node::make(*node_->core, site, std::forward<Args>(args)...);
    detail::connect(link, std::exchange(node_, nullptr));
    return detail::make_future<U>(link);
  }

  detail::ValueNode<T>* node_ = nullptr;
};

namespace detail {

template <class T>
ValueNode<T>* release_node(Future<T>&& future) noexcept {
  EDDY_ASSERT(future.node_ != nullptr, "an empty Future was returned or waited for");
  ValueNode<T>* node = std::exchange(future.node_, nullptr);
  if (node->state == NodeState::lent) [[unlikely]]
    node = static_cast<ValueNode<T>*>(replace_by_leaf(node));
  return node;
}

template <class T>
Future<T> make_future(ValueNode<T>* node) noexcept {
  return Future<T>(node);
}

template <class T, class... More>
Site site_of(const Future<T>& first, const Future<More>&...) noexcept {
  return first.node_ == nullptr ? Site{} : first.node_->site();
}

/// Takes the result out of a future that is ready: for framework code that need not wait for a
/// turn.
template <class T>
Result<T> take_result(Future<T>&& future) {
  const Spent<T> spent(release_node(std::move(future)));
  return spent->take();
}

}  // namespace detail

/// A Future that is ready with `value`. The thread must have a Loop.
template <class T>
Future<std::decay_t<T>> ready_future(T&& value, Site site = EDDY_HERE) {
  using U = std::decay_t<T>;
  detail::ValueNode<U>* node =
      detail::ReadyNode<U>::make(detail::current_core(), site, Result<U>(std::forward<T>(value)));
  return detail::make_future(node);
}
inline Future<void> ready_future(Site site = EDDY_HERE) {
  detail::ValueNode<void>* node =
      detail::ReadyNode<void>::make(detail::current_core(), site, Result<void>());
  return detail::make_future(node);
}

/// A Future that is ready with `error`. The thread must have a Loop.
template <class T>
Future<T> failed_future(Error error, Site site = EDDY_HERE) {
  detail::ValueNode<T>* node =
      detail::ReadyNode<T>::make(detail::current_core(), site, Result<T>(std::move(error)));
  return detail::make_future(node);
}

}  // namespace eddy
