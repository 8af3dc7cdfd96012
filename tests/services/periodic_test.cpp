// SPDX-License-Identifier: MIT
#include <eddy/kit/supervisor.hpp>
#include <eddy/services/periodic.hpp>
#include <eddy/testing/fixture.hpp>

#include <doctest/doctest.h>

#include <chrono>

#include "quiet_options.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

class Beat final : public Periodic {
 public:
  using Periodic::Periodic;

  Future<void> tick() override {
    ++beats;
    if (failing) return failed_future<void>(Errc::protocol);
    return loop().sleep(10ms);
  }

  int beats = 0;
  bool failing = false;
};

struct Rhythm {
  explicit Rhythm(Periodic::Config config, Site site = EDDY_HERE)
      : t(site), supervisor(t.loop, quiet_options()), beat(supervisor.add<Beat>(config)) {}

  Fixture t;
  Supervisor supervisor;
  ServiceHandle<Beat> beat;
};

}  // namespace

TEST_CASE("a periodic service runs from start to stop") {  // parity 5.2
  Rhythm r({.interval = 100ms});
  Future<void> up = r.supervisor.start();
  REQUIRE(r.t.poll(up));

  r.t.clock.advance(500ms);
  CHECK(r.beat->beats == 5);
  CHECK(r.beat->statistic().done.value() == 5);

  Future<void> down = r.supervisor.stop();
  CHECK(r.t.poll(down));
  CHECK(r.beat.state() == ServiceState::stopped);
}

TEST_CASE("a periodic service may wait before its first run") {  // parity 5.2
  Rhythm r({.interval = 100ms, .options = {.delay = 500ms}});
  Future<void> up = r.supervisor.start();
  REQUIRE(r.t.poll(up));

  r.t.clock.advance(499ms);
  CHECK(r.beat->beats == 0);
  r.t.clock.advance(1ms);
  CHECK(r.beat->beats == 1);
}

TEST_CASE("the stop of a periodic service waits for the run that is going on") {
  Rhythm r({.interval = 100ms});
  Future<void> up = r.supervisor.start();
  REQUIRE(r.t.poll(up));
  r.t.clock.advance(5ms);
  REQUIRE(r.beat->beats == 1);

  Future<void> down = r.supervisor.stop();
  CHECK_FALSE(r.t.poll(down));
  r.t.clock.advance(5ms);

  CHECK(down.ready());
}

TEST_CASE("an interval that is not more than zero is refused") {  // parity 5.2, hardening 255
  Rhythm r({.interval = 0ms, .options = {.delay = -1s}});

  Future<void> up = r.supervisor.start();

  REQUIRE(r.t.poll(up));
  const Result<void> result = detail::take_result(std::move(up));
  CHECK(result.error() == Errc::invalid);
  CHECK(result.error().context() ==
        "configuration refused: service 'Beat': interval must be more than zero; service 'Beat': "
        "delay must not be negative");
}

TEST_CASE("an error of tick() is a failure of the service if it shall be") {
  Rhythm r({.interval = 100ms, .options = {.on_error = PeriodicOptions::OnError::stop}});
  Future<void> up = r.supervisor.start();
  REQUIRE(r.t.poll(up));
  r.beat->failing = true;

  r.t.clock.advance(110ms);

  CHECK(r.beat.state() == ServiceState::failed);
  CHECK(r.supervisor.exit_code() == exit_code::failure);
}

TEST_CASE("an error of tick() is only logged by default") {
  Rhythm r({.interval = 100ms});
  Future<void> up = r.supervisor.start();
  REQUIRE(r.t.poll(up));
  r.beat->failing = true;

  r.t.clock.advance(210ms);

  CHECK(r.beat.state() == ServiceState::up);
  CHECK(r.beat->statistic().fail.value() == 2);
}
