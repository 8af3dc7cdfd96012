// SPDX-License-Identifier: MIT
//
// run() and run_until(), and requests from other threads.
#include "kit_fixture.hpp"

#include <thread>

using namespace eddy;
using namespace eddy::testing;

TEST_CASE("run() returns when a stop was asked for") {  // parity 1.6.8
  KitFixture k;
  auto service = k.add("service");
  k.supervisor.on_ready([&] { k.supervisor.request_stop("enough"); });

  CHECK(k.supervisor.run() == exit_code::success);

  CHECK(k.journal == Journal{"start service", "stop service", "destroy service"});
}

TEST_CASE("run() tells by its exit code that the start failed") {
  KitFixture k;
  k.add("bad", {.start = part([](Scripted&) { return failure(); })});

  CHECK(k.supervisor.run() == exit_code::failure);
}

TEST_CASE("run() returns at once if there is no service") {
  KitFixture k;

  CHECK(k.supervisor.run() == exit_code::success);
}

TEST_CASE("run() returns when all services have finished") {
  KitFixture k;
  k.add("job", {.start = part([](Scripted& s) {
                  s.finish();
                  return ready_future();
                })});

  CHECK(k.supervisor.run() == exit_code::success);
}

TEST_CASE("run() tells by its exit code that the last services failed") {
  KitFixture k;
  k.add("job", {.start = part([](Scripted& s) {
                  s.ready();
                  return failure();
                })})
      .essential(false);

  CHECK(k.supervisor.run() == exit_code::failure);
}

TEST_CASE("run_until() begins its work when all services are up, and ends with it") {
  KitFixture k;
  k.add("service");

  const int code = k.supervisor.run_until([&] {
    k.journal.push_back("work");
    return ready_future();
  });

  CHECK(code == exit_code::success);
  CHECK(k.journal == Journal{"start service", "work", "stop service", "destroy service"});
}

TEST_CASE("run_until() tells by its exit code that its work failed") {
  KitFixture k;
  k.add("service");

  CHECK(k.supervisor.run_until(failure()) == exit_code::failure);

  CHECK(k.journal.back() == "destroy service");
}

TEST_CASE("run_until() cancels its work when a stop is asked for, before the services stop") {
  KitFixture k;
  auto service = k.add("service");

  const int code = k.supervisor.run_until([&] {
    k.supervisor.request_stop("enough", 7);
    return k.t.loop.sleep(24h).finally([&] { k.journal.push_back("work ends"); });
  });

  CHECK(code == 7);
  CHECK(k.journal == Journal{"start service", "work ends", "stop service", "destroy service"});
}

TEST_CASE("Loop::stop() inside run() is a request to stop") {
  KitFixture k;
  k.add("service");
  k.supervisor.on_ready([&] { k.t.loop.stop(); });

  CHECK(k.supervisor.run() == exit_code::success);

  CHECK(k.journal.back() == "destroy service");
}

TEST_CASE("an exception in on_ready() is a failed start") {
  KitFixture k;
  k.add("service");
  k.supervisor.on_ready([] { throw std::runtime_error("no"); });

  const Result<void> up = k.start();

  REQUIRE_FALSE(up);
  CHECK(up.error().context() == "on_ready()");
  CHECK(k.journal.back() == "destroy service");
}

TEST_CASE("any thread may ask for the stop") {  // parity 1.6.9
  KitFixture k;
  k.add("service");
  std::thread asker;
  k.supervisor.on_ready(
      [&] { asker = std::thread([&] { k.supervisor.request_stop("from a thread", 5); }); });

  const int code = k.supervisor.run();
  asker.join();

  CHECK(code == 5);
}

TEST_CASE("of many threads that ask for the stop one is heard") {
  KitFixture k;
  auto service = k.add("service");
  std::vector<std::thread> askers;
  k.supervisor.on_ready([&] {
    for (int code = 10; code < 18; ++code) {
      askers.emplace_back([&, code] { service->env().request_stop("from a thread", code); });
    }
    for (std::thread& asker : askers)
      asker.join();
  });

  const int code = k.supervisor.run();

  CHECK(code >= 10);
  CHECK(code < 18);
}

TEST_CASE("closing() resolves when a stop begins, for as many as wait") {
  KitFixture k;
  auto service = k.add("service");
  REQUIRE(k.start());
  Future<StopReason> first = k.supervisor.closing();
  Future<StopReason> second = service->env().closing();
  REQUIRE_FALSE(k.t.poll(first));

  REQUIRE(k.stop());

  REQUIRE(first.ready());
  REQUIRE(second.ready());
  CHECK(detail::take_result(std::move(first))->kind == StopReason::Kind::requested);
  CHECK(detail::take_result(std::move(second))->text == "test is over");
}
