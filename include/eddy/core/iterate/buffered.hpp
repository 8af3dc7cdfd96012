// SPDX-License-Identifier: MIT
//
// buffered: several asynchronous calls at once, and not more.
//
// Included by core/iterate.hpp; the members are described in core/async_iterator.hpp.
#pragma once

#include <eddy/core/cancel_all.hpp>
#include <eddy/core/detail/busy_source.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace eddy {

namespace detail {

/// Waits for up to `limit` of the futures that its source gives.
template <class U, bool in_order>
// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): it is, by a base that depends
class BufferedSource final : public BusySource<U> {
  struct Call final : Intake, ListLink<Call> {
    Call(LoopCore& loop, IntakeOwner& owner) : Intake(loop, owner, Tells::at_once) {}
  };
  using Asked = std::optional<Future<U>>;

 public:
  BufferedSource(AsyncIterator<Future<U>>&& source, std::size_t limit)
      : limit_(limit),
        upstream_(std::move(source)),
        asking_(current_core(), *this, Intake::Tells::in_turn) {}
  ~BufferedSource() override {
    closing_ = true;  // what dies with one call may settle another
    asking_.forget();
    calls_.clear();
  }

  /// Cancels the calls softly, waits for their clean-up, then closes the source.
  Future<void> close() override {
    closing_ = true;
    upstream_.take_back(asking_);
    std::vector<Future<U>> calls;
    for (List<Call>* some : {&answered_, &running_}) {
      while (!some->empty())
        calls.push_back(some->pop_front().template future<U>());
    }
    return cancel_all(std::move(calls)).finally([this] { return upstream_.close(); });
  }

 private:
  void work() override {
    if (failed_ || asking_.busy() || !upstream_.open() || active_ == limit_) return;
    asking_.await(upstream_.next());
  }
  void arrived(Intake& intake) noexcept override {
    if (closing_) return;
    if (&intake == &asking_) return asked();
    if constexpr (!in_order) answered_.push_back(static_cast<Call&>(intake));
    this->tell();
  }
  /// The source has answered: in a turn, so that the next question may follow.
  void asked() noexcept {
    const CountedPtr<BufferedSource> hold(this);
    const Asked* call = asking_.template peek<Asked>();
    if (call == nullptr) {
      failed_ = true;  // heard when the calls before it have ended
    } else if (!call->has_value()) {
      upstream_.end();
      asking_.forget();
    } else {
      start(**asking_.template take<Asked>());
      work();
    }
    this->tell();
  }
  void start(Future<U>&& future) {
    if (idle_.empty()) {
      calls_.push_back(std::make_unique<Call>(current_core(), *this));
      idle_.push_back(*calls_.back());
    }
    Call& call = idle_.pop_front();
    ++active_;
    running_.push_back(call);
    call.await(std::move(future));
  }

  /// The call whose result is the next to give.
  Call* next_call() noexcept {
    if constexpr (!in_order) return answered_.first();
    Call* first = running_.first();
    return first != nullptr && first->ready() ? first : nullptr;
  }
  bool has_answer() noexcept override {
    return next_call() != nullptr || (active_ == 0 && (failed_ || !upstream_.open()));
  }
  Result<std::optional<U>> take_answer() override {
    if (Call* call = next_call()) {
      --active_;
      idle_.push_back(*call);
      Result<U> result = call->template take<U>();
      if (!result) return std::move(result).error();
      return std::optional<U>(*std::move(result));
    }
    if (failed_) return asking_.template take<Asked>().error();
    return std::optional<U>();
  }

  const std::size_t limit_;
  std::size_t active_ = 0;
  bool failed_ = false;
  bool closing_ = false;
  Upstream<Future<U>> upstream_;
  Intake asking_;
  List<Call> idle_;
  List<Call> running_;
  List<Call> answered_;
  std::vector<std::unique_ptr<Call>> calls_;
};

}  // namespace detail

template <class T>
template <class U>
  requires(detail::is_future<U>)
AsyncIterator<typename U::value_type> AsyncIterator<T>::buffered(std::size_t limit) && {
  EDDY_ASSERT(limit > 0, "buffered() lets at least one call run");
  return make_iterator<detail::BufferedSource<typename U::value_type, true>>(std::move(*this),
                                                                             limit);
}
template <class T>
template <class U>
  requires(detail::is_future<U>)
AsyncIterator<typename U::value_type> AsyncIterator<T>::buffered_unordered(std::size_t limit) && {
  EDDY_ASSERT(limit > 0, "buffered_unordered() lets at least one call run");
  return make_iterator<detail::BufferedSource<typename U::value_type, false>>(std::move(*this),
                                                                              limit);
}

}  // namespace eddy
