// SPDX-License-Identifier: MIT
//
// The link between an AsyncIterator's next() and its source: it keeps the rules for both.
//
// Not for users. It holds the source, sees the end, and closes the source before an error goes on.
#pragma once

#include <eddy/core/async_source.hpp>
#include <eddy/core/detail/call_held.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace eddy::detail {

/// Calls `source.close()`; what it throws becomes an error.
template <class T>
Future<void> close_source(AsyncSource<T>& source, Site site = EDDY_HERE) noexcept {
  try {
    return call_held(source, [&source] { return source.close(); });
  } catch (...) {
    return failed_future<void>(Error(std::current_exception()), site);
  }
}
/// Calls `source.next()`; what it throws becomes an error.
template <class T>
Future<std::optional<T>> next_of(AsyncSource<T>& source, Site site = EDDY_HERE) noexcept {
  try {
    return call_held(source, [&source] { return source.next(); });
  } catch (...) {
    return failed_future<std::optional<T>>(Error(std::current_exception()), site);
  }
}

/// next(): an item passes at once; an error waits for the source's close().
template <class T>
class NextNode final : public Pooled<NextNode<T>, ValueNode<std::optional<T>>> {
  using Item = std::optional<T>;
  using Base = Pooled<NextNode<T>, ValueNode<Item>>;

 public:
  NextNode(LoopCore& owner, Site site, CountedPtr<AsyncSource<T>> source) noexcept
      : Base(owner, site), source_(std::move(source)) {
    source_->step_ = this;
  }
  ~NextNode() override {
    if (source_ && source_->step_ == this) source_->step_ = nullptr;
    // Dropped while the source closes: the error dies too.
    if (!this->settled() && closing_) this->state = NodeState::error;
  }

  void start() noexcept {
    ValueNode<Item>* asked = release_node(next_of(*source_, this->site()));
    if (this->settled()) return drop(asked);  // next() has closed its own iterator
    std::ignore = connect(this, asked);
  }
  /// The iterator is closed: whoever waits for the item hears that there is none.
  void give_up() noexcept {
    source_->step_ = nullptr;
    this->state = NodeState::running;
    if (this->input != nullptr) drop(std::exchange(this->input, nullptr));
    this->state = this->store_value();
    if (!this->dropped) return propagate(this);
    this->destroy();
  }

  void cancel() noexcept override {}
  bool stops_cancel() noexcept override { return closing_; }

  bool advance() noexcept override {
    if (closing_) return finish(static_cast<ValueNode<void>*>(std::exchange(this->input, nullptr)));
    auto* from = static_cast<ValueNode<Item>*>(this->input);
    if (from->state == NodeState::error) {
      source_->ended_ = true;
      enqueue(this);  // close() is code of the user
      return false;
    }
    source_->ended_ = !from->value.has_value();
    source_->step_ = nullptr;
    if (this->lends(from)) [[unlikely]]
      return this->lend_on([this] { const auto done = std::move(source_); });
    return this->settle_from(from);
  }

  /// An error came: closes the source.
  void run() noexcept override {
    auto* failed = static_cast<ValueNode<Item>*>(std::exchange(this->input, nullptr));
    this->store_error(failed->take_error());
    closing_ = true;
    failed->destroy();
    // What died there may have dropped this chain: then the source's destructor alone runs.
    if (this->dropped) return this->destroy();
    ValueNode<void>* closed = release_node(close_source(*source_, this->site()));
    if (this->dropped) [[unlikely]] {
      drop(closed);
      return this->destroy();
    }
    this->state = NodeState::waiting;
    if (connect(this, closed)) propagate(this);
  }

 private:
  /// A failing close never replaces the error: that one came first and says more.
  bool finish(ValueNode<void>* closed) noexcept {
    this->state = NodeState::running;
    if (closed->state == NodeState::error) {
      report_unread(*this->core, closed->take_error(), this->site());
    }
    source_->step_ = nullptr;
    return this->settle_after(closed, NodeState::error);
  }

  CountedPtr<AsyncSource<T>> source_;
  bool closing_ = false;  // the error is stored
};

}  // namespace eddy::detail
