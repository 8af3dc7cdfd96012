// SPDX-License-Identifier: MIT
//
// The links that keep a result while something else happens: finally (clean-up) and attach
// (ownership).
//
// Not for users.
#pragma once

#include <eddy/core/detail/step_node.hpp>

#include <optional>
#include <tuple>

namespace eddy::detail {

/// finally(): runs on value, error and soft cancel; its clean-up is shielded from cancel.
template <class T, class H>
class FinallyNode final : public Pooled<FinallyNode<T, H>, ValueNode<T>> {
  using Base = Pooled<FinallyNode<T, H>, ValueNode<T>>;

 public:
  template <class G>
  FinallyNode(LoopCore& owner, Site site, G&& function)
      : Base(owner, site), function_(std::in_place, std::forward<G>(function)) {}
  ~FinallyNode() override {
    if (lent_ != nullptr) drop(lent_);
    if (!this->settled()) this->state = kept_;  // dropped in its clean-up: the kept result dies too
  }

  void cancel() noexcept override {}
  bool stops_cancel() noexcept override { return kept_ != NodeState::waiting; }

  bool advance() noexcept override {
    if (kept_ == NodeState::waiting) {
      enqueue(this);
      return false;
    }
    auto* clean_up = static_cast<ValueNode<void>*>(std::exchange(this->input, nullptr));
    this->state = NodeState::running;  // the kept value may own this very chain
    if (clean_up->state == NodeState::error) spoil(clean_up->take_error());
    if (!this->settle_after(clean_up, kept_)) return false;
    this->input = std::exchange(lent_, nullptr);
    return true;
  }

  void run() noexcept override {
    keep(static_cast<ValueNode<T>*>(std::exchange(this->input, nullptr)));
    // What died with the input may have dropped this chain, and a drop runs no clean-up.
    ValueNode<void>* inner = this->dropped ? nullptr : clean_up();
    function_.spend();
    if (this->dropped) [[unlikely]] {
      if (inner != nullptr) drop(inner);
      this->destroy();
    } else if (inner == nullptr) {
      this->state = kept_;
      this->input = std::exchange(lent_, nullptr);
      propagate(this);
    } else {
      this->state = NodeState::waiting;
      if (connect(this, inner)) propagate(this);
    }
  }

 private:
  void keep(ValueNode<T>* spent) noexcept {
    if (this->lends(spent)) {
      kept_ = NodeState::lent;
      lent_ = spent;
      return;
    }
    if (spent->state == NodeState::value) {
      kept_ = this->keep_value(std::move(spent->value));
      spent->drop_value();
    } else {
      kept_ = this->store_error(spent->take_error());
    }
    spent->destroy();
  }

  /// Calls the function; gives the future of a clean-up that takes time.
  ValueNode<void>* clean_up() noexcept {
    using R = std::remove_cvref_t<std::invoke_result_t<H&>>;
    static_assert(std::is_void_v<CarriedBy<R>>, "finally() takes () -> void or Future<void>");
    try {
      if constexpr (is_future<R>) {
        return release_node((*function_)());
      } else if constexpr (is_result<R>) {
        if (R result = (*function_)(); !result) spoil(std::move(result).error());
      } else {
        (*function_)();
      }
    } catch (...) {
      spoil(Error(std::current_exception()));
    }
    return nullptr;
  }

  /// A failing clean-up replaces a value, never an error: that one came first and says more.
  void spoil(Error&& failure) noexcept {
    if (kept_ == NodeState::error) {
      report_unread(*this->core, failure, this->site());
    } else {
      if (kept_ == NodeState::value) std::destroy_at(&this->value);
      if (lent_ != nullptr) drop(std::exchange(lent_, nullptr));
      kept_ = this->store_error(std::move(failure));
    }
  }

  Captured<H> function_;
  NodeState kept_ = NodeState::waiting;
  Node* lent_ = nullptr;  // the leaf that lends the kept value
};

/// attach(): owns things until the chain is done or dropped.
template <class T, class... Owned>
class AttachNode final : public Pooled<AttachNode<T, Owned...>, ValueNode<T>> {
  using Base = Pooled<AttachNode<T, Owned...>, ValueNode<T>>;
  using Things = std::tuple<Owned...>;

 public:
  template <class... Args>
  AttachNode(LoopCore& owner, Site site, Args&&... owned)
      : Base(owner, site), owned_(std::in_place, std::forward<Args>(owned)...) {}

  void cancel() noexcept override {}
  bool advance() noexcept override {
    auto* from = static_cast<ValueNode<T>*>(this->input);
    if (this->lends(from)) [[unlikely]]
      return this->lend_on([this] { owned_.reset(); });
    const NodeState outcome = from->state == NodeState::value
                                  ? this->keep_value(std::move(from->value))
                                  : this->store_error(from->take_error());
    if (from->state == NodeState::value) from->drop_value();
    this->state = NodeState::running;
    this->input = nullptr;
    from->destroy();
    owned_.reset();
    this->state = outcome;
    if (!this->dropped) [[likely]]
      return true;
    this->destroy();
    return false;
  }

 private:
  std::optional<Things> owned_;
};

}  // namespace eddy::detail
