// SPDX-License-Identifier: MIT
#include <eddy/services/periodic.hpp>

#include <utility>

namespace eddy {

std::vector<std::string> Periodic::Config::validate() const {
  std::vector<std::string> complaints;
  if (*interval <= Duration::zero()) complaints.emplace_back("interval must be more than zero");
  if (options.delay < Duration::zero()) complaints.emplace_back("delay must not be negative");
  return complaints;
}

Periodic::Periodic(Env& env, Config config)
    : Service(env),
      callback_(
          env.loop(),
          std::string(env.name()),
          *config.interval,
          [this] { return tick(); },
          config.options) {
  callback_.on_stopped([this](Error error) { fail(std::move(error)); });
}

Periodic::~Periodic() = default;

Future<void> Periodic::start() {
  callback_.start();
  return ready_future();
}

Future<void> Periodic::stop(StopReason) {  // NOLINT: by value, as in Service
  return callback_.stop();
}

}  // namespace eddy
