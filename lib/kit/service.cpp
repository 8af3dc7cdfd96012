// SPDX-License-Identifier: MIT
#include <eddy/core/task_group.hpp>
#include <eddy/kit/service.hpp>

#include <utility>

namespace eddy {

detail::EnvOwner::~EnvOwner() = default;

Service::~Service() = default;

Future<void> Service::stop(StopReason) {  // NOLINT: by value, for overrides that keep it
  return tasks().stop(env_.stop_grace());
}

void Service::spawn_vital(std::string name, Future<void> work, Site site) {
  Future<void> watched =
      std::move(work).or_else([this, name](Error error) { fail(std::move(error).with(name)); });
  tasks().spawn(std::move(name), std::move(watched), site);
}

}  // namespace eddy
