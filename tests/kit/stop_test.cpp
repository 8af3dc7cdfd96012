// SPDX-License-Identifier: MIT
//
// How services go down.
#include "kit_fixture.hpp"

#include <stdexcept>

using namespace eddy;
using namespace eddy::testing;

TEST_CASE("services stop in the reverse of the order in which they started") {  // parity 1.6.6
  KitFixture k;
  Gate api_down(k.t.loop);
  auto database = k.add("database");
  auto api = k.add("api", {.stop = part([&](Scripted&) { return std::move(api_down.future); })})
                 .after(database);
  REQUIRE(k.start());
  k.journal.clear();

  Future<void> down = k.supervisor.stop();

  CHECK_FALSE(k.t.poll(down));
  CHECK(k.journal == Journal{"stop api"});

  api_down.open();

  CHECK(k.t.poll(down));
  CHECK(k.journal == Journal{"stop api", "destroy api", "stop database", "destroy database"});
  CHECK(k.supervisor.exit_code() == exit_code::success);
}

TEST_CASE("services of one rank stop at the same time") {
  KitFixture k;
  Gate first_down(k.t.loop);
  k.add("first", {.stop = part([&](Scripted&) { return std::move(first_down.future); })});
  k.add("second");
  REQUIRE(k.start());
  k.journal.clear();

  Future<void> down = k.supervisor.stop();
  k.t.run_until_idle();

  CHECK(k.journal == Journal{"stop first", "stop second", "destroy second"});
  first_down.open();
  CHECK(k.t.poll(down));
}

TEST_CASE("a stop that fails hinders no other, and all errors are told") {  // parity 1.6.3
  KitFixture k;
  auto base = k.add("base");
  k.add("fails", {.stop = part([](Scripted&) { return failure(); })}).after(base);
  k.add("throws", {.stop = part([](Scripted&) -> Future<void> { throw std::runtime_error("x"); })})
      .after(base);
  auto good = k.add("good").after(base);
  REQUIRE(k.start());

  const Result<void> down = k.stop();

  REQUIRE_FALSE(down);
  CHECK(down.error() == std::errc::address_in_use);
  const std::string text = down.error().message();
  CHECK(text.find("fails: listen 127.0.0.1:80") != std::string::npos);
  CHECK(text.find("throws: ") != std::string::npos);
  CHECK(good.state() == ServiceState::stopped);
  CHECK(base.state() == ServiceState::stopped);
}

TEST_CASE("a service that does not stop well does not change the exit code") {
  KitFixture k;
  k.add("fails", {.stop = part([](Scripted&) { return failure(); })});
  k.supervisor.on_ready([&] { k.supervisor.request_stop("enough"); });

  CHECK(k.supervisor.run() == exit_code::success);
}

TEST_CASE("a stop that never ends is dropped after its grace, and the others stop") {
  KitFixture k;  // parity 1.6.7, hardening 225
  auto base = k.add("base");
  auto stuck =
      k.add("stuck", {.stop = part([](Scripted& s) { return s.loop().sleep(24h); })}).after(base);
  REQUIRE(k.start());
  Future<void> down = k.supervisor.stop();

  k.t.clock.advance(29s);
  REQUIRE(stuck.state() == ServiceState::stopping);
  k.t.clock.advance(1s);

  REQUIRE(k.t.poll(down));
  const Result<void> result = detail::take_result(std::move(down));
  CHECK(result.error() == Errc::timed_out);
  CHECK(result.error().context() ==
        "not everything stopped well: stuck: stop() took longer than 30 s; what was left is "
        "dropped: " +
            std::error_code(Errc::timed_out).message());
  CHECK(base.state() == ServiceState::stopped);
}

TEST_CASE("a service may have a stop grace of its own") {
  KitFixture k;
  k.add("stuck", {.stop = part([](Scripted& s) { return s.loop().sleep(24h); })}).stop_grace(2s);
  REQUIRE(k.start());
  Future<void> down = k.supervisor.stop();

  k.t.clock.advance(1s);
  REQUIRE_FALSE(down.ready());
  k.t.clock.advance(1s);

  REQUIRE(k.t.poll(down));
  CHECK_FALSE(detail::take_result(std::move(down)));
}

TEST_CASE("by default a stop cancels the tasks and waits for their clean-up") {
  KitFixture k;
  bool cleaned = false;
  k.add("worker", {.start = part([&](Scripted& s) {
                     s.tasks().spawn("work", s.loop().sleep(24h).finally([&cleaned, &s] {
                       return s.loop().sleep(5s).then([&cleaned] { cleaned = true; });
                     }));
                     return ready_future();
                   })});
  REQUIRE(k.start());

  Future<void> down = k.supervisor.stop();
  CHECK_FALSE(k.t.poll(down));
  k.t.clock.advance(5s);

  CHECK(cleaned);
  CHECK(down.ready());
}

TEST_CASE("tasks are stopped after stop(), not before it") {  // parity 16
  KitFixture k;
  std::size_t tasks_in_stop = 0;
  auto service = k.add("worker",
                       {.start = part([](Scripted& s) {
                          s.tasks().spawn("work", s.loop().sleep(24h));
                          return ready_future();
                        }),
                        .stop = part([&](Scripted& s) {
                          tasks_in_stop = s.tasks().size();
                          return ready_future();
                        })});
  REQUIRE(k.start());

  CHECK(k.stop());

  CHECK(tasks_in_stop == 1);
  CHECK(k.t.loop.statistic().active_timers == 0);
}

TEST_CASE("tasks that refuse to end are dropped with the service") {
  KitFixture k;
  k.add("stubborn", {.start = part([](Scripted& s) {
                       s.tasks().spawn("work",
                                       s.loop().sleep(24h).or_else(Errc::canceled, [&s](Error&&) {
                                         return s.loop().sleep(24h);
                                       }));
                       return ready_future();
                     })});
  REQUIRE(k.start());
  Future<void> down = k.supervisor.stop();

  k.t.clock.advance(30s);

  REQUIRE(k.t.poll(down));
  CHECK_FALSE(detail::take_result(std::move(down)));
  CHECK(k.t.loop.statistic().active_timers == 0);
}

TEST_CASE("a service may ask for the stop of everything, with a reason") {  // parity 1.6.9
  KitFixture k;
  auto other = k.add("other");
  auto asker = k.add("asker");
  REQUIRE(k.start());
  Future<StopReason> closing = k.supervisor.closing();
  REQUIRE_FALSE(k.t.poll(closing));

  asker->env().request_stop("disk is full", 3);

  REQUIRE(asker.state() == ServiceState::up);  // nothing happens inside the call
  REQUIRE(k.t.poll(closing));
  CHECK(detail::take_result(std::move(closing))->text == "disk is full");
  CHECK(k.supervisor.exit_code() == 3);
  CHECK(other.state() == ServiceState::stopped);
}

TEST_CASE("the first request to stop counts") {
  KitFixture k;
  k.add("service");
  REQUIRE(k.start());

  k.supervisor.request_stop("first", 4);
  k.supervisor.request_stop("second", 5);
  k.t.run_until_idle();

  CHECK(k.supervisor.exit_code() == 4);
}

TEST_CASE("a request to stop breaks off a start and rolls it back") {  // parity 1.6.7
  KitFixture k;
  auto up = k.add("up");
  auto slow = k.add("slow", {.start = part([](Scripted& s) { return s.loop().sleep(20s); })});
  slow.after(up);
  auto never = k.add("never").after(slow);
  Future<void> started = k.supervisor.start();
  REQUIRE_FALSE(k.t.poll(started));

  k.supervisor.request_stop("changed my mind");

  REQUIRE(k.t.poll(started));
  CHECK(detail::take_result(std::move(started)).error() == Errc::closed);
  CHECK(k.journal == Journal{"start up", "start slow", "destroy slow", "stop up", "destroy up"});
  CHECK(never.state() == ServiceState::idle);
}

TEST_CASE("a request that came before the start stops it at once") {
  KitFixture k;
  k.add("service");
  k.supervisor.request_stop("not today", 9);

  CHECK_FALSE(k.start());

  CHECK(k.journal.empty());
  CHECK(k.supervisor.exit_code() == 9);
}

TEST_CASE("destroying a supervisor drops its services in reverse order") {
  Journal journal;
  Fixture t;
  {
    Supervisor supervisor(t.loop, quiet_options());
    auto base = supervisor.add<Scripted>({.journal = &journal}).name("base");
    supervisor.add<Scripted>({.journal = &journal}).name("top").after(base);
    Future<void> up = supervisor.start();
    REQUIRE(t.poll(up));
  }
  CHECK(journal == Journal{"start base", "start top", "destroy top", "destroy base"});
}

TEST_CASE("a handle outlives the supervisor") {
  Fixture t;
  auto supervisor = std::make_unique<Supervisor>(t.loop, quiet_options());
  auto service = supervisor->add<Scripted>({}).name("service");
  Future<void> up = supervisor->start();
  REQUIRE(t.poll(up));
  REQUIRE(service.get() != nullptr);

  supervisor.reset();

  CHECK(service.get() == nullptr);
  CHECK(service.name() == "service");
  CHECK(service.state() == ServiceState::stopped);
}

TEST_CASE("vital work that ends because its service stops is no error") {
  KitFixture k;
  Gate socket(k.t.loop);
  k.add("server",
        {.start = part([&](Scripted& s) {
           s.spawn_vital("accept", std::move(socket.future));
           return ready_future();
         }),
         .stop = part([&](Scripted&) {
           std::move(socket.promise).set_error(Errc::closed);
           return ready_future();
         })});
  REQUIRE(k.start());

  CHECK(k.stop());
}

TEST_CASE("vital work that fails while its service stops is told") {
  KitFixture k;
  Gate disk(k.t.loop);
  k.add("store",
        {.start = part([&](Scripted& s) {
           s.spawn_vital("flush", std::move(disk.future));
           return ready_future();
         }),
         .stop = part([&](Scripted& s) {
           std::move(disk.promise).set_error(std::make_error_code(std::errc::io_error));
           return s.loop().sleep(1s);
         })});
  REQUIRE(k.start());

  Future<void> down = k.supervisor.stop();
  k.t.clock.advance(1s);

  REQUIRE(down.ready());
  CHECK(detail::take_result(std::move(down)).error() == std::errc::io_error);
}
