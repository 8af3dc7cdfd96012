// SPDX-License-Identifier: MIT
#include "instance.hpp"

#include "duration_text.hpp"

#include <eddy/base/log.hpp>
#include <eddy/core/all.hpp>
#include <eddy/core/loop.hpp>

#include <utility>

namespace eddy::detail {

Instance::Instance(Loop& loop, std::string name, Limits limits, StopDesk& desk)
    : loop_(loop),
      name_(std::move(name)),
      limits_(limits),
      desk_(desk),
      started_(loop),
      ended_(loop),
      ended_future_(ended_.future()),
      down_(loop),
      env_(*this),
      limit_(loop, [this] { limit_reached(); }) {
  life_.emplace(loop);
  tasks_.emplace(loop, [this](const Task& task, const Error& error) {
    log::error("a task failed", {{"service", name_}, {"task", task.name()}, {"error", error}});
  });
}

Instance::~Instance() {
  stopping_ = {};
  life_.reset();
  tasks_.reset();
  service_.reset();
}

TaskGroup& Instance::tasks() noexcept {
  EDDY_ASSERT(tasks_.has_value(), "a service that is being destroyed has no tasks");
  return *tasks_;
}

Future<void> Instance::start(const ServiceFactory& factory, Function<std::string()> who_waits) {
  who_waits_ = std::move(who_waits);
  limit_.start(limits_.start);
  Future<void> started = started_.future();
  // In a turn of its own, for the service may destroy everything, this object included.
  Future<void> life =
      ready_future()
          .then([this, &factory] { return call_start(factory); })
          .complete([this](Result<void>&& result) { start_returned(std::move(result)); });
  life_->spawn("start of " + name_, std::move(life));
  return started;
}

Future<void> Instance::call_start(const ServiceFactory& factory) {
  try {
    service_ = factory.make(env_);
    // It may have given up in its constructor.
    if (state_ != State::starting) return ready_future();
    Future<void> life = service_->start();
    if (life.valid()) return life;
    return failed_future<void>(Error(Errc::invalid, "start() gave an empty future"));
  } catch (...) {
    return failed_future<void>(Error(std::current_exception()));
  }
}

void Instance::ready() {
  if (state_ != State::starting) return;
  state_ = State::up;
  was_up_ = true;
  life_ends_with_start_ = true;
  limit_.stop();
  std::move(started_).set_value();
}

void Instance::start_returned(Result<void>&& result) {
  if (state_ == State::starting) {
    if (!result) return fail_start(std::move(result).error());
    ready();
    life_ends_with_start_ = false;
  } else if (state_ == State::up) {
    if (life_ends_with_start_) end(std::move(result));
  } else if (!result) {
    keep(std::move(result).error());
  }
}

void Instance::end(Result<void> how) {
  if (state_ == State::starting) {
    if (!how) return fail_start(std::move(how).error());
    ready();
  }
  if (state_ == State::up) {
    state_ = State::over;
    outcome_ = std::move(how);
    std::move(ended_).set_value();
  } else if (!how) {
    keep(std::move(how).error());
  }
}

void Instance::keep(Error error) {
  // Work that a stop takes the ground from ends like that.
  if (error == Errc::canceled || error == Errc::closed) return;
  stop_errors_.push_back(std::move(error));
}

void Instance::fail_start(Error error) {
  state_ = State::over;
  limit_.stop();
  // A service's own cancellation is nobody's wish here, and would pass every or_else() unseen.
  if (error == Errc::canceled) error = Error(Errc::closed, "start() was canceled");
  outcome_ = std::move(error);
  std::move(started_).set_value();
}

void Instance::request_stop(std::string reason, int exit_code) {
  desk_.request_stop(std::move(reason), exit_code);
}

Future<void> Instance::stop(StopReason why) {
  state_ = State::stopping;
  if (!outcome_) stop_errors_.push_back(take_outcome().error());
  limit_.start(limits_.stop);
  Future<void> down = down_.future();
  // In a turn of its own, as in start().
  stopping_ = ready_future()
                  .then([this, why = std::move(why)]() mutable {
                    return was_up_ ? call_stop(std::move(why)) : ready_future();
                  })
                  .complete([this](Result<void>&& result) {
                    if (!result) stop_errors_.push_back(std::move(result).error());
                    clear_away();
                  });
  return down;
}

Future<void> Instance::call_stop(StopReason why) {
  try {
    Future<void> stopped = service_->stop(std::move(why));
    if (stopped.valid()) return stopped;
    return failed_future<void>(Error(Errc::invalid, "stop() gave an empty future"));
  } catch (...) {
    return failed_future<void>(Error(std::current_exception()));
  }
}

void Instance::clear_away() {
  // limit_ ends the wait; the groups' own limit is only a longer one.
  Future<void> life_over = life_->stop(limits_.stop);
  stopping_ =
      all(std::move(life_over), tasks_->stop(limits_.stop)).then([this](auto&&) { go_down(); });
}

void Instance::limit_reached() {
  if (state_ == State::starting) {
    const std::string waiting = who_waits_ ? who_waits_() : std::string();
    std::string context = "start() took longer than " + duration_text(limits_.start);
    if (!waiting.empty()) context += "; waiting for it: " + waiting;
    return fail_start(Error(Errc::timed_out, context));
  }
  stop_errors_.push_back(Error(
      Errc::timed_out,
      "stop() took longer than " + duration_text(limits_.stop) + "; what was left is dropped"));
  stopping_ = {};
  go_down();
}

void Instance::go_down() {
  state_ = State::down;
  limit_.stop();
  std::move(down_).set_value();
}

}  // namespace eddy::detail
