// SPDX-License-Identifier: MIT
//
// The actions of a RandomProgram that wait for several chains at once.
#include <eddy/core/any.hpp>
#include <eddy/core/as_completed.hpp>
#include <eddy/core/cancel_all.hpp>
#include <eddy/core/first.hpp>
#include <eddy/core/gather.hpp>
#include <eddy/core/select.hpp>
#include <eddy/core/shield.hpp>
#include <eddy/core/wait.hpp>

#include <optional>
#include <utility>

#include "core/random_program.hpp"

namespace eddy::testing {

RandomProgram::Fork RandomProgram::take_arms() {
  Fork fork;
  for (unsigned count = pick(4); count > 0; --count) {
    Chain arm;
    if (!take(arm)) break;
    fork.arms.push_back(std::move(arm.future));
    fork.steps.insert(fork.steps.end(), arm.steps.begin(), arm.steps.end());
    fork.shared.insert(fork.shared.end(), arm.shared.begin(), arm.shared.end());
  }
  return fork;
}

void RandomProgram::keep_joined(Fork fork, Future<Value> joined) {
  keep(Chain{std::move(joined), std::move(fork.steps), std::move(fork.shared)});
}

void RandomProgram::link_all() {
  Fork fork = take_arms();
  auto values = pick(2) == 0 ? all(std::move(fork.arms)) : gather(std::move(fork.arms));
  auto joined = std::move(values).then(
      [](std::vector<Value> all) { return all.empty() ? Value() : all.front(); });
  keep_joined(std::move(fork), std::move(joined));
}

void RandomProgram::link_all_settled() {
  Fork fork = take_arms();
  auto joined = all_settled(std::move(fork.arms)).then([](std::vector<Result<Value>> all) {
    return all.empty() ? Result<Value>(Value()) : std::move(all.front());
  });
  keep_joined(std::move(fork), std::move(joined));
}

void RandomProgram::link_race() {
  Fork fork = take_arms();
  const Losers losers = pick(2) == 0 ? Losers::cancel : Losers::drop;
  if (pick(3) == 0) {
    auto joined = first(std::move(fork.arms), losers);
    return keep_joined(std::move(fork), std::move(joined));
  }
  auto won =
      pick(2) == 0 ? select(std::move(fork.arms), losers) : any(std::move(fork.arms), losers);
  auto joined = std::move(won).then([](Selected<Value> winner) { return winner.value; });
  keep_joined(std::move(fork), std::move(joined));
}

void RandomProgram::link_wait() {
  static constexpr When when[] = {
      When::first_completed, When::first_exception, When::all_completed};
  Fork fork = take_arms();
  // Those that are given back have their own lives: the chain of the wait does not own them.
  fork.shared.insert(fork.shared.end(), fork.steps.begin(), fork.steps.end());
  fork.steps.clear();
  const When until = when[pick(3)];
  auto waited = pick(2) == 0 ? wait(until, std::move(fork.arms))
                             : wait(until, short_time(), std::move(fork.arms));
  auto joined =
      std::move(waited).then([this, last = bomb(), steps = fork.shared](Waited<Value> futures) {
        for (auto& one : futures.pending)
          keep(Chain{std::move(one.future), {}, steps});
        mischief();
        return futures.done.empty() ? ready_future(Value()) : std::move(futures.done[0].future);
      });
  keep_joined(std::move(fork), std::move(joined));
}

void RandomProgram::link_as_completed() {
  Fork fork = take_arms();
  fork.shared.insert(fork.shared.end(), fork.steps.begin(), fork.steps.end());
  fork.steps.clear();
  const auto limit = pick(2) == 0 ? std::optional<Duration>() : short_time();
  auto items = as_completed(std::move(fork.arms), limit);
  auto joined = items.next()
                    .then([this, last = bomb(), steps = fork.shared](
                              std::optional<Completed<Value>> item) -> Result<Value> {
                      if (!item) return Value();
                      if (item->late.valid()) keep(Chain{std::move(item->late), {}, steps});
                      mischief();
                      return std::move(item->result);
                    })
                    .attach(std::move(items));
  keep_joined(std::move(fork), std::move(joined));
}

void RandomProgram::link_shield() {
  Chain chain;
  if (!take(chain)) return;
  chain.future = shield(std::move(chain.future));
  keep(std::move(chain));
}

void RandomProgram::link_cancel_all() {
  Fork fork = take_arms();
  auto joined = cancel_all(std::move(fork.arms), short_time()).then([] { return Value(); });
  keep_joined(std::move(fork), std::move(joined));
}

}  // namespace eddy::testing
