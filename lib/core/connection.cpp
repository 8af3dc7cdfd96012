// SPDX-License-Identifier: MIT
#include <eddy/core/connection.hpp>
#include <eddy/core/detail/signal_state.hpp>

namespace eddy {

namespace detail {

bool SlotNode::advance() noexcept {
  unlink();
  return settle_from(static_cast<ValueNode<void>*>(input));
}

void SlotNode::cut() noexcept {
  unlink();
  state = NodeState::running;  // the drop runs destructors of the user
  if (input != nullptr) drop(std::exchange(input, nullptr));
  state = store_value();
  if (!dropped) return propagate(this);
  destroy();
}

void SlotBase::disconnect() noexcept {
  if (!std::exchange(connected_, false)) return;
  const CountedPtr<SlotBase> hold(this);
  while (!working_.empty())
    working_.pop_front().cut();
  forget_receiver();
}

Future<void> SlotBase::watch(Future<void>&& work, Site site) {
  SlotNode* const node = SlotNode::make(current_core(), site);
  working_.push_back(*node);
  std::ignore = connect(node, release_node(std::move(work)));
  return make_future<void>(node);
}

}  // namespace detail

Connection::Connection() noexcept = default;
Connection::Connection(detail::CountedPtr<detail::SlotBase> slot) noexcept
    : slot_(std::move(slot)) {}
Connection::Connection(Connection&& other) noexcept = default;
Connection& Connection::operator=(Connection&& other) noexcept {
  const Connection old(std::move(*this));
  slot_ = std::move(other.slot_);
  return *this;
}
Connection::~Connection() {
  disconnect();
}

void Connection::disconnect() noexcept {
  if (const auto slot = std::move(slot_)) slot->disconnect();
}

void Connection::forget() noexcept {
  slot_ = {};
}

bool Connection::connected() const noexcept {
  return slot_ && slot_->connected();
}

}  // namespace eddy
