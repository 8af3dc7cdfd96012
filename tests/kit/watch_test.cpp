// SPDX-License-Identifier: MIT
//
// What happens to services that end by themselves.
#include "kit_fixture.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

Error broken() {
  return Error(std::errc::io_error, "disk");
}

}  // namespace

TEST_CASE("a service that fails after ready() is noticed") {  // parity 1.6.4, hardening 226
  KitFixture k;
  auto dies =
      k.add("dies", {.start = part([](Scripted& s) {
                       s.ready();
                       return s.loop().sleep(10s).then([] { return Result<void>(broken()); });
                     })});
  auto other = k.add("other");
  REQUIRE(k.start());
  REQUIRE(dies.state() == ServiceState::up);

  k.t.clock.advance(10s);

  CHECK(dies.state() == ServiceState::failed);
  CHECK(other.state() == ServiceState::stopped);
  CHECK(k.supervisor.exit_code() == exit_code::failure);
}

TEST_CASE("the failure of vital work is the failure of the service") {  // parity 1.6.4
  KitFixture k;
  auto service = k.add("service", {.start = part([](Scripted& s) {
                                     s.spawn_vital("poll", s.loop().sleep(1s).then([] {
                                       return Result<void>(broken());
                                     }));
                                     return ready_future();
                                   })});
  Future<StopReason> closing = k.supervisor.closing();
  REQUIRE(k.start());

  k.t.clock.advance(1s);

  CHECK(service.state() == ServiceState::failed);
  REQUIRE(closing.ready());
  const StopReason why = *detail::take_result(std::move(closing));
  CHECK(why.kind == StopReason::Kind::service_failed);
  CHECK(why.text.starts_with("service: poll: disk"));
}

TEST_CASE("the failure of another task is logged, and the service lives") {
  KitFixture k;
  auto service = k.add("service", {.start = part([](Scripted& s) {
                                     s.tasks().spawn("a client", failure());
                                     return ready_future();
                                   })});
  REQUIRE(k.start());

  CHECK(service.state() == ServiceState::up);
}

TEST_CASE("what is not essential may fail, and the rest goes on") {
  KitFixture k;
  auto metrics = k.add("metrics").essential(false);
  auto api = k.add("api");
  REQUIRE(k.start());

  metrics->fail(broken());
  k.t.run_until_idle();

  CHECK(metrics.state() == ServiceState::failed);
  CHECK(api.state() == ServiceState::up);
  CHECK_FALSE(k.supervisor.exit_code());
}

TEST_CASE("a failure acts in a later turn, so a service may fail in any of its functions") {
  KitFixture k;
  auto service = k.add("service");
  REQUIRE(k.start());
  k.journal.clear();

  service->fail(broken());

  CHECK(k.journal.empty());
  k.t.run_until_idle();
  CHECK(k.journal == Journal{"stop service", "destroy service"});
}

TEST_CASE("a service that fails is made anew after a delay that doubles") {
  KitFixture k;
  auto service = k.add("service").restart(Restart::on_failure);
  REQUIRE(k.start());
  k.journal.clear();

  service->fail(broken());
  k.t.run_until_idle();
  REQUIRE(service.state() == ServiceState::waiting);
  k.t.clock.advance(99ms);
  REQUIRE(service.get() == nullptr);
  k.t.clock.advance(1ms);

  CHECK(service.state() == ServiceState::up);
  CHECK(service.restarts() == 1);
  CHECK(k.journal == Journal{"stop service", "destroy service", "start service"});

  service->fail(broken());
  k.t.clock.advance(199ms);
  REQUIRE(service.state() == ServiceState::waiting);
  k.t.clock.advance(1ms);
  CHECK(service.state() == ServiceState::up);
}

TEST_CASE("more restarts than the policy allows are a failure for good") {
  Supervisor::Options options = quiet_options();
  options.restart.intensity = 2;
  KitFixture k(options);
  auto service = k.add("service", {.start = part([](Scripted& s) {
                                     s.fail(broken());
                                     return ready_future();
                                   })})
                     .restart(Restart::on_failure);
  auto good = k.add("good");

  CHECK_FALSE(k.start());  // the first start has no second try
  CHECK(service.restarts() == 0);
  CHECK(good.state() == ServiceState::stopped);
}

TEST_CASE("a service that fails again and again ends the program") {
  KitFixture k;
  auto service =
      k.add("service", {.start = part([](Scripted& s) {
                          s.ready();
                          return s.loop().sleep(1s).then([] { return Result<void>(broken()); });
                        })})
          .restart(Restart::on_failure);
  REQUIRE(k.start());

  k.t.clock.advance(8100ms);  // 5 lives of 1 s, and delays of 0.1, 0.2, 0.4, 0.8, 1.6 s
  REQUIRE(service.state() == ServiceState::up);
  REQUIRE(service.restarts() == 5);
  k.t.clock.advance(1s);

  CHECK(service.state() == ServiceState::failed);
  CHECK(k.supervisor.exit_code() == exit_code::failure);
}

TEST_CASE("a restart that fails counts as one more") {
  KitFixture k;
  int starts = 0;
  auto service =
      k.add("service", {.start = part([&](Scripted& s) {
                          ++starts;
                          if (starts == 1)
                            s.tasks().spawn("end",
                                            s.loop().sleep(1s).then([&s] { s.fail(broken()); }));
                          return starts == 1 ? ready_future() : failure();
                        })})
          .restart(Restart::on_failure)
          .essential(false);
  auto other = k.add("other");
  REQUIRE(k.start());

  k.t.clock.advance(1min);

  CHECK(service.state() == ServiceState::failed);
  CHECK(starts == 6);
  CHECK(other.state() == ServiceState::up);
}

TEST_CASE("a service that finishes is not a failure") {
  KitFixture k;
  auto job = k.add("job").restart(Restart::on_failure);
  auto other = k.add("other");
  REQUIRE(k.start());

  job->finish();
  k.t.run_until_idle();

  CHECK(job.state() == ServiceState::finished);
  CHECK(other.state() == ServiceState::up);
}

TEST_CASE("Restart::always also restarts what has finished") {
  KitFixture k;
  auto job = k.add("job").restart(Restart::always);
  REQUIRE(k.start());

  job->finish();
  k.t.clock.advance(100ms);

  CHECK(job.state() == ServiceState::up);
  CHECK(job.restarts() == 1);
}

TEST_CASE("a start() that ends after ready() is the end of the service") {
  KitFixture k;
  auto job = k.add("job", {.start = part([](Scripted& s) {
                             s.ready();
                             return s.loop().sleep(1s);
                           })});
  k.add("other");
  REQUIRE(k.start());

  k.t.clock.advance(1s);

  CHECK(job.state() == ServiceState::finished);
}

TEST_CASE("a service may finish in its start()") {
  KitFixture k;
  auto job = k.add("job", {.start = part([](Scripted& s) {
                             s.finish();
                             return ready_future();
                           })});
  k.add("other");

  CHECK(k.start());

  CHECK(job.state() == ServiceState::finished);
}

TEST_CASE("when no service can run any more everything stops") {
  KitFixture k;
  auto first = k.add("first");
  auto second = k.add("second");
  REQUIRE(k.start());

  first->finish();
  k.t.run_until_idle();
  REQUIRE_FALSE(k.supervisor.exit_code());
  second->finish();
  k.t.run_until_idle();

  CHECK(k.supervisor.exit_code() == exit_code::success);
}

TEST_CASE("a stop overtakes a restart that waits") {
  KitFixture k;
  auto service = k.add("service").restart(Restart::on_failure);
  REQUIRE(k.start());
  service->fail(broken());
  k.t.run_until_idle();
  REQUIRE(service.state() == ServiceState::waiting);

  CHECK(k.stop());

  CHECK(k.t.loop.statistic().active_timers == 0);
}

TEST_CASE("a stop waits for what a failed object still clears away") {
  KitFixture k;
  Gate cleared(k.t.loop);
  auto service =
      k.add("service", {.stop = part([&](Scripted&) { return std::move(cleared.future); })})
          .restart(Restart::on_failure);
  REQUIRE(k.start());
  service->fail(broken());
  k.t.run_until_idle();
  REQUIRE(service.state() == ServiceState::stopping);

  Future<void> down = k.supervisor.stop();
  CHECK_FALSE(k.t.poll(down));
  cleared.open();

  CHECK(k.t.poll(down));
  CHECK(service.restarts() == 0);
}

TEST_CASE("when a service fails for good, those that came after it stop first") {
  KitFixture k;  // hardening 228
  auto database = k.add("database");
  auto api = k.add("api").after(database);
  REQUIRE(k.start());
  k.journal.clear();

  database->fail(broken());
  k.t.run_until_idle();

  CHECK(k.journal == Journal{"stop api", "destroy api", "stop database", "destroy database"});
  CHECK(database.state() == ServiceState::failed);
  CHECK(api.state() == ServiceState::stopped);
}
