// SPDX-License-Identifier: MIT
#include <eddy/base/log.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/services/periodic_callback.hpp>

#include <algorithm>
#include <utility>

namespace eddy {

namespace {

// Keeps sums of times far from the end of their type.
constexpr Duration longest = std::chrono::hours(24) * 36'500;

/// Owns the body while it runs, which may destroy the PeriodicCallback it belongs to.
Future<void> call(std::shared_ptr<PeriodicCallback::Body> body) {  // NOLINT: a copy on purpose
  Future<void> run = (*body)();
  if (run.valid()) return run;
  return failed_future<void>(Error(Errc::invalid, "a periodic function gave an empty future"));
}

}  // namespace

PeriodicCallback::PeriodicCallback(
    Loop& loop, std::string name, Duration interval, Body body, PeriodicOptions options)
    : loop_(loop),
      name_(std::move(name)),
      interval_(std::min(interval, longest)),
      body_(std::make_shared<Body>(std::move(body))),
      options_(options),
      timer_(loop, [this] { fall_due(); }),
      group_(loop) {
  EDDY_ASSERT(interval_ > Duration::zero(), "the interval of a PeriodicCallback is more than zero");
}

PeriodicCallback::~PeriodicCallback() = default;

void PeriodicCallback::on_stopped(Function<void(Error)> function) {
  on_stopped_ = std::make_shared<Function<void(Error)>>(std::move(function));
}

void PeriodicCallback::start() {
  if (scheduled_) return;
  scheduled_ = true;
  due_ = loop_.now() + std::min(options_.delay, longest);
  timer_.start_at(due_);
}

Future<void> PeriodicCallback::stop() {
  scheduled_ = false;
  queued_ = 0;
  timer_.stop();
  report_skipped();
  if (!running_ || current_task() == run_) return ready_future();
  return waiting_.emplace_back(loop_).future();
}

void PeriodicCallback::fall_due() {
  // At fixed delay the end of a run plans the next; one that goes on was begun before a stop().
  const bool fixed_rate = options_.mode == PeriodicOptions::Mode::fixed_rate;
  if (fixed_rate) plan_next();
  if (!running_) {
    begin_run();
  } else if (fixed_rate) {
    count_missed(1);
  } else {
    queued_ = 1;
  }
}

/// Stays on the grid. After a pause of the process or of the loop, the runs that it cost are
/// missed.
void PeriodicCallback::plan_next() {
  const auto late = (loop_.now() - due_) / interval_;
  if (late > 0) count_missed(static_cast<std::size_t>(late));
  due_ += (late + 1) * interval_;
  timer_.start_at(due_);
}

void PeriodicCallback::count_missed(std::size_t missed) {
  std::size_t kept = 0;
  if (options_.overlap == PeriodicOptions::Overlap::queue) {
    kept = std::min(missed, options_.max_queued - std::min(queued_, options_.max_queued));
  }
  queued_ += kept;
  left_out_ += missed - kept;
  statistic_.skipped += missed - kept;
}

void PeriodicCallback::begin_run() {
  running_ = true;
  began_ = loop_.now();
  ++statistic_.call_count;
  report_skipped();
  // In a turn of its own, so that the body belongs to the task: stop() asks for that.
  Future<void> work = ready_future()
                          .then([body = body_] { return call(body); })
                          .complete([this](Result<void>&& result) { end_run(std::move(result)); });
  run_ = group_.spawn(name_, std::move(work));
}

void PeriodicCallback::report_skipped() {
  if (left_out_ == 0) return;
  log::warning(
      "runs were skipped: the last one, or the loop, was busy for longer than the interval",
      {{"periodic", name_}, {"runs", left_out_}, {"interval", interval_}});
  left_out_ = 0;
}

void PeriodicCallback::end_run(Result<void>&& result) {
  running_ = false;
  statistic_.sum_time += static_cast<std::uint64_t>((loop_.now() - began_).count());
  for (Promise<void>& promise : std::exchange(waiting_, {}))
    std::move(promise).set_value();
  if (result) {
    ++statistic_.done;
    return after_run();
  }
  ++statistic_.fail;
  log::error("a periodic run failed", {{"periodic", name_}, {"error", result.error()}});
  if (options_.on_error == PeriodicOptions::OnError::go_on || !scheduled_) return after_run();
  scheduled_ = false;
  queued_ = 0;
  timer_.stop();
  const auto handler = on_stopped_;  // it may destroy this object
  if (handler) (*handler)(std::move(result).error());
}

void PeriodicCallback::after_run() {
  if (!scheduled_) return;
  if (queued_ > 0) {
    --queued_;
    return begin_run();
  }
  if (options_.mode == PeriodicOptions::Mode::fixed_delay && !timer_.armed()) {
    timer_.start(interval_);
  }
}

}  // namespace eddy
