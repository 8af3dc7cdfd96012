// SPDX-License-Identifier: MIT
//
// Functions that a Supervisor calls at one point of its life, one after the other.
//
// For work that belongs to no service: telling a service manager, writing a pid file.
#pragma once

#include <eddy/base/function.hpp>
#include <eddy/core/future.hpp>
#include <eddy/kit/service_handle.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace eddy {

namespace detail {
class SupervisorImpl;
}

/// An ordered list of asynchronous functions, fixed once the Supervisor has started.
///
/// Thread: loop.
class EDDY_EXPORT HookList {
 public:
  /// Gets the services that are concerned: all of them, or those that are started or stopped apart.
  using Hook = Function<Future<void>(std::span<const ServiceRef>)>;

  HookList() = default;
  HookList(const HookList&) = delete;
  HookList& operator=(const HookList&) = delete;

  /// Adds a function at the end; not allowed once the list is frozen.
  void add(Hook hook);
  std::size_t size() const noexcept { return hooks_.size(); }
  bool frozen() const noexcept { return frozen_; }

 private:
  friend class detail::SupervisorImpl;

  using ErrorHandler = Function<void(Error)>;

  void freeze() noexcept { frozen_ = true; }
  /// Runs the hooks in order; the first error ends it.
  Future<void> run(std::vector<ServiceRef> services, Duration limit);
  /// Runs all hooks in order, whatever becomes of them.
  Future<void> run_all(std::vector<ServiceRef> services, Duration limit, ErrorHandler on_error);
  Future<void> call(std::size_t index, std::span<const ServiceRef> services, Duration limit);

  std::vector<std::shared_ptr<Hook>> hooks_;
  bool frozen_ = false;
};

}  // namespace eddy
