// SPDX-License-Identifier: MIT
//
// The single actions of a RandomProgram.
#include <utility>

#include "core/random_program.hpp"

namespace eddy::testing {

void RandomProgram::make_promise() {
  Promise<Value> promise(*loop_);
  if (pick(3) == 0) {
    promise.on_abandoned([this, last = std::make_unique<Probe>(bomb())] { mischief(); });
  }
  keep(Chain{promise.future()});
  promises_.push_back(std::move(promise));
}

void RandomProgram::make_sleep() {
  keep(Chain{loop_->sleep(short_time(), value())});
}

void RandomProgram::make_ready() {
  keep(Chain{ready_future(value())});
}

void RandomProgram::make_failed() {
  keep(Chain{failed_future<Value>(Errc::closed)});
}

void RandomProgram::make_turn() {
  keep(Chain{loop_->next_turn().then([last = bomb()] { return Value(); })});
}

void RandomProgram::make_repeat() {
  Chain chain;
  const bool waits = pick(2) == 0;
  auto turn = [this, waits, left = pick(5), last = bomb(), hold = watch(chain)]() mutable {
    mischief();
    const Next next = left-- == 0 ? Next::done : Next::again;
    return waits ? loop_->sleep(short_time(), next) : ready_future(next);
  };
  chain.future = repeat(*loop_, std::move(turn)).then([] { return Value(); });
  keep(std::move(chain));
}

void RandomProgram::settle_promise() {
  if (promises_.empty()) return;
  auto promise = take_at(promises_, pick(static_cast<unsigned>(promises_.size())));
  if (pick(3) > 0) {
    std::move(promise).set_value(value());
  } else {
    std::move(promise).set_error(Errc::closed);
  }
}

void RandomProgram::abandon_promise() {
  if (promises_.empty()) return;
  const auto promise = take_at(promises_, pick(static_cast<unsigned>(promises_.size())));
}

void RandomProgram::link_then() {
  Chain chain;
  if (!take(chain)) return;
  auto hold = watch(chain);
  if (pick(2) == 0) {
    chain.future = std::move(chain.future).then([this, hold = std::move(hold), b = bomb()](Value) {
      return body(*hold.step);
    });
  } else {
    chain.future = std::move(chain.future).then([this, hold = std::move(hold), b = bomb()](Value) {
      return deferred_body(*hold.step);
    });
  }
  keep(std::move(chain));
}

void RandomProgram::link_or_else() {
  Chain chain;
  if (!take(chain)) return;
  auto handler = [this, hold = watch(chain), b = bomb()](const Error&) {
    return deferred_body(*hold.step);
  };
  chain.future = pick(2) == 0 ? std::move(chain.future).or_else(std::move(handler))
                              : std::move(chain.future).or_else(Errc::canceled, std::move(handler));
  keep(std::move(chain));
}

void RandomProgram::link_finally() {
  Chain chain;
  if (!take(chain)) return;
  auto hold = watch(chain);
  if (pick(2) == 0) {
    chain.future = std::move(chain.future).finally([this, hold = std::move(hold), b = bomb()] {
      std::ignore = body(*hold.step);  // only an exception counts
    });
  } else {
    chain.future = std::move(chain.future).finally([this, hold = std::move(hold), b = bomb()] {
      return clean_up(*hold.step);
    });
  }
  keep(std::move(chain));
}

void RandomProgram::link_complete() {
  Chain chain;
  if (!take(chain)) return;
  auto end = [this, hold = watch(chain), b = bomb()](const Result<Value>&) {
    std::ignore = body(*hold.step);  // only an exception counts
  };
  chain.future = std::move(chain.future).complete(std::move(end)).then([] { return Value(); });
  keep(std::move(chain));
}

void RandomProgram::link_timeout() {
  Chain chain;
  if (!take(chain)) return;
  chain.future = std::move(chain.future).timeout(short_time());
  keep(std::move(chain));
}

void RandomProgram::link_attach() {
  Chain chain;
  if (!take(chain)) return;
  auto hold = watch(chain);
  chain.future = std::move(chain.future).attach(bomb(), std::move(hold));
  keep(std::move(chain));
}

void RandomProgram::share() {
  Chain chain;
  if (!take(chain)) return;
  Steps steps = std::move(chain.steps);
  steps.insert(steps.end(), chain.shared.begin(), chain.shared.end());
  shared_.push_back(Source{std::move(chain.future).share(), std::move(steps)});
}

void RandomProgram::branch() {
  if (shared_.empty()) return;
  const auto& source = shared_[pick(static_cast<unsigned>(shared_.size()))];
  keep(Chain{source.future.future(), {}, source.steps});
}

void RandomProgram::drop_chain() {
  Chain chain;
  if (!take(chain)) return;
  chain.future = {};
  mark_dropped(chain.steps);
}

void RandomProgram::drop_shared() {
  if (shared_.empty()) return;
  const auto last = take_at(shared_, pick(static_cast<unsigned>(shared_.size())));
}

void RandomProgram::make_group() {
  groups_.push_back(Group{
      std::make_unique<TaskGroup>(*loop_, [this](const Task&, const Error&) { mischief(); }), {}});
}

void RandomProgram::spawn() {
  Chain chain;
  if (!take(chain)) return;
  // Linking may run a destructor that does away with a group: look for one afterwards.
  auto work = std::move(chain.future).then([last = bomb()](const Value&) {});
  if (groups_.empty()) return;
  Group& group = groups_[pick(static_cast<unsigned>(groups_.size()))];
  group.steps.insert(group.steps.end(), chain.steps.begin(), chain.steps.end());
  tasks_.push_back(group.tasks->spawn("work", std::move(work)));
}

void RandomProgram::cancel_task() {
  if (tasks_.empty()) return;
  take_at(tasks_, pick(static_cast<unsigned>(tasks_.size()))).cancel();
}

void RandomProgram::stop_group() {
  if (groups_.empty()) return;
  Group& group = groups_[pick(static_cast<unsigned>(groups_.size()))];
  Future<void> stopped = group.tasks->stop(short_time());
  keep(Chain{std::move(stopped).then([] { return Value(); })});
}

void RandomProgram::drop_group() {
  if (groups_.empty()) return;
  Group group = take_at(groups_, pick(static_cast<unsigned>(groups_.size())));
  group.tasks.reset();
  mark_dropped(group.steps);
  if (!ending_) make_group();
}

void RandomProgram::let_time_pass() {
  if (depth_ > 0 || loop_->running()) return;
  if (pick(2) == 0) {
    loop_->turn();
  } else {
    clock_.advance(short_time());
  }
}

}  // namespace eddy::testing
