// SPDX-License-Identifier: MIT
//
// A service as its Supervisor keeps it: settings, Config, the object that runs, its restarts.
//
//     idle -> starting -> up -> stopping -> stopped | finished | failed | waiting -> starting
//
// A start that fails goes from starting to stopping too, to clear away what it left.
#pragma once

#include "instance.hpp"
#include "restart_plan.hpp"

#include <eddy/kit/service_handle.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace eddy::detail {

class ServiceRecord;

/// What a record tells its Supervisor.
class RecordOwner : public StopDesk {
 public:
  /// The service has ended and will not be made anew; an error unless it finished. One that is
  /// essential and has failed is still to be brought down, after those that started after it.
  virtual void gone(ServiceRecord& record, const Result<void>& how) = 0;
  /// A stop went wrong.
  virtual void stop_failed(ServiceRecord& record, Error error) = 0;
  /// The names of the services that cannot start before `record` is up.
  virtual std::string waiting_for(const ServiceRecord& record) const = 0;
  /// From 0 to 1.
  virtual double random_fraction() = 0;
};

struct ServiceSettings {
  std::string name = {};
  std::vector<ServiceRecord*> after = {};
  Restart restart = Restart::never;
  bool essential = true;
  Duration start_limit = {};
  Duration stop_grace = {};
};

/// Brings one service up and down, and keeps it up.
class ServiceRecord {
 public:
  ServiceRecord(Loop& loop,
                RecordOwner& owner,
                std::unique_ptr<ServiceFactory> factory,
                ServiceSettings settings,
                RestartPolicy policy);

  /// Resolves when the service is up.
  /// Errors: those of the first start. A service that is not essential, and that nobody comes
  /// after, may fail: it is treated as one that failed later.
  Future<void> bring_up();
  /// Resolves when the service is down and stays so; never fails.
  Future<void> bring_down(const StopReason& why);
  /// Destroys everything at once.
  void drop() noexcept;
  /// The Supervisor goes away, handles may stay.
  void orphan() noexcept;

  std::vector<std::string> validate() const;
  Service* service() const noexcept { return instance_ ? instance_->service() : nullptr; }
  ServiceState state() const noexcept { return state_; }
  /// Whether it runs or will run without somebody asking for it.
  bool active() const noexcept;
  bool shares_owner(const ServiceRecord& other) const noexcept { return owner_ == other.owner_; }
  unsigned restarts() const noexcept { return restarts_; }

  ServiceSettings settings;
  unsigned rank = 0;           // see ranks.hpp
  bool has_followers = false;  // somebody starts after it

 private:
  void launch();
  void relaunch();
  void started();
  void fail_first_start(const Error& error);
  void ended();
  void conclude(StopReason::Kind kind);
  std::optional<Duration> plan_restart();
  void clear(StopReason why);
  void cleared();
  void settle(ServiceState state);

  Loop& loop_;
  RecordOwner* owner_;
  std::unique_ptr<ServiceFactory> factory_;
  RestartPlan plan_;
  ServiceState state_ = ServiceState::idle;
  bool stop_wanted_ = false;
  unsigned restarts_ = 0;
  TimePoint up_since_{};
  Duration lived_{};      // how long the last object was up
  Result<void> outcome_;  // of the last object
  std::optional<Duration> restart_after_;
  std::optional<Promise<void>> first_start_;
  std::vector<Promise<void>> down_waiters_;
  std::unique_ptr<Instance> instance_;
  Timer restart_timer_;
  Future<void> watch_;
};

}  // namespace eddy::detail
