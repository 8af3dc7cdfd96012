// SPDX-License-Identifier: MIT
#include "supervisor_impl.hpp"

#include "type_name.hpp"

#include <eddy/base/log.hpp>

#include <algorithm>
#include <utility>

namespace eddy::detail {

SupervisorImpl::SupervisorImpl(Loop& loop, const Supervisor::Options& options)
    : loop_(loop),
      options_(options),
      poster_(loop.poster()),
      gate_(std::make_shared<Gate>(Gate{this})),
      random_(std::random_device()()),
      closing_(loop),
      closing_shared_(closing_.future().share()) {
  jobs_.emplace(loop);
  work_group_.emplace(loop);
}

SupervisorImpl::~SupervisorImpl() {
  gate_->impl = nullptr;
  drop_everything();
  for (const auto& record : records_)
    record->orphan();
}

std::shared_ptr<ServiceRecord> SupervisorImpl::add(std::unique_ptr<ServiceFactory> factory) {
  ServiceSettings settings;
  settings.name = plain_type_name(factory->type_name());
  const auto same_name = std::count_if(records_.begin(), records_.end(), [&settings](auto& other) {
    return other->settings.name == settings.name ||
           other->settings.name.starts_with(settings.name + '#');
  });
  if (same_name > 0) settings.name += '#' + std::to_string(same_name + 1);
  settings.start_limit = options_.start_limit;
  settings.stop_grace = options_.stop_grace;
  records_.push_back(std::make_shared<ServiceRecord>(
      loop_, *this, std::move(factory), std::move(settings), options_.restart));
  return records_.back();
}

int SupervisorImpl::run(Function<Future<void>()> work) {
  work_ = std::move(work);
  in_run_ = true;
  // A loop without anything to wait for would not wait for signals and requests either.
  RemotePromise<void> keep_waiting(loop_);
  const Future<void> never = keep_waiting.future();
  begin();
  while (state_ != State::stopped) {
    done_.emplace(loop_);
    const Result<int> code = loop_.run_until(done_->future());
    if (!code) stop_later(Request{StopReason{StopReason::Kind::requested, "Loop::stop()"}, 0});
  }
  done_.reset();
  return exit_code_;
}

std::vector<ServiceRef> SupervisorImpl::refs() const {
  std::vector<ServiceRef> refs;
  for (const auto& record : records_)
    refs.push_back(ServiceRef(record));
  return refs;
}

std::optional<int> SupervisorImpl::exit_code() const noexcept {
  if (state_ != State::stopped) return std::nullopt;
  return exit_code_;
}

SupervisorImpl::Batch SupervisorImpl::all_records() const {
  Batch batch;
  for (const auto& record : records_)
    batch.push_back(record.get());
  return batch;
}

SupervisorImpl::Batch SupervisorImpl::batch_of(const std::vector<ServiceRef>& services) {
  Batch batch;
  for (const ServiceRef& service : services)
    batch.push_back(service.record_.get());
  return batch;
}

double SupervisorImpl::random_fraction() {
  return std::uniform_real_distribution<double>(0.0, 1.0)(random_);
}

std::string SupervisorImpl::waiting_for(const ServiceRecord& record) const {
  std::string names;
  for (const auto& other : records_) {
    const auto& after = other->settings.after;
    if (std::find(after.begin(), after.end(), &record) == after.end()) continue;
    if (other->active()) continue;
    names.append(names.empty() ? "" : ", ").append(other->settings.name);
  }
  return names;
}

void SupervisorImpl::stop_failed(ServiceRecord& record, Error error) {
  stop_texts_.append(stop_texts_.empty() ? "" : "; ")
      .append(record.settings.name + ": " + error.message());
  stop_errors_.push_back(std::move(error));
}

void SupervisorImpl::gone(ServiceRecord& record, const Result<void>& how) {
  if (state_ != State::running && state_ != State::starting) return;
  if (!how && record.settings.essential) {
    const std::string text = record.settings.name + ": " + how.error().message();
    return begin_stop({StopReason{StopReason::Kind::service_failed, text}, exit_code::failure});
  }
  if (!how) exit_code_ = exit_code::failure;
  if (state_ == State::running) stop_if_idle();
}

void SupervisorImpl::stop_if_idle() {
  if (state_ != State::running) return;
  const bool running = std::any_of(
      records_.begin(), records_.end(), [](const auto& record) { return record->active(); });
  // A service that is being started counts as one that runs, though it may fail yet.
  idle_but_for_jobs_ = jobs_->size() > 0;
  if (running || work_group_->size() > 0 || idle_but_for_jobs_) return;
  begin_stop({StopReason{StopReason::Kind::finished, "no service can run any more"}, exit_code_});
}

Future<void> SupervisorImpl::as_job(std::string name, Future<void> work) {
  Promise<void> promise(loop_);
  Future<void> result = promise.future();
  Future<void> job = std::move(work).complete(
      [this, promise = std::move(promise)](Result<void>&& outcome) mutable {
        std::move(promise).set(std::move(outcome));
        job_ended();
      });
  jobs_->spawn(std::move(name), std::move(job));
  return std::move(result).or_else(Errc::broken_promise, [](Error&&) {
    return Result<void>(Error(Errc::closed, "the supervisor stops"));
  });
}

void SupervisorImpl::job_ended() {
  if (!idle_but_for_jobs_) return;
  // Whoever waits for the job hears of it first, and may start something else.
  idle_check_ = loop_.next_turn().then([this] { stop_if_idle(); });
}

Future<void> SupervisorImpl::start_services(const std::vector<ServiceRef>& services) {
  if (state_ != State::running) {
    return failed_future<void>(Error(Errc::closed, "the supervisor does not run"));
  }
  const Batch batch = batch_of(services);
  for (Result<void> result : {check(batch), set_ranks(records_)}) {
    if (!result) return failed_future<void>(std::move(result).error());
  }
  Future<void> work =
      pre_start.run(services, options_.stop_grace)
          .then([this, batch] { return start_batch(batch); })
          .then([this, services] { return post_start.run(services, options_.stop_grace); })
          .or_else([this, batch](const Error& error) {
            return stop_batch(batch, StopReason{StopReason::Kind::start_failed, error.message()})
                .then([error] { return Result<void>(error); });
          });
  return as_job("start services", std::move(work));
}

Future<void> SupervisorImpl::stop_services(const std::vector<ServiceRef>& services) {
  if (state_ != State::running) {
    return failed_future<void>(Error(Errc::closed, "the supervisor does not run"));
  }
  auto report = [](const Error& error) {
    log::error("a stop hook failed", {{"error", error}});
  };
  Future<void> work = pre_stop.run_all(services, options_.stop_grace, report)
                          .then([this, batch = batch_of(services)] {
                            return stop_batch(batch, StopReason{StopReason::Kind::removed});
                          })
                          .then([this, services, report] {
                            return post_stop.run_all(services, options_.stop_grace, report);
                          });
  return as_job("stop services", std::move(work));
}

}  // namespace eddy::detail
