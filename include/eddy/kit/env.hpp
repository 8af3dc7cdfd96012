// SPDX-License-Identifier: MIT
//
// What a service sees of the world around it: its loop, its name, its tasks, its Supervisor.
//
// Made by the Supervisor for each object of a service; see kit/service.hpp.
#pragma once

#include <eddy/base/clock.hpp>
#include <eddy/core/future.hpp>
#include <eddy/kit/exit_code.hpp>
#include <eddy/kit/stop_reason.hpp>

#include <string>
#include <string_view>

namespace eddy {

class Loop;
class TaskGroup;

namespace detail {

/// What stands behind an Env.
class EDDY_EXPORT EnvOwner {
 public:
  virtual ~EnvOwner();
  virtual Loop& loop() const noexcept = 0;
  virtual std::string_view name() const noexcept = 0;
  virtual Duration stop_grace() const noexcept = 0;
  virtual TaskGroup& tasks() noexcept = 0;
  virtual void ready() = 0;
  virtual void end(Result<void> how) = 0;
  virtual void request_stop(std::string reason, int exit_code) = 0;
  virtual Future<StopReason> closing() = 0;
};

}  // namespace detail

/// The surroundings of one object of a service.
///
/// Thread: loop, but for request_stop().
/// Lifetime: outlives the service.
class EDDY_EXPORT Env {
 public:
  explicit Env(detail::EnvOwner& owner) noexcept : owner_(owner) {}
  Env(const Env&) = delete;
  Env& operator=(const Env&) = delete;

  Loop& loop() const noexcept { return owner_.loop(); }
  /// The name in the Supervisor; log lines carry it in their field `service`.
  std::string_view name() const noexcept { return owner_.name(); }
  /// How long a stop may take before what is left is dropped.
  Duration stop_grace() const noexcept { return owner_.stop_grace(); }
  /// The background work of the service; it is dropped before the service is destroyed. A task that
  /// fails is logged, see Service::spawn_vital() for one that must not.
  TaskGroup& tasks() noexcept { return owner_.tasks(); }

  /// The service is up, though start() goes on; from now on the Future of start() is the service's
  /// life, and its end the end of the service.
  void ready() { owner_.ready(); }
  /// The service cannot go on. Its restart policy decides what happens, in a later turn.
  void fail(Error error) { owner_.end(std::move(error)); }
  /// The service has done what it was there for.
  void finish() { owner_.end(Result<void>()); }

  /// Asks the Supervisor to stop everything and to exit with `exit_code`; the first request counts.
  /// Thread: any.
  void request_stop(std::string reason, int exit_code = exit_code::success) {
    owner_.request_stop(std::move(reason), exit_code);
  }
  /// Resolves when the Supervisor begins to stop.
  /// Cancel: total.
  Future<StopReason> closing() { return owner_.closing(); }

 private:
  detail::EnvOwner& owner_;
};

}  // namespace eddy
