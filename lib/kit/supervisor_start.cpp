// SPDX-License-Identifier: MIT
//
// The way up: process, configurations, hooks, ranks.
#include "supervisor_impl.hpp"

#include "base/log_core.hpp"
#include "process_setup.hpp"

#include <eddy/base/log.hpp>
#include <eddy/core/all.hpp>
#include <eddy/io/process.hpp>

#include <system_error>
#include <utility>

#include <unistd.h>

namespace eddy::detail {
namespace {

bool has_log_writer() noexcept {
  const log::detail::CoreUse current;
  return current.get() != nullptr;
}

}  // namespace

Future<void> SupervisorImpl::start() {
  Future<void> result = started_.emplace(loop_).future();
  begin();
  return result;
}

void SupervisorImpl::begin() {
  EDDY_ASSERT(state_ == State::idle, "a Supervisor starts once");
  state_ = State::starting;
  for (HookList* hooks : {&pre_start, &post_start, &pre_stop, &post_stop})
    hooks->freeze();
  if (early_request_) {
    return stop_later(*std::exchange(early_request_, std::nullopt));
  }
  flow_ = start_flow().complete([this](Result<void>&& done) { start_ended(std::move(done)); });
}

Result<void> SupervisorImpl::set_up() {
  if (options_.log_writer && !has_log_writer()) {
    writer_.emplace(log::Writer::Config{.format = log::default_format(STDERR_FILENO)});
  }
  if (options_.raise_file_limit) {
    old_file_limit_ = raise_file_limit();
    if (old_file_limit_) set_child_file_limit(loop_, old_file_limit_);
  }
  if (options_.stop_deadline > Duration::zero()) {
    try {
      watchdog_ = std::make_unique<Watchdog>(options_.stop_deadline);
    } catch (const std::system_error& error) {
      return Error(error.code(), "watchdog of the supervisor");
    }
  }
  if (!options_.signals) return {};
  set_up_signals();
  auto taken =
      Signals::take(loop_, watchdog_ ? watchdog_->arming_pipe() : -1, [this] { on_signal(); });
  if (!taken) return std::move(taken).error();
  signals_ = *std::move(taken);
  return {};
}

Result<void> SupervisorImpl::check(const Batch& batch) {
  complaints_.clear();
  std::string all;
  for (const ServiceRecord* record : batch) {
    for (const std::string& complaint : record->validate()) {
      complaints_.push_back("service '" + record->settings.name + "': " + complaint);
      all.append(all.empty() ? "" : "; ").append(complaints_.back());
    }
  }
  if (!complaints_.empty()) return Error(Errc::invalid, "configuration refused: " + all);
  return {};
}

Future<void> SupervisorImpl::start_flow() {
  for (Result<void> result : {set_up(), check(all_records()), set_ranks(records_)}) {
    if (!result) return failed_future<void>(std::move(result).error());
  }
  return pre_start.run(refs(), options_.start_limit)
      .then([this] { return start_batch(all_records()); })
      .then([this] { return post_start.run(refs(), options_.start_limit); });
}

Future<void> SupervisorImpl::start_batch(const Batch& batch) {
  return start_ranks(by_rank(batch), 0);
}

Future<void> SupervisorImpl::start_ranks(Ranked ranks, std::size_t next) {
  if (next == ranks.size()) return ready_future();
  std::vector<Future<void>> starts;
  for (ServiceRecord* record : ranks[next])
    starts.push_back(record->bring_up());
  return all(std::move(starts)).then([this, ranks = std::move(ranks), next](auto&&) mutable {
    return start_ranks(std::move(ranks), next + 1);
  });
}

void SupervisorImpl::start_ended(Result<void>&& result) {
  if (!result) {
    start_error_ = std::move(result).error();
    report_failed_start();
    return begin_stop(
        {StopReason{StopReason::Kind::start_failed, start_error_.message()}, exit_code::failure});
  }
  const std::shared_ptr<Gate> gate = gate_;
  Result<void> told = call_on_ready();
  if (gate->impl == nullptr) return;  // one of them destroyed this object
  if (!told) return start_ended(std::move(told));
  state_ = State::running;
  log::info("all services are up", {{"services", records_.size()}});
  if (started_) std::move(*std::exchange(started_, std::nullopt)).set_value();
  if (work_) begin_work();
  if (in_run_) stop_if_idle();
}

void SupervisorImpl::report_failed_start() const {
  for (const std::string& complaint : complaints_)
    log::error("configuration refused", {{"error", complaint}});
  if (complaints_.empty()) log::error("the start failed", {{"error", start_error_}});
}

Result<void> SupervisorImpl::call_on_ready() {
  try {
    for (Function<void()>& function : std::exchange(on_ready, {}))
      function();
    return {};
  } catch (...) {
    return Error(std::current_exception()).with("on_ready()");
  }
}

void SupervisorImpl::begin_work() {
  Future<void> work;
  try {
    work = work_();
  } catch (...) {
    work = failed_future<void>(Error(std::current_exception()));
  }
  Future<void> watched =
      std::move(work).complete([this](Result<void>&& result) { work_ended(std::move(result)); });
  work_group_->spawn("work of run_until", std::move(watched));
}

void SupervisorImpl::work_ended(Result<void>&& result) {
  if (result) {
    return stop_later(
        {StopReason{StopReason::Kind::finished, "the work is done"}, exit_code::success});
  }
  if (state_ >= State::stopping && result.error() == Errc::canceled) return;
  log::error("the work of run_until() failed", {{"error", result.error()}});
  stop_later(
      {StopReason{StopReason::Kind::finished, result.error().message()}, exit_code::failure});
}

}  // namespace eddy::detail
