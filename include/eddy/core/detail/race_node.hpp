// SPDX-License-Identifier: MIT
//
// The nodes of select(), first() and any(): one of the arms wins, the others lose.
//
// Not for users.
#pragma once

#include <eddy/core/detail/timed_fork_node.hpp>
#include <eddy/core/losers.hpp>

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace eddy::detail {

/// What wins a race.
enum class Goal {
  settled,  // the first to settle
  value,    // the first value
};

/// None of the futures of an any() came to a value. Defined with AggregateError.
EDDY_EXPORT Error aggregate_error(std::vector<Error>&& errors);
/// There is nothing that could win.
EDDY_EXPORT Error empty_race_error() noexcept;

/// The part that does not depend on how the arms were given.
template <Goal goal, class Results>
// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): it is, by a base that depends
class RaceNode : public TimedForkNode<Results> {
 public:
  ~RaceNode() override {
    if (!this->settled()) read_failures();
  }
  void cancel() noexcept override {
    if (failures_ == unknown) failures_ = this->settled_;
    TimedForkNode<Results>::cancel();
  }

 protected:
  RaceNode(LoopCore& owner, Site site, Losers losers) noexcept
      : TimedForkNode<Results>(owner, site), losers_(losers) {}

  /// The arm whose value is the result; if there is none, `outcome` is stored already.
  Arm* winner(NodeState& outcome) {
    this->stop_waiting();
    Arm* const best = decided();
    if (this->was_canceled()) {
      outcome = this->store_error(canceled_error(*this));
    } else if (this->size() == 0) {
      outcome = this->store_error(empty_race_error());
    } else if (best == nullptr) {
      outcome = this->store_error(aggregate_error(take_errors()));
    } else if (best == this->failed_) {
      outcome = this->store_error(best->take_error());
    }
    read_failures();
    return outcome == NodeState::waiting ? best : nullptr;
  }

 private:
  Arm* decided() const noexcept { return goal == Goal::settled ? this->first_ : this->succeeded_; }
  Verdict verdict() const noexcept final {
    if (decided() == nullptr) return Verdict::wait;
    const bool no_longer = losers_ == Losers::drop || this->expired();
    return no_longer ? Verdict::settle : Verdict::cancel_rest;
  }
  void cancels_rest() noexcept final { this->wait_at_most(timeout_grace); }
  std::vector<Error> take_errors() {
    std::vector<Error> errors;
    for (std::size_t i = 0; i < this->size(); ++i)
      errors.push_back(this->arm(i).take_error());
    return errors;
  }
  /// To any() an error before the first value, and before its own end, is as good as read.
  void read_failures() noexcept {
    if (goal != Goal::value) return;
    const std::size_t all = failures_ == unknown ? this->settled_ : failures_;
    const std::size_t count = decided() == nullptr ? all : std::min(all, decided()->order());
    for (std::size_t i = 0; i < this->size(); ++i) {
      Arm& arm = this->arm(i);
      const bool unread = arm.input != nullptr && arm.input->state == NodeState::error;
      if (unread && arm.order() < count) std::ignore = arm.take_error();
    }
  }

  static constexpr std::size_t unknown = static_cast<std::size_t>(-1);

  std::size_t failures_ = unknown;  // before a soft cancel
  const Losers losers_;
};

/// Futures of different types.
template <Goal goal, class... T>
class RaceTupleNode final
    : public Pooled<RaceTupleNode<goal, T...>, RaceNode<goal, std::variant<Stored<T>...>>> {
  using Base = Pooled<RaceTupleNode, RaceNode<goal, std::variant<Stored<T>...>>>;

 public:
  RaceTupleNode(LoopCore& owner, Site site, Losers losers, Future<T>&&... futures)
      : Base(owner, site, losers) {
    (this->watch(std::move(futures)), ...);
  }

 private:
  NodeState collect() override {
    NodeState outcome = NodeState::waiting;
    if (Arm* const arm = this->winner(outcome)) {
      take_value(*arm, outcome, std::index_sequence_for<T...>());
    }
    return outcome;
  }
  template <std::size_t... I>
  void take_value(Arm& arm, NodeState& outcome, std::index_sequence<I...>) {
    ((I == arm.index ? void(outcome = take_value<I, T>(arm)) : void()), ...);
  }
  template <std::size_t I, class U>
  NodeState take_value(Arm& arm) {
    auto& child = arm.child<U>();
    const NodeState outcome = this->store_value(std::in_place_index<I>, std::move(child.value));
    child.drop_value();  // so that no leaf takes it back
    return outcome;
  }
};

/// Any number of futures of one type; `Results` is made of the winner's index and value.
template <Goal goal, class Results, class T>
class RaceVectorNode final
    : public Pooled<RaceVectorNode<goal, Results, T>, RaceNode<goal, Results>> {
  using Base = Pooled<RaceVectorNode, RaceNode<goal, Results>>;

 public:
  RaceVectorNode(LoopCore& owner, Site site, Losers losers, std::vector<Future<T>>&& futures)
      : Base(owner, site, losers) {
    this->watch_all(std::move(futures));
  }

 private:
  NodeState collect() override {
    NodeState outcome = NodeState::waiting;
    Arm* const arm = this->winner(outcome);
    if (arm == nullptr) return outcome;
    auto& child = arm->child<T>();
    outcome = store_winner(arm->index, std::move(child.value));
    child.drop_value();  // so that no leaf takes it back
    return outcome;
  }
  NodeState store_winner(std::size_t place, Stored<T>&& won) {
    if constexpr (std::is_same_v<Results, T>) {
      std::ignore = place;
      return this->store_value(std::move(won));
    } else {
      return this->store_value(Results{place, std::move(won)});
    }
  }
};

}  // namespace eddy::detail
