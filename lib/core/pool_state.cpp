// SPDX-License-Identifier: MIT
#include "core/pool_state.hpp"

#include <eddy/base/log.hpp>

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace eddy::detail {
namespace {

/// The pool whose thread this is.
constinit thread_local const PoolState* this_thread_pool = nullptr;

/// Blocks all signals, which a new thread inherits: they are the loop's business. But those of a
/// thread's own faults, if blocked, would kill without asking whoever reports crashes.
class NoSignals {
 public:
  NoSignals() noexcept {
    sigset_t all;
    ::sigfillset(&all);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS})
      ::sigdelset(&all, fault);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  NoSignals(const NoSignals&) = delete;
  NoSignals& operator=(const NoSignals&) = delete;
  ~NoSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

/// The kernel takes 15 characters; the number is what tells threads apart.
void name_this_thread(const std::string& pool, std::size_t number) {
  constexpr std::size_t longest = 15;
  const std::string suffix = ' ' + std::to_string(number);
  const std::string name = pool.substr(0, longest - suffix.size()) + suffix;
  ::pthread_setname_np(::pthread_self(), name.c_str());
}

void send_result(std::shared_ptr<PoolJob> job) noexcept {
  const PoolJob& sender = *job;
  sender.send([job = std::move(job)] { job->settle(); });
}

TimePoint now() noexcept {
  return std::chrono::steady_clock::now();
}

}  // namespace

PoolState::PoolState(Limits limits) : limits_(std::move(limits)) {
  EDDY_ASSERT(limits_.max > 0, "a pool without threads would never run anything");
}

PoolState::~PoolState() = default;

void PoolState::open() {
  const Lock lock(mutex_);
  try {
    while (threads_.size() < limits_.min)
      start_thread(lock);
  } catch (const std::system_error& failure) {
    // With one thread the pool works; more are tried for when they are needed.
    if (threads_.empty()) throw Exception(Error(failure.code(), "start a thread of a pool"));
  }
}

Result<void> PoolState::take(std::shared_ptr<PoolJob>& job) noexcept {
  Lock lock(mutex_);
  if (closed_) return Error(Errc::closed, limits_.name);
  const std::size_t unfinished = queued_ + busy_count_;
  if (unfinished >= limits_.max && unfinished - limits_.max >= limits_.queue) {
    return Error(Errc::overloaded, limits_.name);
  }
  try {
    grow(lock);
  } catch (const std::system_error& failure) {
    if (threads_.empty() || limits_.one_job_each) return Error(failure.code(), "start a thread");
    log::warning("a pool cannot grow", {{"pool", limits_.name}, {"error", failure.what()}});
  }
  job->state = PoolJob::State::queued;
  queue_.push_back(*job);
  ++queued_;
  ++statistic_.submitted;
  job->self = std::move(job);
  lock.unlock();  // or the thread that wakes would wait for it at once
  work_.notify_one();
  return {};
}

/// Called before a job is queued: makes sure that there are threads, and more if all are busy.
void PoolState::grow(const Lock& lock) {
  const std::size_t unfinished = queued_ + busy_count_;
  if (limits_.one_job_each) return start_thread(lock);
  if (unfinished < threads_.size()) return;
  const std::size_t wanted = std::clamp<std::size_t>(threads_.size() * 2, 1, limits_.max);
  while (threads_.size() < wanted)
    start_thread(lock);
}

void PoolState::start_thread(const Lock&) {
  const auto own = threads_.emplace(threads_.end());
  try {
    const NoSignals quiet;
    *own = std::thread([pool = shared_from_this(), own, number = numbered_ + 1] {
      name_this_thread(pool->limits_.name, number);
      pool->work(own);
    });
  } catch (...) {
    threads_.erase(own);
    throw;
  }
  ++numbered_;
  ++statistic_.threads;
}

std::shared_ptr<PoolJob> PoolState::withdraw(PoolJob& job) noexcept {
  const Lock lock(mutex_);
  if (job.state != PoolJob::State::queued) return nullptr;
  job.state = PoolJob::State::over;
  static_cast<ListLink<PoolJob>&>(job).unlink();
  --queued_;
  return std::move(job.self);
}

void PoolState::work(Threads::iterator own) noexcept {
  this_thread_pool = this;
  Lock lock(mutex_);
  while (find_job(lock)) {
    run_job(lock);
    if (limits_.one_job_each) break;
  }
  leave(lock, own);
}

/// Waits for a job; false if there is none and this thread is to end.
bool PoolState::find_job(Lock& lock) noexcept {
  while (queue_.empty()) {
    if (closed_) return false;
    if (threads_.size() <= limits_.min) {
      work_.wait(lock);
    } else if (work_.wait_until(lock, later(now(), limits_.idle)) == std::cv_status::timeout) {
      if (queue_.empty() && threads_.size() > limits_.min) return false;
    }
  }
  return true;
}

void PoolState::run_job(Lock& lock) noexcept {
  PoolJob& job = queue_.pop_front();
  --queued_;
  busy_.push_back(job);
  ++busy_count_;
  job.state = PoolJob::State::running;
  const TimePoint start = job.started = now();

  lock.unlock();
  const bool success = run_in_context(job.context, [&job] { return job.call(); });
  const Duration took = now() - start;
  lock.lock();

  // Counted before the loop hears of the result, which may look.
  ++statistic_.done;
  ++(success ? statistic_.success : statistic_.error);
  statistic_.sum_time += static_cast<std::uint64_t>(took.count());
  job.state = PoolJob::State::over;
  static_cast<ListLink<PoolJob>&>(job).unlink();
  --busy_count_;
  std::shared_ptr<PoolJob> self = std::move(job.self);
  const bool last = closed_ && busy_count_ == 0;
  auto told = last ? std::exchange(done_, {}) : std::vector<RemotePromise<void>>();

  lock.unlock();
  send_result(std::move(self));
  for (auto& each : told)
    std::move(each).set_value();
  told.clear();
  lock.lock();
}

void PoolState::leave(Lock& lock, Threads::iterator own) noexcept {
  std::thread before;
  if (own->joinable()) {  // else join() gave it up
    before = std::exchange(spent_, std::move(*own));
    threads_.erase(own);
  }
  --statistic_.threads;
  left_.notify_all();
  lock.unlock();
  if (before.joinable()) before.join();
}

void PoolState::close() noexcept {
  List<PoolJob> refused;
  std::vector<std::stop_source> stops;
  {
    const Lock lock(mutex_);
    closed_ = true;
    refused.take(queue_);
    queued_ = 0;
    for (PoolJob* job = refused.first(); job != nullptr; job = refused.next(*job))
      job->state = PoolJob::State::running;  // claimed
    for (PoolJob* job = busy_.first(); job != nullptr; job = busy_.next(*job))
      stops.push_back(job->stop);
    work_.notify_all();
  }
  for (std::stop_source& each : stops)
    each.request_stop();
  while (!refused.empty()) {
    PoolJob& job = refused.pop_front();
    job.refuse(Error(Errc::closed, limits_.name));
    std::shared_ptr<PoolJob> self;
    {
      const Lock lock(mutex_);
      job.state = PoolJob::State::over;
      self = std::move(job.self);
    }
    send_result(std::move(self));
  }
}

void PoolState::tell_when_done(RemotePromise<void>&& done) {
  Lock lock(mutex_);
  if (busy_count_ != 0) return done_.push_back(std::move(done));
  lock.unlock();
  std::move(done).set_value();
}

void PoolState::join() noexcept {
  const std::size_t self = this_thread_pool == this ? 1 : 0;  // cannot wait for itself
  Lock lock(mutex_);
  left_.wait_until(
      lock, later(now(), limits_.linger), [this, self] { return threads_.size() <= self; });
  for (const RunningJob& job : running(lock)) {
    if (self != 0) break;  // the job that runs is the caller
    log::error("a job did not stop: its thread is left to itself",
               {{"pool", limits_.name},
                {"file", job.site.file},
                {"line", job.site.line},
                {"running", job.running}});
  }
  for (std::thread& thread : threads_)
    thread.detach();
  std::thread last = std::move(spent_);
  lock.unlock();
  if (last.joinable()) last.join();
}

std::vector<RunningJob> PoolState::running() const {
  const Lock lock(mutex_);
  return running(lock);
}

std::vector<RunningJob> PoolState::running(const Lock&) const {
  std::vector<RunningJob> jobs;
  for (PoolJob* job = busy_.first(); job != nullptr; job = busy_.next(*job))
    jobs.push_back(RunningJob{job->site, now() - job->started});
  return jobs;
}

std::size_t PoolState::waiting() const noexcept {
  const Lock lock(mutex_);
  return queued_;
}

}  // namespace eddy::detail
