// SPDX-License-Identifier: MIT
//
// What Supervisor::add() gives back: the place to say how a service is to be treated.
#pragma once

#include <eddy/base/clock.hpp>
#include <eddy/kit/restart.hpp>
#include <eddy/kit/service.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace eddy {

class Supervisor;

namespace detail {
class ServiceRecord;
class SupervisorImpl;
}  // namespace detail

/// What a service is doing.
enum class ServiceState {
  idle,      ///< not started yet
  starting,  ///< start() runs
  up,
  stopping,  ///< stop() runs, or what is left of a failed object is cleared away
  waiting,   ///< for its restart
  finished,  ///< ended by itself, without an error
  failed,    ///< ended with an error, and is not made anew
  stopped,   ///< by the Supervisor
};

/// Names a service of a Supervisor, whatever its type.
///
/// Copyable. Thread: loop.
/// Lifetime: may outlive the Supervisor; the service is gone then.
class EDDY_EXPORT ServiceRef {
 public:
  std::string_view name() const noexcept;
  ServiceState state() const noexcept;
  /// How often it was made anew.
  unsigned restarts() const noexcept;
  /// The object that exists now, or null.
  Service* get() const noexcept;

  friend bool operator==(const ServiceRef& a, const ServiceRef& b) noexcept {
    return a.record_ == b.record_;
  }

 protected:
  explicit ServiceRef(std::shared_ptr<detail::ServiceRecord> record) noexcept
      : record_(std::move(record)) {}

  void set_name(std::string name);
  void set_after(const ServiceRef& other);
  void set_restart(Restart restart);
  void set_essential(bool essential);
  void set_start_limit(Duration limit);
  void set_stop_grace(Duration grace);

 private:
  friend class Supervisor;
  friend class detail::SupervisorImpl;

  std::shared_ptr<detail::ServiceRecord> record_;
};

/// The same with the type of the service, and with the settings. They apply from the next start.
template <class S>
class ServiceHandle : public ServiceRef {
 public:
  /// By default the name of the class.
  ServiceHandle& name(std::string name) {
    set_name(std::move(name));
    return *this;
  }
  using ServiceRef::name;
  /// Starts after all of `others` are up, and stops before them.
  template <class... Others>
  ServiceHandle& after(const Others&... others) {
    (set_after(others), ...);
    return *this;
  }
  /// By default Restart::never.
  ServiceHandle& restart(Restart restart) {
    set_restart(restart);
    return *this;
  }
  /// Whether the program ends when this service has failed for good; by default it does. A service
  /// that is not essential may also fail to start, unless another one starts after it.
  ServiceHandle& essential(bool essential) {
    set_essential(essential);
    return *this;
  }
  /// How long start() may take; by default Supervisor::Options::start_limit.
  ServiceHandle& start_limit(Duration limit) {
    set_start_limit(limit);
    return *this;
  }
  /// How long stop() may take; by default Supervisor::Options::stop_grace.
  ServiceHandle& stop_grace(Duration grace) {
    set_stop_grace(grace);
    return *this;
  }

  /// The object that exists now, or null.
  S* get() const noexcept { return static_cast<S*>(ServiceRef::get()); }
  S* operator->() const {
    EDDY_ASSERT(get() != nullptr, "the service does not run");
    return get();
  }

 private:
  friend class Supervisor;
  using ServiceRef::ServiceRef;
  explicit ServiceHandle(ServiceRef ref) noexcept : ServiceRef(std::move(ref)) {}
};

}  // namespace eddy
