// SPDX-License-Identifier: MIT
//
// The links that run a continuation: then, or_else, finally, complete.
//
// Not for users. A link waits for its input, is queued, runs, and settles with what the
// continuation returned; when that is a Future, the same block adopts it and hands its result on.
#pragma once

#include <eddy/core/detail/value_node.hpp>

#include <exception>
#include <type_traits>
#include <utility>

namespace eddy {
template <class T>
class Future;
}

namespace eddy::detail {

template <class T>
inline constexpr bool is_future = false;
template <class T>
inline constexpr bool is_future<Future<T>> = true;

/// What a continuation's return type R makes the chain carry.
template <class R>
struct Carried {
  using type = R;
};
template <class T>
struct Carried<Result<T>> {
  using type = T;
};
template <class T>
struct Carried<Future<T>> {
  using type = T;
};
template <class R>
using CarriedBy = typename Carried<std::remove_cvref_t<R>>::type;

template <class F, class T>
struct ContinuationOf {
  using type = std::invoke_result_t<F&, T&&>;
};
template <class F>
struct ContinuationOf<F, void> {
  using type = std::invoke_result_t<F&>;
};
template <class F, class T>
using ReturnOf = typename ContinuationOf<F, T>::type;

/// Takes the node out of a future, and makes one of a node. Defined with Future.
template <class T>
ValueNode<T>* release_node(Future<T>&& future) noexcept;
template <class T>
Future<T> make_future(ValueNode<T>* node) noexcept;
/// The place of the first: for functions that take futures one by one and have no room for their
/// own.
template <class T, class... More>
Site site_of(const Future<T>& first, const Future<More>&... more) noexcept;

/// A link that runs user code whose outcome is an U.
template <class U>
class StepNode : public ValueNode<U> {
 public:
  void cancel() noexcept override {}  // it always has an input or is on its way

 protected:
  using ValueNode<U>::ValueNode;

  /// Runs `call` and keeps what it gives: a plain result is stored, a Future is put into `inner`.
  /// What it throws is for the caller.
  template <class Call>
  NodeState kept_of(Call&& call, ValueNode<U>*& inner) {
    using R = std::remove_cvref_t<std::invoke_result_t<Call>>;
    if constexpr (std::is_void_v<R>) {
      call();
      return this->store_value();
    } else if constexpr (is_future<R>) {
      inner = release_node(call());
      return NodeState::waiting;
    } else if constexpr (is_result<R>) {
      return this->store(call());
    } else {
      return this->store_value(call());
    }
  }
  /// The same; what it throws is kept as an error.
  template <class Call>
  NodeState outcome_of(Call&& call, ValueNode<U>*& inner) noexcept {
    try {
      return kept_of(std::forward<Call>(call), inner);
    } catch (...) {
      return keep_thrown();
    }
  }
  [[gnu::cold, gnu::noinline]] NodeState keep_thrown() noexcept {
    return this->store_error(Error(std::current_exception()));
  }

  /// Ends run(): the captures are gone; settles, adopts, or dies if it was dropped meanwhile.
  void conclude(NodeState outcome, ValueNode<U>* inner) noexcept {
    this->state = outcome;
    if (this->dropped) [[unlikely]] {
      die(inner);
    } else if (inner != nullptr) {
      adopt(inner);
    } else {
      propagate(this);
    }
  }
  [[gnu::cold, gnu::noinline]] void die(ValueNode<U>* inner) noexcept {
    if (inner != nullptr) drop(inner);
    this->destroy();
  }

  /// Waits for `inner` and hands its result on.
  ///
  /// If the consumer itself only hands on, it takes `inner` over and this link goes away: recursion
  /// through returned futures runs in constant memory.
  void adopt(ValueNode<U>* inner) noexcept {
    if (inner->settled()) {
      this->role = NodeRole::adopts;
      if (connect(this, inner)) propagate(this);
      return;
    }
    const bool cancel_inner = std::exchange(this->cancel_pending, false);
    if (Node* outer = this->consumer; outer != nullptr && outer->role == NodeRole::adopts) {
      outer->input = inner;
      inner->consumer = outer;
      this->destroy();
    } else {
      this->role = NodeRole::adopts;
      this->input = inner;
      inner->consumer = this;
    }
    if (cancel_inner) [[unlikely]]
      soft_cancel(inner);
  }

  bool advance_adopted() noexcept { return this->hand_on(static_cast<ValueNode<U>*>(this->input)); }
};

/// A continuation and whether it is still there: its captures die when it returns, or with its
/// link.
template <class F>
class Captured {
 public:
  template <class G>
  Captured(std::in_place_t, G&& function) : function_(std::forward<G>(function)) {}
  Captured(const Captured&) = delete;
  Captured& operator=(const Captured&) = delete;
  ~Captured() {
    if (!spent_) std::destroy_at(&function_);
  }
  F& operator*() noexcept { return function_; }
  void spend() noexcept {
    spent_ = true;
    std::destroy_at(&function_);
  }

 private:
  union {
    F function_;
  };
  bool spent_ = false;
};

/// then(): runs on a value, lets an error pass.
template <class T, class F>
class ThenNode final : public Pooled<ThenNode<T, F>, StepNode<CarriedBy<ReturnOf<F, T>>>> {
  using U = CarriedBy<ReturnOf<F, T>>;

 public:
  template <class G>
  ThenNode(LoopCore& owner, Site site, G&& function)
      : Pooled<ThenNode, StepNode<U>>(owner, site, NodeRole::runs_on_value),
        function_(std::in_place, std::forward<G>(function)) {}

  bool advance() noexcept override {
    if (this->role == NodeRole::adopts) return this->advance_adopted();
    if (this->input->state == NodeState::error) {
      return this->settle_from_error(static_cast<ValueNode<T>*>(this->input));
    }
    enqueue(this);
    return false;
  }

  void run() noexcept override {
    auto* spent = static_cast<ValueNode<T>*>(std::exchange(this->input, nullptr));
    ValueNode<U>* inner = nullptr;
    const auto call = [this, spent]() -> decltype(auto) {
      if constexpr (std::is_void_v<T>) {
        std::ignore = spent;
        return (*function_)();
      } else {
        return (*function_)(std::move(spent->value));
      }
    };
    try {
      const NodeState outcome = this->kept_of(call, inner);
      finish(spent, outcome, inner);
    } catch (...) {  // apart, so that the compiler knows the outcome above
      finish_thrown(spent);
    }
  }

 private:
  void finish(ValueNode<T>* spent, NodeState outcome, ValueNode<U>* inner) noexcept {
    function_.spend();
    spent->use_up();
    spent->destroy();
    this->conclude(outcome, inner);
  }
  [[gnu::cold, gnu::noinline]] void finish_thrown(ValueNode<T>* spent) noexcept {
    finish(spent, this->keep_thrown(), nullptr);
  }

  Captured<F> function_;
};

/// Every error but the task's own cancellation.
struct AnyFailure {
  bool operator()(const Error& error) const noexcept { return !(error == Errc::canceled); }
};

/// or_else(): runs on an error that matches, lets everything else pass.
template <class T, class G, class Match>
class OrElseNode final : public Pooled<OrElseNode<T, G, Match>, StepNode<T>> {
 public:
  template <class H>
  OrElseNode(LoopCore& owner, Site site, Match match, H&& function)
      : Pooled<OrElseNode, StepNode<T>>(owner, site),
        match_(match),
        function_(std::in_place, std::forward<H>(function)) {}

  bool advance() noexcept override {
    if (this->role == NodeRole::adopts) return this->advance_adopted();
    auto* from = static_cast<ValueNode<T>*>(this->input);
    if (this->lends(from)) [[unlikely]]
      return this->lend_on([this] { function_.spend(); });
    if (from->state != NodeState::error || !match_(from->error)) return this->settle_from(from);
    enqueue(this);
    return false;
  }

  void run() noexcept override {
    auto* spent = static_cast<ValueNode<T>*>(std::exchange(this->input, nullptr));
    ValueNode<T>* inner = nullptr;
    const NodeState outcome = this->outcome_of(
        [this, spent]() -> decltype(auto) { return (*function_)(spent->take_error()); }, inner);
    function_.spend();
    spent->destroy();
    this->conclude(outcome, inner);
  }

 private:
  [[no_unique_address]] Match match_;
  Captured<G> function_;
};

/// complete(): runs on both and ends the chain.
template <class T, class K>
class CompleteNode final : public Pooled<CompleteNode<T, K>, StepNode<void>> {
 public:
  template <class G>
  CompleteNode(LoopCore& owner, Site site, G&& function)
      : Pooled<CompleteNode, StepNode<void>>(owner, site),
        function_(std::in_place, std::forward<G>(function)) {}

  bool advance() noexcept override {
    enqueue(this);
    return false;
  }

  void run() noexcept override {
    auto* spent = static_cast<ValueNode<T>*>(std::exchange(this->input, nullptr));
    ValueNode<void>* inner = nullptr;
    const NodeState outcome =
        this->outcome_of([this, spent] { (*function_)(spent->take()); }, inner);
    function_.spend();
    spent->destroy();
    this->conclude(outcome, inner);
  }

 private:
  Captured<K> function_;
};

}  // namespace eddy::detail
