// SPDX-License-Identifier: MIT
//
// A part of a program that is started, watched, restarted and stopped by a Supervisor.
//
//     class Greeter final : public Service {
//      public:
//       struct Config { Required<std::string> greeting; };
//       Greeter(Env& env, Config config) : Service(env), config_(std::move(config)) {}
//       Future<void> start() override { ... }
//     };
//
// A Config is a copyable aggregate, for a restart makes a new object from it. It may have a
// function `std::vector<std::string> validate() const` that lists what is wrong with it. See
// kit/supervisor.hpp next.
#pragma once

#include <eddy/core/future.hpp>
#include <eddy/kit/env.hpp>
#include <eddy/kit/stop_reason.hpp>

#include <string>
#include <string_view>

namespace eddy {

/// Base class of all services.
///
/// A service has one life: it is started once, stopped at most once, and destroyed. It may ask for
/// its own end, or that of the program, in any of its callbacks.
/// Thread: loop.
/// Lifetime: what start() and stop() return, and the service's tasks, are dropped before it dies.
class EDDY_EXPORT Service {
 public:
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  virtual ~Service();

  /// Begins to work. The service is up when the Future has its value, or once ready() was called.
  ///
  /// An error, or one thrown, is a failed start. After ready() the Future is the service's life: a
  /// value means that it has finished, an error that it failed.
  virtual Future<void> start() = 0;

  /// Ends the work in order; called only if the service was up. By default stops the tasks.
  ///
  /// When it has resolved, or after the stop grace, what still runs is cancelled or dropped.
  virtual Future<void> stop(StopReason why);

 protected:
  explicit Service(Env& env) noexcept : env_(env) {}

  Env& env() const noexcept { return env_; }
  Loop& loop() const noexcept { return env_.loop(); }
  std::string_view name() const noexcept { return env_.name(); }
  TaskGroup& tasks() const noexcept { return env_.tasks(); }

  /// The service is up already; see Env::ready().
  void ready() { env_.ready(); }
  /// The service cannot go on; see Env::fail().
  void fail(Error error) { env_.fail(std::move(error)); }
  /// The service has done its work; see Env::finish().
  void finish() { env_.finish(); }
  /// Spawns work without which the service cannot live: its error is the service's.
  void spawn_vital(std::string name, Future<void> work, Site site = EDDY_HERE);

 private:
  Env& env_;
};

}  // namespace eddy
