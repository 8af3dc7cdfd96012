// SPDX-License-Identifier: MIT
//
// The way down: requests, signals, ranks in reverse, the end.
#include "supervisor_impl.hpp"

#include <eddy/base/log.hpp>
#include <eddy/core/all.hpp>

#include <algorithm>
#include <csignal>
#include <string>
#include <utility>

namespace eddy::detail {
namespace {

std::string signal_name(int signal) {
  if (signal == SIGINT) return "SIGINT";
  if (signal == SIGTERM) return "SIGTERM";
  return "signal " + std::to_string(signal);
}

void log_stop(const StopReason& why) {
  if (why.kind == StopReason::Kind::start_failed) {  // the error has a line of its own
    log::info("stopping what was started");
  } else if (why.kind == StopReason::Kind::signal) {
    log::info("stopping; a second signal drops everything", {{"reason", why.text}});
  } else if (why.text.empty()) {
    log::info("stopping");
  } else {
    log::info("stopping", {{"reason", why.text}});
  }
}

}  // namespace

void SupervisorImpl::request_stop(std::string reason, int exit_code) {
  Request request{StopReason{StopReason::Kind::requested, std::move(reason)}, exit_code};
  if (this_thread_loop() == &loop_) return stop_later(std::move(request));
  // A loop that is gone has stopped everything.
  std::ignore = poster_.post([gate = gate_, request = std::move(request)]() mutable {
    if (gate->impl != nullptr) gate->impl->stop_later(std::move(request));
  });
}

void SupervisorImpl::stop_later(Request request) {
  if (state_ == State::idle) {
    if (!early_request_) early_request_ = std::move(request);
    return;
  }
  if (state_ >= State::stopping || stop_soon_.valid()) return;
  stop_soon_ = ready_future().then(
      [this, request = std::move(request)]() mutable { begin_stop(std::move(request)); });
}

Future<void> SupervisorImpl::stop(StopReason why, int exit_code) {
  if (state_ == State::idle || state_ == State::stopped) {
    stop_later(Request{std::move(why), exit_code});
    return ready_future();
  }
  Future<void> stopped = stopped_.emplace_back(loop_).future();
  stop_later(Request{std::move(why), exit_code});
  return stopped;
}

void SupervisorImpl::on_signal() {
  const int signal = Signals::last();
  if (Signals::count() > 1) {
    log::warning("second signal, everything is dropped", {{"signal", signal_name(signal)}});
    exit_code_ = exit_code::of_signal(signal);
    drop_everything();
    return finish();
  }
  const int code = state_ == State::starting ? exit_code::of_signal(signal) : exit_code::success;
  begin_stop({StopReason{StopReason::Kind::signal, signal_name(signal), signal}, code});
}

void SupervisorImpl::begin_stop(Request request) {
  if (state_ >= State::stopping) return;
  if (state_ == State::starting && request.why.kind != StopReason::Kind::start_failed) {
    start_error_ = Error(Errc::closed, "start was broken off: " + request.why.text);
  }
  state_ = State::stopping;
  exit_code_ = request.exit_code;
  why_ = std::move(request.why);
  log_stop(why_);
  if (watchdog_) watchdog_->arm();
  std::move(closing_).set_value(why_);
  jobs_.reset();
  // Replaces the start, if that is what it was.
  flow_ = stop_flow().complete([this](Result<void>&&) { finish(); });
}

Future<void> SupervisorImpl::stop_flow() {
  auto report = [this](Error error) {
    log::error("a stop hook failed", {{"error", error}});
    stop_texts_.append(stop_texts_.empty() ? "" : "; ").append(error.message());
    stop_errors_.push_back(std::move(error));
  };
  tell_watchdog();
  return work_group_->stop(options_.stop_grace)
      .then([this, report] { return pre_stop.run_all(refs(), options_.stop_grace, report); })
      .then([this] { return stop_batch(all_records(), why_); })
      .then([this, report] { return post_stop.run_all(refs(), options_.stop_grace, report); });
}

Future<void> SupervisorImpl::stop_batch(const Batch& batch, StopReason why) {
  return stop_ranks(by_rank(batch), std::move(why));
}

Future<void> SupervisorImpl::stop_ranks(Ranked ranks, StopReason why) {
  if (ranks.empty()) {
    tell_watchdog();
    return ready_future();
  }
  std::vector<Future<void>> stops;
  for (ServiceRecord* record : ranks.back())
    stops.push_back(record->bring_down(why));
  ranks.pop_back();
  tell_watchdog();
  return all(std::move(stops))
      .then([this, ranks = std::move(ranks), why = std::move(why)](auto&&) mutable {
        return stop_ranks(std::move(ranks), std::move(why));
      });
}

void SupervisorImpl::tell_watchdog() {
  if (!watchdog_) return;
  std::string names;
  for (const auto& record : records_) {
    if (record->active()) names.append(names.empty() ? "" : ", ").append(record->settings.name);
  }
  watchdog_->note(names.empty() ? "a hook, or the work of run_until()" : std::move(names));
}

void SupervisorImpl::drop_everything() noexcept {
  stop_soon_ = {};
  idle_check_ = {};
  flow_ = {};
  jobs_.reset();
  work_group_.reset();
  Ranked ranks = by_rank(all_records());
  for (; !ranks.empty(); ranks.pop_back()) {
    auto& rank = ranks.back();
    for (auto record = rank.rbegin(); record != rank.rend(); ++record)
      (*record)->drop();
  }
}

Error SupervisorImpl::stop_error() const {
  return Error(stop_errors_.front().code(), "not everything stopped well: " + stop_texts_);
}

void SupervisorImpl::finish() {
  if (state_ == State::stopped) return;
  state_ = State::stopped;
  signals_.reset();
  watchdog_.reset();
  log::info("stopped", {{"exit_code", exit_code_}});
  if (started_) std::move(*std::exchange(started_, std::nullopt)).set_error(start_error_);
  for (Promise<void>& promise : std::exchange(stopped_, {})) {
    if (stop_errors_.empty()) {
      std::move(promise).set_value();
    } else {
      std::move(promise).set_error(stop_error());
    }
  }
  if (done_) std::move(*std::exchange(done_, std::nullopt)).set_value(exit_code_);
}

}  // namespace eddy::detail
