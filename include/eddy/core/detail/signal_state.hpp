// SPDX-License-Identifier: MIT
//
// What a Signal, its clones, its connections and its calls share.
//
// Not for users.
#pragma once

#include <eddy/base/function.hpp>
#include <eddy/core/detail/counted.hpp>
#include <eddy/core/detail/list.hpp>
#include <eddy/core/repeat.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace eddy::detail {

/// Waits for the work of one receiver. It ends early if the receiver is disconnected.
class EDDY_EXPORT SlotNode final : public Pooled<SlotNode, ValueNode<void>>,
                                   public ListLink<SlotNode> {
 public:
  SlotNode(LoopCore& owner, Site where) noexcept : Pooled(owner, where) {}

  void cancel() noexcept override {}
  bool advance() noexcept override;
  /// Drops the work and goes on as if it were done.
  void cut() noexcept;
};

/// A receiver without its type.
class EDDY_EXPORT SlotBase : public Counted {
 public:
  bool connected() const noexcept { return connected_; }
  void disconnect() noexcept;

 protected:
  /// The receiver has been called and has returned `work`.
  Future<void> watch(Future<void>&& work, Site site);

  std::size_t calls_ = 0;  // on the stack

 private:
  virtual void forget_receiver() noexcept = 0;

  bool connected_ = true;
  List<SlotNode> working_;
};

/// How receivers get an argument that lives in the call: a reference, constant unless it is one of
/// the signal's own.
template <class Arg>
using Passed = std::conditional_t<std::is_reference_v<Arg>, Arg, const Arg&>;

template <class... Args>
class Slot final : public SlotBase {
 public:
  using Receiver = Function<Future<void>(Passed<Args>...)>;

  explicit Slot(Receiver&& receiver) : receiver_(std::move(receiver)) {}

  Future<void> call(Site site, Passed<Args>... args) {
    const CountedPtr<Slot> hold(this);
    ++calls_;
    Future<void> work = guarded(args...);
    --calls_;
    if (connected()) return watch(std::move(work), site);
    work = {};  // before the captures of the receiver, to which it may refer
    if (calls_ == 0) forget_receiver();
    return ready_future(site);
  }

 private:
  Future<void> guarded(Passed<Args>... args) noexcept {
    try {
      Future<void> work = receiver_(args...);
      if (work.valid()) return work;
      return failed_future<void>(Error(Errc::invalid, "the receiver gave no future"));
    } catch (...) {
      return failed_future<void>(Error(std::current_exception()));
    }
  }
  /// Its captures die at once, unless their code is running.
  void forget_receiver() noexcept override {
    if (calls_ == 0) const Receiver forgotten = std::move(receiver_);
  }

  Receiver receiver_;
};

template <class... Args>
class SignalState final : public Counted {
 public:
  /// Those who are disconnected go when no call counts on their places.
  void sweep() {
    if (calls == 0) std::erase_if(slots, [](const auto& slot) { return !slot->connected(); });
  }

  std::vector<CountedPtr<Slot<Args...>>> slots;
  bool frozen = false;
  std::size_t calls = 0;  // that are not done
};

/// A call on its way from receiver to receiver; the body of a repeat().
template <class... Args>
class SignalCall {
 public:
  SignalCall(CountedPtr<SignalState<Args...>> signal, Site site, Args... args)
      : signal_(std::move(signal)), site_(site), args_(std::forward<Args>(args)...) {
    ++signal_->calls;
  }
  SignalCall(SignalCall&& other) noexcept = default;
  SignalCall& operator=(SignalCall&& other) = delete;
  ~SignalCall() {
    if (signal_) --signal_->calls;
  }

  /// Calls the next receiver; the first error ends the call.
  Future<Next> next() {
    if (!find()) return ready_future(Next::done);
    const std::size_t number = next_ + 1;
    return call()
        .or_else([number](const Error& error) -> Result<void> { return named(error, number); })
        .then([] { return Next::again; });
  }
  /// The same, but the other receivers are called nevertheless. The call outlives the future.
  Future<Next> next_of_all() {
    if (!find()) return end_of_all();
    const std::size_t number = next_ + 1;
    return call()
        .or_else([this, number](const Error& error) { note(named(error, number)); })
        .then([] { return Next::again; });
  }

 private:
  /// Goes on to the next receiver that is connected.
  bool find() noexcept {
    while (next_ < signal_->slots.size() && !signal_->slots[next_]->connected())
      ++next_;
    return next_ < signal_->slots.size();
  }
  Future<void> call() {
    Slot<Args...>& slot = *signal_->slots[next_++];
    auto pass = [this, &slot](auto&... args) {
      return slot.call(site_, static_cast<Passed<Args>>(args)...);
    };
    return std::apply(pass, args_);
  }
  static Error named(const Error& error, std::size_t number) {
    return error.with("receiver " + std::to_string(number));
  }

  /// Keeps the first error, and what is to be said of the others.
  void note(Error&& error) {
    if (!first_) {
      first_ = std::move(error);
    } else {
      others_ += error.message() + "; ";
    }
  }
  Future<Next> end_of_all() {
    if (!first_) return ready_future(Next::done);
    return failed_future<Next>(others_.empty() ? *first_ : first_->with(others_ + "first"));
  }

  CountedPtr<SignalState<Args...>> signal_;
  Site site_;
  std::tuple<Args...> args_;
  std::size_t next_ = 0;
  std::optional<Error> first_;
  std::string others_;
};

}  // namespace eddy::detail
