// SPDX-License-Identifier: MIT
//
// One object of a service, from its construction to the end of its stop.
//
// A failure never acts at once, for it may come from inside the service: it settles a promise, and
// whoever waits acts in a later turn.
#pragma once

#include <eddy/core/promise.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/core/timer.hpp>
#include <eddy/kit/detail/service_factory.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace eddy::detail {

/// What an object of a service can ask its Supervisor.
class StopDesk {
 public:
  virtual ~StopDesk() = default;
  virtual void request_stop(std::string reason, int exit_code) = 0;
  virtual Future<StopReason> closing() = 0;
};

/// Owns a service, its tasks, and what its start() and stop() returned.
class Instance final : private EnvOwner {
 public:
  struct Limits {
    Duration start;
    Duration stop;
  };

  Instance(Loop& loop, std::string name, Limits limits, StopDesk& desk);
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  /// Drops all work, then the service.
  ~Instance() override;

  /// Makes the service and starts it; resolves when it is up or has failed, see up().
  Future<void> start(const ServiceFactory& factory, Function<std::string()> who_waits);
  bool up() const noexcept { return state_ == State::up; }
  /// Resolves when the service ends by itself; to be called once.
  Future<void> ended() { return std::move(ended_future_); }
  /// How the start failed, or how the service ended.
  Result<void> take_outcome() { return std::exchange(outcome_, Result<void>()); }
  /// Stops the service if it was up, and clears away what is left; never fails.
  Future<void> stop(StopReason why);
  /// What went wrong in the stop.
  std::vector<Error> take_stop_errors() { return std::exchange(stop_errors_, {}); }

  Service* service() const noexcept { return service_.get(); }

 private:
  enum class State { starting, up, over, stopping, down };

  Loop& loop() const noexcept override { return loop_; }
  std::string_view name() const noexcept override { return name_; }
  Duration stop_grace() const noexcept override { return limits_.stop; }
  TaskGroup& tasks() noexcept override;
  void ready() override;
  void end(Result<void> how) override;
  void request_stop(std::string reason, int exit_code) override;
  Future<StopReason> closing() override { return desk_.closing(); }

  Future<void> call_start(const ServiceFactory& factory);
  Future<void> call_stop(StopReason why);
  void start_returned(Result<void>&& result);
  void fail_start(Error error);
  void keep(Error error);
  void limit_reached();
  void clear_away();
  void go_down();

  Loop& loop_;
  const std::string name_;
  const Limits limits_;
  StopDesk& desk_;
  State state_ = State::starting;
  bool was_up_ = false;
  bool life_ends_with_start_ = false;  // ready() was called: the Future of start() is the life
  Function<std::string()> who_waits_;
  Result<void> outcome_;
  std::vector<Error> stop_errors_;
  Promise<void> started_;
  Promise<void> ended_;
  Future<void> ended_future_;
  Promise<void> down_;

  Env env_;
  std::unique_ptr<Service> service_;
  std::optional<TaskGroup> tasks_;  // may use the service: dies first
  std::optional<TaskGroup> life_;   // what start() returned
  Future<void> stopping_;
  Timer limit_;
};

}  // namespace eddy::detail
