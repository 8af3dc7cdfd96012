// SPDX-License-Identifier: MIT
//
// A supervisor that keeps one program running: what the tests of RespawningProcess share.
#pragma once

#include <eddy/kit/supervisor.hpp>
#include <eddy/services/respawning_process.hpp>
#include <eddy/testing/fixture.hpp>
#include <eddy/testing/log_capture.hpp>

#include <sys/wait.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>

#include "quiet_options.hpp"

namespace eddy::testing {

/// A program of a shell, with delays that are not drawn at random.
inline RespawningProcess::Config keeping(std::string text) {
  return {.command = Command::shell(std::move(text)), .respawn = {.jitter = 0}};
}

/// A supervisor that keeps one program running.
struct Kept {
  explicit Kept(const RespawningProcess::Config& config, Site site = EDDY_HERE)
      : t(site),
        supervisor(t.loop, quiet_options()),
        service(supervisor.add<RespawningProcess>(config).name("kept")) {}
  ~Kept() {
    if (service.state() == ServiceState::up) CHECK(t.get(supervisor.stop()).has_value());
    while (t.loop.statistic().open_handles > 0 && t.loop.turn(true)) {
    }
    CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
    CHECK(errno == ECHILD);
  }

  Result<void> start() { return t.get(supervisor.start()); }
  /// Runs, with the kernel but without moving the clock, until `condition` holds.
  template <class Condition>
  void until(Condition condition) {
    while (!condition())
      t.loop.turn(true);
    t.run_until_idle();
  }
  void until(RespawnState state) {
    until([this, state] { return service->state() == state; });
  }
  void until_ended(std::uint64_t times) {
    until([this, times] { return service->statistic().ended.value() == times; });
  }
  void until_lines(std::uint64_t count) {
    until([this, count] { return service->statistic().lines.value() >= count; });
  }

  LogCapture log;
  Fixture t;
  Supervisor supervisor;
  ServiceHandle<RespawningProcess> service;
};

}  // namespace eddy::testing
