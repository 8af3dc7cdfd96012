// SPDX-License-Identifier: MIT
#include <eddy/base/log.hpp>
#include <eddy/core/loop_thread.hpp>
#include <eddy/core/task_group.hpp>

#include <pthread.h>

#include <exception>
#include <latch>
#include <mutex>
#include <optional>
#include <thread>

namespace eddy {

Result<void> detail::may_block_on(const Poster& poster) {
  const Loop* loop = this_thread_loop();
  if (loop == nullptr) return {};
  if (poster.on_this_thread()) return Error(Errc::invalid, "block_on on the loop's own thread");
  if (loop->running()) return Error(Errc::invalid, "block_on on a thread that runs a loop");
  return {};
}

struct LoopThread::State {
  State(Main&& what, Options&& settings) : main(std::move(what)), options(std::move(settings)) {}

  void start() {
    thread = std::thread([this] { run(); });
    started.wait();
    if (failure == nullptr) return;
    thread.join();
    std::rethrow_exception(failure);
  }

  void run() noexcept {
    constexpr std::size_t longest_name = 15;
    ::pthread_setname_np(::pthread_self(), options.name.substr(0, longest_name).c_str());
    std::optional<Loop> loop;
    try {
      loop.emplace(std::move(options.loop));
    } catch (...) {
      failure = std::current_exception();
      started.count_down();
      return;
    }
    poster.emplace(loop->poster());
    run(*loop);
  }
  void run(Loop& loop) {
    RemotePromise<void> promise(loop);  // keeps the loop going until it is kept
    Future<void> stopped = promise.future();
    stopper.emplace(std::move(promise));
    started.count_down();

    TaskGroup group(loop);
    if (main) {
      result = Error(Errc::canceled);  // unless it comes to another end
      group.spawn("main",
                  ready_future()
                      .then([this, &loop] { return main(loop); })
                      .complete([this](Result<void> outcome) {
                        result = std::move(outcome);
                        stop();
                      }));
    }
    std::ignore = loop.run_until(std::move(stopped));
    std::ignore = loop.run_until(group.stop(options.grace));
    main = nullptr;  // its captures belong to this thread
  }

  void stop() noexcept {
    std::optional<RemotePromise<void>> promise;
    {
      const std::lock_guard lock(mutex);
      promise = std::exchange(stopper, std::nullopt);
    }
    if (promise) std::move(*promise).set_value();
  }
  Result<void> join() {
    const std::lock_guard lock(joining);
    if (thread.joinable()) thread.join();
    return std::exchange(result, Result<void>());
  }

  Main main;
  Options options;
  std::latch started{1};
  std::exception_ptr failure;    // from before the start
  std::optional<Poster> poster;  // from the start on
  std::mutex mutex;
  std::optional<RemotePromise<void>> stopper;  // under `mutex` from the start on
  std::mutex joining;
  Result<void> result;  // the thread's, until it is joined
  std::thread thread;
};

LoopThread::LoopThread() : LoopThread(nullptr, Options()) {}
LoopThread::LoopThread(Options options) : LoopThread(nullptr, std::move(options)) {}
LoopThread::LoopThread(Main main) : LoopThread(std::move(main), Options()) {}
LoopThread::LoopThread(Main main, Options options)
    : state_(std::make_unique<State>(std::move(main), std::move(options))) {
  state_->start();
}

LoopThread::~LoopThread() {
  EDDY_ASSERT(!poster().on_this_thread(), "a LoopThread was destroyed by its own thread");
  stop();
  const Result<void> result = join();
  if (result || result.error() == Errc::canceled) return;
  log::error("the main function of a loop thread failed",
             {{"thread", state_->options.name}, {"error", result.error()}});
}

const Poster& LoopThread::poster() const noexcept {
  return *state_->poster;
}

void LoopThread::stop() noexcept {
  state_->stop();
}

Result<void> LoopThread::join() {
  if (poster().on_this_thread()) {
    return Error(Errc::invalid, "join() of a LoopThread on its own thread");
  }
  return state_->join();
}

}  // namespace eddy
