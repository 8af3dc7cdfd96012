// SPDX-License-Identifier: MIT
//
// One result for many consumers.
//
// Made by Future::share(). For a stream of values use a channel; for one consumer a Future is
// cheaper.
#pragma once

#include <eddy/core/future.hpp>

#include <concepts>
#include <utility>

namespace eddy {

namespace detail {

template <class T>
class BranchNode;

/// A shared result that is handed out.
class Hub {
 public:
  Hub() = default;
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;
  virtual ~Hub() = default;

 protected:
  /// Tells the readers of this hub, and those of hubs that thereby settle, before it goes on.
  ///
  /// A call inside another leaves the work to that one, so that no nest of shares exhausts the
  /// stack.
  void hand_out(LoopCore& core) noexcept {
    outer_ = std::exchange(core.handing_out, this);
    if (outer_ != nullptr) return;
    const CoreHold hold(core);
    while (Hub* hub = core.handing_out) {
      if (hub->tell_next()) continue;
      core.handing_out = hub->outer_;
      hub->handed_out();
    }
  }

 private:
  /// Gives one reader its copy; false if there is none left.
  virtual bool tell_next() noexcept = 0;
  /// Nothing is left to do: the hub may die.
  virtual void handed_out() noexcept = 0;

  Hub* outer_ = nullptr;
};

/// Holds the source of a SharedFuture and everybody who waits for it.
template <class T>
class HubNode final : public Pooled<HubNode<T>, ValueNode<T>>, private Hub {
 public:
  HubNode(LoopCore& owner, Site site) : Pooled<HubNode, ValueNode<T>>(owner, site) {}
  ~HubNode() override {
    // One reader counts as read.
    if (this->state == NodeState::error && read_) this->take_error();
  }

  void retain() noexcept { ++references_; }
  void release() noexcept {
    if (--references_ == 0) drop(this);
  }
  void mark_read() noexcept { read_ = true; }

  void cancel() noexcept override {}
  bool advance() noexcept override {
    retain();  // a branch that goes may be the last
    if (this->settle_from(static_cast<ValueNode<T>*>(this->input))) hand_out(*this->core);
    return false;
  }

  void join(BranchNode<T>* branch) noexcept {
    branch->later_ = nullptr;
    branch->earlier_ = last_;
    (last_ != nullptr ? last_->later_ : first_) = branch;
    last_ = branch;
  }
  void leave(BranchNode<T>* branch) noexcept {
    (branch->earlier_ != nullptr ? branch->earlier_->later_ : first_) = branch->later_;
    (branch->later_ != nullptr ? branch->later_->earlier_ : last_) = branch->earlier_;
    branch->joined_ = false;
  }

 private:
  bool tell_next() noexcept override {
    if (first_ == nullptr) return false;
    BranchNode<T>* branch = first_;
    leave(branch);
    branch->receive();
    return true;
  }
  void handed_out() noexcept override { release(); }

  BranchNode<T>* first_ = nullptr;
  BranchNode<T>* last_ = nullptr;
  std::size_t references_ = 1;
  bool read_ = false;
};

/// One consumer's copy of the result. Cancel and drop concern this branch alone.
template <class T>
class BranchNode final : public Pooled<BranchNode<T>, LeafNode<T>> {
 public:
  BranchNode(LoopCore& owner, Site site, HubNode<T>* hub)
      : Pooled<BranchNode, LeafNode<T>>(owner, site), hub_(hub) {
    hub_->retain();
    if (hub_->settled()) {
      this->state = copy();
    } else {
      joined_ = true;
      hub_->join(this);
    }
  }
  ~BranchNode() override {
    if (joined_) hub_->leave(this);
    if (this->state == NodeState::taken && !own_error_) hub_->mark_read();
    // The hub reports an error that no branch read, once.
    if (this->state == NodeState::error && !own_error_) this->take_error();
    hub_->release();
  }

  const char* waits_for() const noexcept override { return "a shared future"; }
  void receive() noexcept {
    this->state = copy();
    propagate(this);
  }

 private:
  friend class HubNode<T>;

  void stop() noexcept override {
    hub_->leave(this);
    own_error_ = true;
  }
  NodeState copy() noexcept {
    if (hub_->state == NodeState::error) return this->store_error(Error(hub_->error));
    try {
      return this->store_value(std::as_const(hub_->value));
    } catch (...) {
      own_error_ = true;
      return this->store_error(Error(std::current_exception()));
    }
  }

  HubNode<T>* hub_;
  BranchNode* earlier_ = nullptr;
  BranchNode* later_ = nullptr;
  bool joined_ = false;
  bool own_error_ = false;
};

}  // namespace detail

/// Handle to a result that many may read; each reader gets a copy.
///
/// Cancelling a reader fails that reader alone. The last handle or reader to go drops the source.
/// Thread: loop.
template <class T>
class [[nodiscard]] SharedFuture {
  static_assert(std::is_void_v<T> || std::copy_constructible<detail::Stored<T>>,
                "share() gives every consumer a copy of the value");

 public:
  using value_type = T;

  SharedFuture(const SharedFuture& other) noexcept : hub_(other.hub_) {
    if (hub_ != nullptr) hub_->retain();
  }
  SharedFuture(SharedFuture&& other) noexcept : hub_(std::exchange(other.hub_, nullptr)) {}
  SharedFuture& operator=(SharedFuture other) noexcept {
    std::swap(hub_, other.hub_);
    return *this;
  }
  ~SharedFuture() {
    if (hub_ != nullptr) hub_->release();
  }

  /// A Future of its own for one more consumer.
  /// Cancel: total, of this consumer.
  Future<T> future(Site site = EDDY_HERE) const {
    EDDY_ASSERT(hub_ != nullptr, "a moved-from SharedFuture has no result");
    detail::ValueNode<T>* branch = detail::BranchNode<T>::make(*hub_->core, site, hub_);
    return detail::make_future(branch);
  }
  /// future().then(f).
  template <class F>
  auto then(F&& f, Site site = EDDY_HERE) const {
    return future(site).then(std::forward<F>(f), site);
  }
  bool ready() const noexcept { return hub_ != nullptr && hub_->settled(); }

 private:
  friend class Future<T>;
  explicit SharedFuture(detail::HubNode<T>* hub) noexcept : hub_(hub) {}

  detail::HubNode<T>* hub_;
};

template <class T>
SharedFuture<T> Future<T>::share(Site site) && {
  detail::ValueNode<T>* source = detail::release_node(std::move(*this));
  auto* hub = detail::HubNode<T>::make(*source->core, site);
  detail::connect(hub, source);
  return SharedFuture<T>(hub);
}

}  // namespace eddy
