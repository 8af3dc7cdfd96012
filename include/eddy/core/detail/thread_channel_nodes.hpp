// SPDX-License-Identifier: MIT
//
// The loops' side of a ThreadChannel: futures that wait for an item or for room.
//
// Not for users. Each waiter is two objects: the leaf of the chain, which lives on the loop, and a
// link, which stands in the channel's line and is woken by other threads.
#pragma once

#include <eddy/core/detail/thread_channel_state.hpp>

namespace eddy::detail {

template <class T>
class ChannelGetNode;
template <class T>
class ChannelPutNode;

template <class T>
class GetLink final : public ChannelLink, public ChannelGetter<T> {
 public:
  GetLink(Loop& loop, std::shared_ptr<ThreadChannelState<T>> state)
      : ChannelLink(loop), state_(std::move(state)) {}

  Wake give(Numbered<T>&& item) noexcept override {
    item_.emplace(std::move(item));
    return this->shared_from_this();
  }
  Wake refuse() noexcept override { return this->shared_from_this(); }

  /// The node goes: leaves the line, and gives back what was given and has not arrived.
  void leave() noexcept {
    retire();
    node = nullptr;
    if (auto item = take()) state_->give_back(*std::move(item));
  }

  ChannelGetNode<T>* node = nullptr;  // the loop's thread

 private:
  void release() noexcept override;
  void arrive() noexcept override;
  std::optional<Numbered<T>> take() noexcept {
    const auto lock = state_->lock();
    static_cast<detail::ListLink<ChannelGetter<T>>&>(*this).unlink();
    return std::exchange(item_, std::nullopt);
  }
  Error end() const noexcept {
    const auto lock = state_->lock();
    const Error* why = state_->end(lock);
    return why == nullptr ? Error(Errc::closed) : *why;
  }

  const std::shared_ptr<ThreadChannelState<T>> state_;
  std::optional<Numbered<T>> item_;  // under the channel's lock
};

/// Waits for an item, and lends it: if the chain is dropped before a continuation ran with it, the
/// item goes back.
template <class T>
class ChannelGetNode final : public Pooled<ChannelGetNode<T>, LeafNode<T>> {
  using Base = Pooled<ChannelGetNode<T>, LeafNode<T>>;

 public:
  ChannelGetNode(LoopCore& owner, Site site, std::shared_ptr<ThreadChannelState<T>> from) noexcept
      : Base(owner, site, NodeRole::lends), state_(std::move(from)) {}
  ~ChannelGetNode() override {
    if (link_) link_->leave();
    if (this->dropped && this->state == NodeState::value) {
      state_->give_back(Numbered<T>{number_, std::move(this->value)});
    }
  }

  const char* waits_for() const noexcept override { return "an item of a thread channel"; }
  void wait(std::shared_ptr<GetLink<T>> link) noexcept {
    link_ = std::move(link);
    link_->node = this;
  }
  /// The item was there already.
  void start_with(Numbered<T>&& item) noexcept {
    number_ = item.number;
    this->state = this->keep_value(std::move(item.item));
  }
  void arrive(Numbered<T>&& item) noexcept {
    link_ = nullptr;
    number_ = item.number;
    this->settle_value(std::move(item.item));
  }
  void refuse(Error why) noexcept {
    link_ = nullptr;
    this->settle_error(std::move(why));
  }

 private:
  void stop() noexcept override { std::exchange(link_, nullptr)->leave(); }

  std::shared_ptr<ThreadChannelState<T>> state_;
  std::shared_ptr<GetLink<T>> link_;  // while it waits
  std::uint64_t number_ = 0;
};

template <class T>
void GetLink<T>::arrive() noexcept {
  if (node == nullptr) return;
  retire();
  auto item = take();
  ChannelGetNode<T>* const waiting = std::exchange(node, nullptr);
  if (item) {
    waiting->arrive(*std::move(item));
  } else {
    waiting->refuse(end());
  }
}

template <class T>
void GetLink<T>::release() noexcept {
  const auto hold = this->shared_from_this();
  ChannelGetNode<T>* const waiting = node;
  leave();
  if (waiting != nullptr) waiting->refuse(Error(Errc::closed, "loop"));
}

template <class T>
class PutLink final : public ChannelLink, public ChannelPutter<T> {
 public:
  PutLink(Loop& loop, std::shared_ptr<ThreadChannelState<T>> state, T&& item)
      : ChannelLink(loop), state_(std::move(state)), item_(std::move(item)) {}

  T& item() noexcept override { return item_; }
  Wake accept() noexcept override {
    accepted_ = true;
    return this->shared_from_this();
  }
  Wake refuse() noexcept override { return this->shared_from_this(); }

  /// The node goes: leaves the line. Returns whether the item was taken before.
  bool leave() noexcept {
    retire();
    node = nullptr;
    const auto lock = state_->lock();
    static_cast<detail::ListLink<ChannelPutter<T>>&>(*this).unlink();
    return accepted_;
  }

  ChannelPutNode<T>* node = nullptr;  // the loop's thread

 private:
  void release() noexcept override;
  void arrive() noexcept override;
  std::optional<Error> end() const noexcept {
    const auto lock = state_->lock();
    const Error* why = accepted_ ? nullptr : state_->end(lock);
    return why == nullptr ? std::nullopt : std::optional<Error>(*why);
  }

  const std::shared_ptr<ThreadChannelState<T>> state_;
  T item_;                 // under the channel's lock while it is in line
  bool accepted_ = false;  // likewise
};

/// Waits for room.
template <class T>
class ChannelPutNode final : public Pooled<ChannelPutNode<T>, LeafNode<void>> {
  using Base = Pooled<ChannelPutNode<T>, LeafNode<void>>;

 public:
  ChannelPutNode(LoopCore& owner, Site site, std::shared_ptr<PutLink<T>> link) noexcept
      : Base(owner, site), link_(std::move(link)) {
    link_->node = this;
  }
  ~ChannelPutNode() override {
    if (link_) static_cast<void>(link_->leave());
  }

  const char* waits_for() const noexcept override { return "room in a thread channel"; }
  /// If the item is in already, that stands, and the cancel is for what comes next.
  void cancel() noexcept override {
    const std::shared_ptr<PutLink<T>> link = std::move(link_);
    if (!link->leave()) return this->settle_error(canceled_error(*this));
    this->cancel_pending = true;
    this->settle_value();
  }
  void arrive(std::optional<Error> why) noexcept {
    link_ = nullptr;
    if (why) return this->settle_error(*std::move(why));
    this->settle_value();
  }

 private:
  void stop() noexcept override {}  // cancel() does it all

  std::shared_ptr<PutLink<T>> link_;  // while it waits
};

template <class T>
void PutLink<T>::arrive() noexcept {
  if (node == nullptr) return;
  retire();
  std::exchange(node, nullptr)->arrive(end());
}

template <class T>
void PutLink<T>::release() noexcept {
  const auto hold = this->shared_from_this();
  ChannelPutNode<T>* const waiting = node;
  const bool accepted = leave();
  if (waiting == nullptr) return;
  waiting->arrive(accepted ? std::nullopt : std::optional<Error>(Error(Errc::closed, "loop")));
}

/// The loop of this thread, which there must be.
EDDY_EXPORT Loop& loop_for_channel() noexcept;

template <class T>
Future<T> channel_get(const std::shared_ptr<ThreadChannelState<T>>& state, Site site) {
  Loop& loop = loop_for_channel();
  auto* node = ChannelGetNode<T>::make(core_of(loop), site, state);
  Future<T> future = make_future(static_cast<ValueNode<T>*>(node));
  auto lock = state->lock();
  Wake wake;
  if (auto item = state->get_now(lock, wake)) {
    node->start_with(*std::move(item));
  } else if (const Error* why = state->end(lock)) {
    node->refuse(*why);
  } else if (auto link = std::make_shared<GetLink<T>>(loop, state); link->outstanding()) {
    state->wait(lock, *link);
    node->wait(std::move(link));
  } else {
    node->refuse(Error(Errc::closed, "loop"));
  }
  state->finish(lock, std::move(wake));
  return future;
}

template <class T>
Future<void> channel_put(const std::shared_ptr<ThreadChannelState<T>>& state, T item, Site site) {
  Loop& loop = loop_for_channel();
  auto lock = state->lock();
  Wake wake;
  if (state->put_now(lock, item, wake)) {
    state->finish(lock, std::move(wake));
    return ready_future(site);
  }
  if (const Error* why = state->end(lock)) {
    Error refused(*why);
    lock.unlock();
    return failed_future<void>(std::move(refused), site);
  }
  auto link = std::make_shared<PutLink<T>>(loop, state, std::move(item));
  if (!link->outstanding()) {
    lock.unlock();
    return failed_future<void>(Error(Errc::closed, "loop"), site);
  }
  state->wait(lock, *link);
  auto* node = ChannelPutNode<T>::make(core_of(loop), site, std::move(link));
  return make_future(static_cast<ValueNode<void>*>(node));
}

}  // namespace eddy::detail
