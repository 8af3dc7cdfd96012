// SPDX-License-Identifier: MIT
#include "service_record.hpp"

#include <eddy/base/log.hpp>
#include <eddy/core/loop.hpp>

#include <utility>

namespace eddy::detail {

ServiceRecord::ServiceRecord(Loop& loop,
                             RecordOwner& owner,
                             std::unique_ptr<ServiceFactory> factory,
                             ServiceSettings how,
                             RestartPolicy policy)
    : settings(std::move(how)),
      loop_(loop),
      owner_(&owner),
      factory_(std::move(factory)),
      plan_(policy),
      restart_timer_(loop, [this] { relaunch(); }) {}

bool ServiceRecord::active() const noexcept {
  switch (state_) {
    case ServiceState::starting:
    case ServiceState::up:
    case ServiceState::stopping:
    case ServiceState::waiting:
      return true;
    case ServiceState::idle:
    case ServiceState::finished:
    case ServiceState::failed:
    case ServiceState::stopped:
      return false;
  }
  return false;
}

std::vector<std::string> ServiceRecord::validate() const {
  try {
    return factory_->validate();
  } catch (...) {
    return {Error(std::current_exception()).with("validate()").message()};
  }
}

Future<void> ServiceRecord::bring_up() {
  if (state_ == ServiceState::up) return ready_future();
  if (state_ == ServiceState::starting || state_ == ServiceState::stopping) {
    return failed_future<void>(
        Error(Errc::closed, "service '" + settings.name + "' is being started or stopped"));
  }
  restart_timer_.stop();
  stop_wanted_ = false;
  first_start_.emplace(loop_);
  Future<void> up = first_start_->future();
  launch();
  return up;
}

void ServiceRecord::launch() {
  state_ = ServiceState::starting;
  lived_ = Duration::zero();
  outcome_ = Result<void>();
  log::debug("service starts", {{"service", settings.name}});
  const Instance::Limits limits{settings.start_limit, settings.stop_grace};
  instance_ = std::make_unique<Instance>(loop_, settings.name, limits, *owner_);
  Future<void> start = instance_->start(*factory_, [this] { return owner_->waiting_for(*this); });
  watch_ = std::move(start).then([this] { started(); });
}

void ServiceRecord::relaunch() {
  ++restarts_;
  launch();
}

void ServiceRecord::started() {
  if (!instance_->up()) {
    outcome_ = instance_->take_outcome();
    if (!outcome_) {
      fail_first_start(outcome_.error());
      return conclude(StopReason::Kind::start_failed);
    }
  }
  up_since_ = loop_.now();
  log::info("service is up", {{"service", settings.name}});
  if (first_start_) std::move(*std::exchange(first_start_, std::nullopt)).set_value();
  if (!instance_->up()) return ended();  // it had next to nothing to do
  state_ = ServiceState::up;
  watch_ = instance_->ended().then([this] { ended(); });
}

void ServiceRecord::fail_first_start(const Error& error) {
  const bool fatal = first_start_ && (settings.essential || has_followers);
  if (fatal) stop_wanted_ = true;  // the start as a whole has failed: no restart
  if (fatal && first_start_->wanted()) {
    // Whoever waits reports it.
    Promise<void> promise = *std::exchange(first_start_, std::nullopt);
    return std::move(promise).set_error(error.with("service '" + settings.name + "'"));
  }
  log::error("service failed to start", {{"service", settings.name}, {"error", error}});
  if (first_start_) std::move(*std::exchange(first_start_, std::nullopt)).set_value();
}

void ServiceRecord::ended() {
  outcome_ = instance_->take_outcome();
  lived_ = loop_.now() - up_since_;
  if (outcome_) {
    log::info("service has finished", {{"service", settings.name}});
  } else {
    log::error("service failed", {{"service", settings.name}, {"error", outcome_.error()}});
  }
  conclude(StopReason::Kind::restart);
}

void ServiceRecord::conclude(StopReason::Kind kind) {
  restart_after_ = plan_restart();
  const bool stops_all = !outcome_ && !restart_after_ && settings.essential && !stop_wanted_;
  if (stops_all) return owner_->gone(*this, outcome_);
  clear(StopReason{kind, outcome_ ? "finished" : outcome_.error().message()});
}

std::optional<Duration> ServiceRecord::plan_restart() {
  const bool wanted =
      settings.restart == Restart::always || (settings.restart == Restart::on_failure && !outcome_);
  if (!wanted || stop_wanted_) return std::nullopt;
  const auto delay = plan_.next(loop_.now(), lived_, owner_->random_fraction());
  if (delay) return delay;
  const RestartPolicy& policy = plan_.policy();
  log::error(
      "service restarted too often, it stays down",
      {{"service", settings.name}, {"restarts", policy.intensity}, {"window", policy.window}});
  if (outcome_) outcome_ = Error(Errc::overloaded, "too many restarts");
  return std::nullopt;
}

void ServiceRecord::clear(StopReason why) {
  state_ = ServiceState::stopping;
  watch_ = instance_->stop(std::move(why)).then([this] { cleared(); });
}

void ServiceRecord::cleared() {
  std::vector<Error> errors = instance_->take_stop_errors();
  instance_.reset();
  for (Error& error : errors) {
    log::error("service did not stop well", {{"service", settings.name}, {"error", error}});
    owner_->stop_failed(*this, std::move(error));
  }
  if (stop_wanted_) {
    log::info("service has stopped", {{"service", settings.name}});
    settle(outcome_ ? ServiceState::stopped : ServiceState::failed);
  } else if (restart_after_) {
    log::warning("service restarts", {{"service", settings.name}, {"after", *restart_after_}});
    state_ = ServiceState::waiting;
    restart_timer_.start(*restart_after_);
  } else {
    settle(outcome_ ? ServiceState::finished : ServiceState::failed);
    owner_->gone(*this, outcome_);
  }
}

void ServiceRecord::settle(ServiceState state) {
  state_ = state;
  for (Promise<void>& waiter : std::exchange(down_waiters_, {}))
    std::move(waiter).set_value();
}

Future<void> ServiceRecord::bring_down(const StopReason& why) {
  if (!active()) return ready_future();
  if (state_ == ServiceState::waiting) {
    restart_timer_.stop();
    state_ = outcome_ ? ServiceState::stopped : ServiceState::failed;
    return ready_future();
  }
  stop_wanted_ = true;
  first_start_.reset();
  Future<void> down = down_waiters_.emplace_back(loop_).future();
  if (state_ != ServiceState::stopping) {
    log::debug("service stops", {{"service", settings.name}});
    clear(why);
  }
  return down;
}

void ServiceRecord::drop() noexcept {
  if (!active()) return;
  restart_timer_.stop();
  watch_ = {};
  instance_.reset();
  first_start_.reset();
  down_waiters_.clear();
  state_ = ServiceState::stopped;
}

void ServiceRecord::orphan() noexcept {
  drop();
  owner_ = nullptr;
  factory_.reset();
}

}  // namespace eddy::detail
