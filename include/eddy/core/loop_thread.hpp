// SPDX-License-Identifier: MIT
//
// A loop in a thread of its own, beside a GUI or a main loop of somebody else.
//
// A program whose main thread is free runs its loop there and needs none of this.
#pragma once

#include <eddy/core/block_on.hpp>
#include <eddy/core/run_in.hpp>

#include <memory>
#include <string>
#include <utility>

namespace eddy {

/// Makes a Loop in a new thread and runs it until stop(), or until its main function is done.
///
/// Thread: any, but its own for the destructor.
class EDDY_EXPORT LoopThread {
 public:
  /// What runs on the loop from its start. Its end is the end of the thread.
  using Main = Function<Future<void>(Loop&)>;

  struct Options {
    Loop::Options loop = {};
    /// Of the thread; the kernel keeps 15 characters.
    std::string name = "loop";
    /// So long may the main function clean up when it is stopped; then it is dropped.
    Duration grace = std::chrono::seconds(5);
  };

  /// Without a main function: the loop runs what other threads send to it.
  LoopThread();
  explicit LoopThread(Options options);
  explicit LoopThread(Main main);
  /// Throws if the thread or the loop cannot be made. When it returns, the loop exists.
  LoopThread(Main main, Options options);
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;
  /// Stops the loop and joins its thread. An error of the main function that nobody has taken by
  /// join() is logged.
  ~LoopThread();

  const Poster& poster() const noexcept;
  /// Calls `function` on the loop; see run_in(). Errc::closed once the loop has ended.
  template <class F>
  [[nodiscard]] auto run(F&& function) const {
    return run_in(poster(), std::forward<F>(function));
  }
  /// Calls `function` on the loop and waits; see eddy::block_on().
  template <class F>
  auto block_on(F&& function, Duration limit = Duration::max()) const {
    return eddy::block_on(poster(), std::forward<F>(function), limit);
  }

  /// Cancels the main function softly and ends the loop when it is done, after the grace in any
  /// case. What else runs on the loop is dropped with it. Returns at once.
  void stop() noexcept;
  /// Waits until the thread has ended and tells how the main function did. The second time there is
  /// no error left to tell.
  /// Errors: those of the main function, Errc::canceled if it was stopped; Errc::invalid on the
  /// loop's own thread.
  Result<void> join();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace eddy
