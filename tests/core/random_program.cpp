// SPDX-License-Identifier: MIT
#include "core/random_program.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace eddy::testing {
namespace {

constexpr unsigned actions_of_a_program = 150;
/// Actions inside actions: a destructor that drops a chain whose destructor drops a chain, ...
constexpr unsigned max_depth = 6;

}  // namespace

RandomProgram::RandomProgram(std::uint64_t seed)
    : random_(static_cast<std::mt19937::result_type>(seed)) {
  Loop::Options options{.clock = &clock_, .drain_budget = 1 + pick(20)};
  if (pick(2) == 0) options.schedule_seed = seed;
  loop_.emplace(std::move(options));
  clock_.drive(*loop_);
  loop_->on_unread_error([this](const Error&, Site) { ++unread_; });
  make_group();
  make_group();
}

RandomProgram::~RandomProgram() = default;

void RandomProgram::run() {
  actions_left_ = actions_of_a_program;
  while (actions_left_ > 0)
    act();
  settle_down();
  check_end();
}

void RandomProgram::act() {
  static constexpr Action actions[] = {
      &RandomProgram::make_promise,    &RandomProgram::make_promise,
      &RandomProgram::make_sleep,      &RandomProgram::make_ready,
      &RandomProgram::make_failed,     &RandomProgram::make_turn,
      &RandomProgram::make_repeat,     &RandomProgram::settle_promise,
      &RandomProgram::settle_promise,  &RandomProgram::abandon_promise,
      &RandomProgram::link_then,       &RandomProgram::link_then,
      &RandomProgram::link_then,       &RandomProgram::link_or_else,
      &RandomProgram::link_finally,    &RandomProgram::link_finally,
      &RandomProgram::link_complete,   &RandomProgram::link_timeout,
      &RandomProgram::link_attach,     &RandomProgram::link_all,
      &RandomProgram::link_all,        &RandomProgram::link_all_settled,
      &RandomProgram::link_race,       &RandomProgram::link_race,
      &RandomProgram::link_wait,       &RandomProgram::link_shield,
      &RandomProgram::link_cancel_all, &RandomProgram::link_as_completed,
      &RandomProgram::share,           &RandomProgram::branch,
      &RandomProgram::drop_chain,      &RandomProgram::drop_shared,
      &RandomProgram::spawn,           &RandomProgram::spawn,
      &RandomProgram::cancel_task,     &RandomProgram::stop_group,
      &RandomProgram::drop_group,      &RandomProgram::let_time_pass,
      &RandomProgram::let_time_pass};
  if (actions_left_ == 0) return;
  --actions_left_;
  (this->*actions[pick(std::size(actions))])();
}

void RandomProgram::mischief() {
  if (depth_ >= max_depth || !loop_ || pick(3) == 0) return;
  ++depth_;
  for (unsigned count = pick(3); count > 0; --count)
    act();
  --depth_;
}

Probe RandomProgram::bomb() {
  if (pick(2) == 0) return Probe(probes_);
  return Probe(probes_, [this] { mischief(); });
}

RandomProgram::Value RandomProgram::value() {
  const int number = static_cast<int>(pick(100));
  if (pick(3) > 0) return Value{number, nullptr};
  return Value{number, std::make_shared<Probe>(bomb())};
}

bool RandomProgram::take(Chain& chain) {
  if (chains_.empty()) return false;
  chain = take_at(chains_, pick(static_cast<unsigned>(chains_.size())));
  return true;
}

void RandomProgram::keep(Chain chain) {
  chains_.push_back(std::move(chain));
}

RandomProgram::StepHold RandomProgram::watch(Chain& chain) {
  chain.steps.push_back(std::make_shared<Step>());
  return StepHold(chain.steps.back());
}

Result<RandomProgram::Value> RandomProgram::body(Step& step) {
  if (step.dropped) faults_.push_back("a continuation ran after its drop had returned");
  if (step.ran) faults_.push_back("a continuation ran twice");
  step.ran = true;
  step.running = true;
  mischief();
  step.running = false;
  if (pick(10) == 0) throw std::runtime_error("thrown by a continuation");
  if (pick(10) == 0) return Errc::closed;
  return value();
}

Future<RandomProgram::Value> RandomProgram::deferred_body(Step& step) {
  Result<Value> result = body(step);
  Chain inner;
  if (take(inner)) {
    if (!waits_for(inner, step)) {
      step.adopted = std::move(inner.steps);
      step.adopted.insert(step.adopted.end(), inner.shared.begin(), inner.shared.end());
      return std::move(inner.future);
    }
    keep(std::move(inner));
  }
  if (!result) return failed_future<Value>(std::move(result).error());
  return loop_->sleep(short_time(), *std::move(result));
}

bool RandomProgram::waits_for(const Chain& chain, const Step& step) {
  std::vector<const Step*> open;
  const auto look_at = [&open](const Steps& steps) {
    for (const auto& each : steps)
      open.push_back(each.get());
  };
  look_at(chain.steps);
  look_at(chain.shared);
  while (!open.empty()) {
    const Step* next = open.back();
    open.pop_back();
    if (next == &step) return true;
    look_at(next->adopted);
  }
  return false;
}

Future<void> RandomProgram::clean_up(Step& step) {
  std::ignore = body(step);  // only an exception counts
  return loop_->sleep(short_time()).then([last = bomb()] {});
}

void RandomProgram::mark_dropped(const Steps& steps) {
  for (const auto& step : steps) {
    step->dropped = true;
    if (step->alive && !step->running && depth_ == 0) {
      faults_.push_back("a capture outlived the drop of its chain");
    }
  }
}

void RandomProgram::settle_down() {
  ending_ = true;
  actions_left_ = pick(2) == 0 ? 10 : 0;
  const bool loop_first = pick(4) == 0;
  if (!loop_first) clock_.advance(std::chrono::milliseconds(pick(200)));
  if (!loop_first && loop_->statistic().unread_errors != unread_) {
    faults_.push_back("errors were counted but not told");
  }
  if (loop_first) loop_.reset();
  while (!chains_.empty() || !promises_.empty() || !shared_.empty() || !groups_.empty()) {
    drop_chain();
    abandon_promise();
    drop_shared();
    drop_group();
    tasks_.clear();
  }
  if (loop_) run_until_idle(*loop_);
}

void RandomProgram::check_end() {
  if (probes_.alive != 0) {
    faults_.push_back(std::to_string(probes_.alive) + " captures were never destroyed");
  }
  if (loop_ && loop_->statistic().live_nodes != 0) {
    faults_.push_back(std::to_string(loop_->statistic().live_nodes) + " nodes are left");
  }
  if (loop_ && loop_->statistic().active_timers != 0) faults_.push_back("timers are left");
}

}  // namespace eddy::testing
