// SPDX-License-Identifier: MIT
//
// A function on its way through a pool of threads, with its Future on the loop.
//
// Not for users. The Promise belongs to the loop's thread, the function and the result to whoever
// has claimed the job: a thread of the pool, the end of the pool, or a Future that is dropped
// before any of them. The pool's lock decides who that is.
#pragma once

#include <eddy/core/detail/list.hpp>
#include <eddy/core/detail/step_node.hpp>
#include <eddy/core/detail/task_context.hpp>
#include <eddy/core/remote_promise.hpp>

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

namespace eddy::detail {

class PoolState;

template <class F>
inline constexpr bool takes_stop_token = std::invocable<F&, std::stop_token>;

template <class F>
struct JobReturn {
  using type = std::invoke_result_t<F&>;
};
template <class F>
  requires takes_stop_token<F>
struct JobReturn<F> {
  using type = std::invoke_result_t<F&, std::stop_token>;
};
/// What the Future of a job carries.
template <class F>
using JobValue = CarriedBy<typename JobReturn<F>::type>;

template <class F>
typename JobReturn<F>::type invoke_job(F& function, [[maybe_unused]] const std::stop_token& stop) {
  if constexpr (takes_stop_token<F>) {
    return function(stop);
  } else {
    return function();
  }
}

/// Calls `function` and keeps what it gives in `result`; what it, or its value, throws becomes the
/// Error.
template <class F>
void call_job(F& function,
              const std::stop_token& stop,
              std::optional<Result<JobValue<F>>>& result) noexcept {
  try {
    if constexpr (std::is_void_v<typename JobReturn<F>::type>) {
      invoke_job(function, stop);
      result.emplace();
    } else {
      result.emplace(invoke_job(function, stop));
    }
  } catch (...) {
    result.emplace(Error(std::current_exception()));
  }
}

/// The part of a job that a pool knows. Lives as long as the pool, a thread or the loop needs it.
class EDDY_EXPORT PoolJob : public RemoteLink, public detail::ListLink<PoolJob> {
 public:
  enum class State : std::uint8_t { queued, running, over };

  PoolJob(Loop& loop, Site where, std::shared_ptr<PoolState> owner, std::stop_source&& stopper);
  ~PoolJob() override;

  /// Runs the function, destroys it and keeps the result; returns whether that is a success.
  /// Thread: the one that has claimed the job, as for the next two.
  virtual bool call() noexcept = 0;
  /// Destroys the function and keeps `why` as the result.
  virtual void refuse(Error why) noexcept = 0;
  /// Gives the result to the Future. Thread: loop.
  virtual void settle() noexcept = 0;

  const Site site;
  const std::shared_ptr<PoolState> pool;
  const std::stop_source stop;
  const CapturedContext context = capture_context();  // of who called run()

  // Guarded by the pool's lock.
  State state = State::over;
  TimePoint started{};
  std::shared_ptr<PoolJob> self;  // while queued or running

 protected:
  /// Nobody wants the result any more: forgets a job that has not begun, stops one that has.
  /// Thread: loop. May destroy this job.
  void withdraw() noexcept;

 private:
  virtual void forget() noexcept = 0;
};

template <class F>
class PoolJobOf final : public PoolJob {
  using T = JobValue<F>;

 public:
  template <class G>
  PoolJobOf(Loop& loop, Site where, const std::shared_ptr<PoolState>& owner, G&& function)
      : PoolJob(loop, where, owner, stopper()),
        promise_(std::in_place, loop, where),
        function_(std::in_place, std::forward<G>(function)) {}

  /// To be called once, on the loop's thread, before the job is given to the pool.
  Future<T> future() {
    promise_->on_abandoned([this] { release(); });
    Future<T> future = promise_->future();
    if (!outstanding()) promise_.reset();
    return future;
  }

  bool call() noexcept override {
    call_job(*function_, stop.get_token(), result_);
    function_.reset();
    return result_->has_value();
  }
  void refuse(Error why) noexcept override {
    function_.reset();
    result_.emplace(std::move(why));
  }
  void settle() noexcept override {
    if (!promise_) return result_.reset();
    Promise<T> promise = *std::move(promise_);
    retire();
    promise_.reset();
    fulfil(std::move(promise), *std::move(result_));
    result_.reset();
  }
  void release() noexcept override {
    retire();
    promise_.reset();
    withdraw();
  }

 private:
  static std::stop_source stopper() {
    if constexpr (takes_stop_token<F>) return std::stop_source();
    return std::stop_source(std::nostopstate);
  }
  void forget() noexcept override { function_.reset(); }
  std::optional<Promise<T>> promise_;  // the loop's thread
  std::optional<F> function_;
  std::optional<Result<T>> result_;
};

/// Gives `job` to its pool. If that does not take it, the function is destroyed and the Future
/// fails at once.
EDDY_EXPORT void submit(std::shared_ptr<PoolJob> job) noexcept;

/// The loop of this thread, which there must be.
EDDY_EXPORT Loop& loop_for_job() noexcept;

/// Runs `function` in a thread of `pool`.
template <class F>
Future<JobValue<std::decay_t<F>>> run_in_pool(const std::shared_ptr<PoolState>& pool,
                                              F&& function,
                                              Site site) {
  using Job = PoolJobOf<std::decay_t<F>>;
  static_assert(!is_future<std::remove_cvref_t<typename JobReturn<std::decay_t<F>>::type>>,
                "a function for a thread gives a value or a Result: a Future belongs to its loop");
  std::decay_t<F> owned(std::forward<F>(function));  // if the copy throws, nothing has begun
  auto job = std::make_shared<Job>(loop_for_job(), site, pool, std::move(owned));
  auto future = job->future();
  if (job->outstanding()) submit(std::move(job));
  return future;
}

}  // namespace eddy::detail
