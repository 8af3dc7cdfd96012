// SPDX-License-Identifier: MIT
#include <eddy/core/barrier.hpp>
#include <eddy/core/detail/waiter.hpp>

#include <utility>

namespace eddy {

namespace detail {

/// Those who wait for each other. A round that has ended is apart from the next one, which may
/// begin while destructors on the way run.
class BarrierRound final : public Counted {
  using Arrived = Waiter<std::size_t, BarrierRound>;

 public:
  static constexpr const char* waited_for = "a barrier";

  Future<std::size_t> join(Site site) {
    Future<std::size_t> waits = wait_in_line<std::size_t>(*this, site);
    ++waiting;
    return waits;
  }
  /// Calls `settle` with each who waits and its place.
  template <class Settle>
  void end(Settle settle) noexcept {
    for (std::size_t place = 0; !waiters.empty(); ++place) {
      --waiting;
      settle(waiters.pop_front(), place);
    }
  }
  void open() noexcept {
    end([](Arrived& arrived, std::size_t place) { arrived.settle_value(place); });
  }
  void fail(const Error& why) noexcept {
    end([&why](Arrived& arrived, std::size_t) { arrived.settle_error(why); });
  }
  void left() noexcept { --waiting; }

  Waiters<std::size_t, BarrierRound> waiters;
  std::size_t waiting = 0;
};

class BarrierState final : public Counted {
 public:
  explicit BarrierState(std::size_t number) noexcept : parties(number) {}

  Future<std::size_t> arrive(Site site) {
    if (aborted) return failed_future<std::size_t>(why(), site);
    const std::size_t place = waiting();
    if (place + 1 == parties) {
      if (const CountedPtr<BarrierRound> full = std::move(round_)) full->open();
      return ready_future(place, site);
    }
    if (!round_) round_ = CountedPtr<BarrierRound>(new BarrierRound);
    return round_->join(site);
  }
  void fail() noexcept {
    if (const CountedPtr<BarrierRound> failed = std::move(round_)) failed->fail(why());
  }
  std::size_t waiting() const noexcept { return round_ ? round_->waiting : 0; }

  const std::size_t parties;
  bool aborted = false;

 private:
  static Error why() { return Error(Errc::closed, "barrier aborted"); }

  CountedPtr<BarrierRound> round_;  // null between two rounds
};

}  // namespace detail

Barrier::Barrier(std::size_t parties) : state_(new detail::BarrierState(parties)) {
  EDDY_ASSERT(parties > 0, "a Barrier has at least one party");
}
Barrier::Barrier(Barrier&& other) noexcept = default;
Barrier& Barrier::operator=(Barrier&& other) noexcept {
  const Barrier old(std::move(*this));
  state_ = std::move(other.state_);
  return *this;
}
Barrier::~Barrier() {
  if (state_) state_->fail();
}

Future<std::size_t> Barrier::arrive(Site site) {
  return state_->arrive(site);
}

void Barrier::abort() noexcept {
  state_->aborted = true;
  state_->fail();
}

void Barrier::reset() noexcept {
  state_->aborted = false;
  state_->fail();
}

bool Barrier::aborted() const noexcept {
  return state_->aborted;
}

std::size_t Barrier::parties() const noexcept {
  return state_->parties;
}

std::size_t Barrier::waiting() const noexcept {
  return state_->waiting();
}

}  // namespace eddy
