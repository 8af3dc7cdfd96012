// SPDX-License-Identifier: MIT
//
// The inside of a ThreadPool: what its threads, its jobs and its owner share.
//
// Private to core. User code (functions, destructors of captures, stop callbacks) never runs under
// the lock. A thread that ends by itself joins the one that did so before it, so that at most one
// is left for the owner to join.
#pragma once

#include <eddy/core/thread_pool.hpp>

#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

namespace eddy::detail {

class PoolState final : public std::enable_shared_from_this<PoolState> {
 public:
  struct Limits {
    std::size_t min;
    std::size_t max;
    std::size_t queue;
    Duration idle;
    Duration linger;
    std::string name;
    bool one_job_each = false;  // a thread ends with its job, and none is made before there is one
  };

  explicit PoolState(Limits limits);
  PoolState(const PoolState&) = delete;
  PoolState& operator=(const PoolState&) = delete;
  ~PoolState();

  /// Makes the first threads.
  void open();
  /// Queues `job`, or gives it back with the reason.
  Result<void> take(std::shared_ptr<PoolJob>& job) noexcept;
  /// Takes a queued job out; null if it is not queued.
  std::shared_ptr<PoolJob> withdraw(PoolJob& job) noexcept;

  /// Refuses everything from now on; fails what waits, asks what runs to stop.
  void close() noexcept;
  /// `done` is resolved when no job runs any more.
  void tell_when_done(RemotePromise<void>&& done);
  /// Waits for the threads; those that have not ended after the limit are let go.
  void join() noexcept;

  std::vector<RunningJob> running() const;
  std::size_t waiting() const noexcept;
  const ThreadPoolStatistic& statistic() const noexcept { return statistic_; }

 private:
  using Lock = std::unique_lock<std::mutex>;
  using Threads = std::list<std::thread>;

  void start_thread(const Lock& lock);
  void grow(const Lock& lock);
  void work(Threads::iterator own) noexcept;
  bool find_job(Lock& lock) noexcept;
  void run_job(Lock& lock) noexcept;
  void leave(Lock& lock, Threads::iterator own) noexcept;
  std::vector<RunningJob> running(const Lock& lock) const;

  const Limits limits_;
  mutable std::mutex mutex_;
  std::condition_variable work_;  // a job was queued, or the pool closes
  std::condition_variable left_;  // a thread has ended
  List<PoolJob> queue_;
  std::size_t queued_ = 0;
  mutable List<PoolJob> busy_;
  std::size_t busy_count_ = 0;
  Threads threads_;
  std::thread spent_;         // has ended and is to be joined
  std::size_t numbered_ = 0;  // threads that ever were
  bool closed_ = false;
  std::vector<RemotePromise<void>> done_;
  ThreadPoolStatistic statistic_;  // written under the lock
};

}  // namespace eddy::detail
