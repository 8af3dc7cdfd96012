// SPDX-License-Identifier: MIT
#include <eddy/core/barrier.hpp>
#include <eddy/core/detail/waiter.hpp>

namespace eddy {

namespace detail {

class BarrierState final : public Counted {
 public:
  static constexpr const char* waited_for = "a barrier";

  explicit BarrierState(std::size_t number) noexcept : parties(number) {}

  Future<std::size_t> arrive(Site site) {
    if (aborted) return failed_future<std::size_t>(why(), site);
    if (waiting + 1 == parties) {
      open();
      return ready_future(parties - 1, site);
    }
    ++waiting;
    return wait_in_line<std::size_t>(*this, site, round_);
  }
  void fail() noexcept {
    end_round([](Arrived& arrived, std::size_t) { arrived.settle_error(why()); });
  }
  void left() noexcept { --waiting; }

  Waiters<std::size_t, BarrierState> waiters;
  const std::size_t parties;
  std::size_t waiting = 0;
  bool aborted = false;

 private:
  using Arrived = Waiter<std::size_t, BarrierState>;

  static Error why() { return Error(Errc::closed, "barrier aborted"); }

  void open() noexcept {
    end_round([](Arrived& arrived, std::size_t place) { arrived.settle_value(place); });
  }
  /// Those who come meanwhile, from a destructor on the way, belong to the next round.
  template <class Settle>
  void end_round(Settle settle) noexcept {
    const CountedPtr<BarrierState> hold(this);
    const std::size_t ended = round_++;
    for (std::size_t place = 0; !waiters.empty() && waiters.front().key == ended; ++place) {
      --waiting;
      settle(waiters.pop_front(), place);
    }
  }

  std::size_t round_ = 0;  // the key of those who wait
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
  return state_->waiting;
}

}  // namespace eddy
