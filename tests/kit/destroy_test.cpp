// SPDX-License-Identifier: MIT
//
// Rule 4: a callback may destroy anything, the supervisor and its own service included.
#include "kit_fixture.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

/// A supervisor that somebody else may destroy.
struct Doomed {
  explicit Doomed(Site site = EDDY_HERE)
      : t(site), supervisor(std::make_unique<Supervisor>(t.loop, quiet_options())) {}

  auto end_of_the_world() {
    return [this](auto&&...) {
      Loop& loop = t.loop;  // the captures die with their owner
      supervisor.reset();
      return loop.sleep(1h);
    };
  }
  /// Starts, and asks for a stop as soon as everything is up.
  void start_and_stop() {
    supervisor->on_ready([this] { supervisor->request_stop("enough"); });
    up = supervisor->start();
    up = {};  // does not take the start back
    t.run_until_idle();
  }

  Fixture t;
  std::unique_ptr<Supervisor> supervisor;
  Future<void> up;
};

}  // namespace

TEST_CASE("a service may destroy its supervisor in start()") {
  Doomed d;
  d.supervisor->add<Scripted>({.start = part(d.end_of_the_world())});

  d.start_and_stop();

  CHECK(d.supervisor == nullptr);
}

TEST_CASE("a service may destroy its supervisor in stop()") {
  Doomed d;
  d.supervisor->add<Scripted>({.stop = part(d.end_of_the_world())});

  d.start_and_stop();

  CHECK(d.supervisor == nullptr);
}

TEST_CASE("a hook before the start may destroy the supervisor") {
  Doomed d;
  d.supervisor->pre_start().add(d.end_of_the_world());

  d.start_and_stop();

  CHECK(d.supervisor == nullptr);
}

TEST_CASE("a hook after the stop may destroy the supervisor") {
  Doomed d;
  d.supervisor->add<Scripted>({});
  d.supervisor->post_stop().add(d.end_of_the_world());

  d.start_and_stop();

  CHECK(d.supervisor == nullptr);
}

TEST_CASE("on_ready() may destroy the supervisor") {
  Doomed d;
  d.supervisor->add<Scripted>({});
  d.supervisor->on_ready([&d] { d.supervisor.reset(); });
  d.up = d.supervisor->start();
  d.up = {};

  d.t.run_until_idle();

  CHECK(d.supervisor == nullptr);
}

TEST_CASE("a task of a service may destroy the supervisor") {
  Doomed d;
  auto spawn = [&d](Scripted& s) {
    s.tasks().spawn("end", s.loop().sleep(1s).then([&d] { d.supervisor.reset(); }));
    return ready_future();
  };
  d.supervisor->add<Scripted>({.start = part(spawn)});
  d.up = d.supervisor->start();

  d.t.clock.advance(1s);

  CHECK(d.supervisor == nullptr);
}

TEST_CASE("who waits for a start or a stop may destroy the supervisor") {
  Doomed d;
  d.supervisor->add<Scripted>({});
  d.up = d.supervisor->start().then([&d] { return d.supervisor->stop(); }).then([&d] {
    d.supervisor.reset();
  });

  CHECK(d.t.poll(d.up));

  CHECK(d.supervisor == nullptr);
}

TEST_CASE("a supervisor that is gone breaks the promises of start() and stop()") {
  Doomed d;
  d.supervisor->add<Scripted>({.start = part([](Scripted& s) { return s.loop().sleep(1h); })});
  d.up = d.supervisor->start();
  Future<void> down = d.supervisor->stop();

  d.supervisor.reset();

  REQUIRE(d.t.poll(d.up));
  REQUIRE(d.t.poll(down));
  CHECK(detail::take_result(std::move(d.up)).error() == Errc::broken_promise);
  CHECK(detail::take_result(std::move(down)).error() == Errc::broken_promise);
}
