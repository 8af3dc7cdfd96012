// SPDX-License-Identifier: MIT
#include <eddy/core/separate_threads.hpp>
#include <eddy/core/thread_pool.hpp>

#include <algorithm>
#include <thread>
#include <utility>

#include "core/pool_state.hpp"

namespace eddy {
namespace detail {

PoolJob::PoolJob(Loop& loop,
                 Site where,
                 std::shared_ptr<PoolState> owner,
                 std::stop_source&& stopper)
    : RemoteLink(loop), site(where), pool(std::move(owner)), stop(std::move(stopper)) {}

PoolJob::~PoolJob() = default;

void PoolJob::withdraw() noexcept {
  const std::shared_ptr<PoolJob> unstarted = pool->withdraw(*this);
  if (unstarted == nullptr) {
    stop.request_stop();
  } else {
    forget();
  }
}

void submit(std::shared_ptr<PoolJob> job) noexcept {
  Result<void> taken = job->pool->take(job);
  if (taken) return;
  job->refuse(std::move(taken).error());
  job->settle();
}

Loop& loop_for_job() noexcept {
  Loop* loop = this_thread_loop();
  EDDY_ASSERT(loop != nullptr, "a job is given to a pool on the thread of a loop");
  return *loop;
}

}  // namespace detail

using detail::PoolState;

namespace {

Future<std::vector<RunningJob>> shut_down(const std::shared_ptr<PoolState>& state,
                                          Duration grace,
                                          Site site) {
  RemotePromise<void> done(detail::loop_for_job(), site);
  Future<void> all_ended = done.future();
  state->close();
  state->tell_when_done(std::move(done));
  return std::move(all_ended)
      .then([] { return std::vector<RunningJob>(); }, site)
      .timeout(grace, site)
      .or_else(
          Errc::timed_out, [state](const Error&) { return state->running(); }, site);
}

}  // namespace

std::size_t ThreadPool::Options::default_max() noexcept {
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 4, 32);
}

ThreadPool::ThreadPool() : ThreadPool(Options()) {}

ThreadPool::ThreadPool(Options options)
    : state_(
          std::make_shared<PoolState>(PoolState::Limits{.min = std::min(options.min, options.max),
                                                        .max = options.max,
                                                        .queue = options.queue_limit,
                                                        .idle = options.idle,
                                                        .linger = options.linger,
                                                        .name = std::move(options.name)})) {
  state_->open();
}

ThreadPool::~ThreadPool() {
  state_->close();
  state_->join();
}

Future<std::vector<RunningJob>> ThreadPool::shutdown(Duration grace, Site site) {
  return shut_down(state_, grace, site);
}

std::vector<RunningJob> ThreadPool::running() const {
  return state_->running();
}

std::size_t ThreadPool::waiting() const noexcept {
  return state_->waiting();
}

const ThreadPoolStatistic& ThreadPool::statistic() const noexcept {
  return state_->statistic();
}

SeparateThreads::SeparateThreads() : SeparateThreads(Options()) {}

SeparateThreads::SeparateThreads(Options options)
    : state_(std::make_shared<PoolState>(PoolState::Limits{.min = 0,
                                                           .max = options.limit,
                                                           .queue = 0,
                                                           .idle = Duration::zero(),
                                                           .linger = options.linger,
                                                           .name = std::move(options.name),
                                                           .one_job_each = true})) {}

SeparateThreads::~SeparateThreads() {
  state_->close();
  state_->join();
}

Future<std::vector<RunningJob>> SeparateThreads::shutdown(Duration grace, Site site) {
  return shut_down(state_, grace, site);
}

std::vector<RunningJob> SeparateThreads::running() const {
  return state_->running();
}

const ThreadPoolStatistic& SeparateThreads::statistic() const noexcept {
  return state_->statistic();
}

}  // namespace eddy
