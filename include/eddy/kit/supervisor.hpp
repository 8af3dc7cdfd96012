// SPDX-License-Identifier: MIT
//
// Starts, watches, restarts and stops the services of a program, and owns its signals.
//
//     Loop loop;
//     Supervisor supervisor(loop);
//     auto database = supervisor.add<Database>({.path = "..."});
//     supervisor.add<Api>({.listen = "[::]:8080"_addr}).after(database);
//     return supervisor.run();
//
// The exit codes are listed in kit/exit_code.hpp.
#pragma once

#include <eddy/base/function.hpp>
#include <eddy/core/future.hpp>
#include <eddy/kit/detail/service_factory.hpp>
#include <eddy/kit/exit_code.hpp>
#include <eddy/kit/hook_list.hpp>
#include <eddy/kit/restart.hpp>
#include <eddy/kit/service_handle.hpp>
#include <eddy/kit/stop_reason.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace eddy {

class Loop;

/// Runs services in the order that ServiceHandle::after() asks for.
///
/// Services start when all those before them are up, at once with all others of which that is true;
/// they stop in reverse. A start that fails stops what was up and is never announced as ready. A
/// service that ends by itself is made anew as its Restart tells; if it is not, and is essential,
/// everything stops.
///
/// The first SIGINT or SIGTERM stops in order, the second drops everything, the third ends the
/// process on the spot. A thread enforces the deadline of a stop even if the loop is blocked.
///
/// It starts once. Thread: loop, but for request_stop().
/// Lifetime: `loop` must outlive it. Destroying it drops all services, in reverse order.
class EDDY_EXPORT Supervisor {
 public:
  struct Options {
    /// SIGINT and SIGTERM are this Supervisor's, from start() until everything has stopped. One
    /// Supervisor a process may have them. SIGPIPE is ignored, an ignored SIGCHLD set back.
    bool signals = true;
    /// Lets the process open as many files as it may; inherited_file_limit() keeps the old number.
    bool raise_file_limit = true;
    /// For a whole stop, in real time; then the process exits with exit_code::deadline. Zero: none.
    Duration stop_deadline = std::chrono::seconds(60);
    /// For each service that says nothing else.
    Duration start_limit = std::chrono::seconds(30);
    /// For each service that says nothing else, for each hook, and for the work of run_until().
    Duration stop_grace = std::chrono::seconds(30);
    RestartPolicy restart = {};
    /// Makes a log::Writer at the start if the program has none, so that no output of the log can
    /// block the loop. It ends with the Supervisor.
    bool log_writer = true;
  };

  explicit Supervisor(Loop& loop);
  Supervisor(Loop& loop, const Options& options);
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;
  ~Supervisor();

  /// Adds a service, which starts with the others; one that is added later waits for
  /// start_services().
  template <class S>
  ServiceHandle<S> add(typename S::Config config) {
    return ServiceHandle<S>(add(std::make_unique<detail::FactoryOf<S>>(std::move(config))));
  }

  /// Runs the loop until everything has stopped, and returns the exit code. Returns by itself if no
  /// service can run any more.
  int run();
  /// The same, but ends as soon as `work` does; an error of it is exit_code::failure.
  int run_until(Future<void> work);
  /// The same with work that begins when all services are up.
  int run_until(Function<Future<void>()> work);

  /// Starts all services; for programs that run the loop themselves.
  ///
  /// Errors: Errc::invalid for configurations, Errc::timed_out, those of a service; by then all is
  /// stopped again. Errc::closed if a stop was asked for meanwhile.
  /// Cancel: dropping the Future does not take the start back.
  Future<void> start();
  /// Stops everything and resolves when that is done.
  ///
  /// Errors: that of the first service which did not stop well; the context names all.
  /// Cancel: dropping the Future does not take the stop back.
  Future<void> stop(std::string reason = {});
  /// Asks for a stop; returns at once. The first request counts. Thread: any.
  void request_stop(std::string reason, int exit_code = exit_code::success);
  /// Resolves when a stop begins.
  /// Cancel: total.
  Future<StopReason> closing();

  /// Starts services that were added or stopped while the others run. If one fails, all of these
  /// are stopped again. Errors and cancel: as start().
  Future<void> start_services(const std::vector<ServiceRef>& services);
  /// Stops these services, and no others, in reverse order. Errors and cancel: as stop().
  Future<void> stop_services(const std::vector<ServiceRef>& services);

  /// Calls `function` once, when all services are up.
  void on_ready(Function<void()> function);
  /// Before the first service starts; an error is a failed start. See HookList.
  HookList& pre_start() noexcept;
  /// When all services are up, before on_ready(); an error is a failed start.
  HookList& post_start() noexcept;
  /// Before the first service stops; errors are logged.
  HookList& pre_stop() noexcept;
  /// When all services have stopped; errors are logged.
  HookList& post_stop() noexcept;

  /// All services in the order in which they were added.
  std::vector<ServiceRef> services() const;
  /// The exit code, once everything has stopped.
  std::optional<int> exit_code() const noexcept;
  /// The soft limit of open files that child processes should get back, if it was raised.
  std::optional<unsigned long long> inherited_file_limit() const noexcept;

 private:
  ServiceRef add(std::unique_ptr<detail::ServiceFactory> factory);

  std::unique_ptr<detail::SupervisorImpl> impl_;
};

}  // namespace eddy
