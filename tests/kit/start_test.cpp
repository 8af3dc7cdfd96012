// SPDX-License-Identifier: MIT
//
// How services come up, and what happens when one does not.
#include "kit_fixture.hpp"

using namespace eddy;
using namespace eddy::testing;

TEST_CASE("services start after those they were ordered behind") {  // parity 1.6.6
  KitFixture k;
  Gate database_up(k.t.loop);
  auto api = k.add("api");
  auto database =
      k.add("database", {.start = part([&](Scripted&) { return std::move(database_up.future); })});
  api.after(database);

  Future<void> up = k.supervisor.start();

  CHECK_FALSE(k.t.poll(up));
  CHECK(k.journal == Journal{"start database"});
  CHECK(api.state() == ServiceState::idle);

  database_up.open();

  CHECK(k.t.poll(up));
  CHECK(k.journal == Journal{"start database", "start api"});
  CHECK(api.state() == ServiceState::up);
}

TEST_CASE("services without an order start at the same time, in the order of their adding") {
  KitFixture k;
  Gate first_up(k.t.loop);
  Gate second_up(k.t.loop);
  k.add("first", {.start = part([&](Scripted&) { return std::move(first_up.future); })});
  k.add("second", {.start = part([&](Scripted&) { return std::move(second_up.future); })});

  Future<void> up = k.supervisor.start();
  k.t.run_until_idle();

  CHECK(k.journal == Journal{"start first", "start second"});

  second_up.open();
  first_up.open();
  CHECK(k.t.poll(up));
}

TEST_CASE("the names of the services come in the order of their adding") {  // parity 1.6.10
  KitFixture k;
  k.add("c");
  k.add("a");
  k.add("b");

  REQUIRE(k.start());

  CHECK(k.journal == Journal{"start c", "start a", "start b"});
  CHECK(k.supervisor.services().size() == 3);
  CHECK(k.supervisor.services()[0].name() == "c");
}

TEST_CASE("a service without a name bears that of its class, and a number if there are more") {
  KitFixture k;

  auto first = k.supervisor.add<Scripted>({});
  auto second = k.supervisor.add<Scripted>({});

  CHECK(first.name() == "Scripted");
  CHECK(second.name() == "Scripted#2");
}

TEST_CASE("a failed start stops what was up, in reverse") {  // parity 1.6.1, hardening 223
  KitFixture k;
  auto disk = k.add("disk");
  auto database = k.add("database").after(disk);
  auto api = k.add("api", {.start = part([](Scripted&) { return failure(); })}).after(database);

  const Result<void> up = k.start();

  REQUIRE_FALSE(up);
  CHECK(k.journal == Journal{"start disk",
                             "start database",
                             "start api",
                             "destroy api",
                             "stop database",
                             "destroy database",
                             "stop disk",
                             "destroy disk"});
  CHECK(k.supervisor.exit_code() == exit_code::failure);
}

TEST_CASE("the error of a failed start names the service and the cause") {  // parity 1.6.1
  KitFixture k;
  k.add("api", {.start = part([](Scripted&) { return failure(); })});

  const Result<void> up = k.start();

  REQUIRE_FALSE(up);
  CHECK(up.error() == std::errc::address_in_use);
  CHECK(up.error().context() == "service 'api': listen 127.0.0.1:80");
}

TEST_CASE("readiness is not announced for a failed start") {  // parity 1.6.2
  KitFixture k;
  bool announced = false;
  bool after_start = false;
  k.supervisor.on_ready([&announced] { announced = true; });
  k.supervisor.post_start().add([&after_start](auto) {
    after_start = true;
    return ready_future();
  });
  k.add("good");
  k.add("bad", {.start = part([](Scripted&) { return failure(); })});

  CHECK_FALSE(k.start());

  CHECK_FALSE(announced);
  CHECK_FALSE(after_start);
}

TEST_CASE("readiness is announced once, when all services are up") {
  KitFixture k;
  int announced = 0;
  Gate up(k.t.loop);
  k.supervisor.on_ready([&announced] { ++announced; });
  k.add("slow", {.start = part([&](Scripted&) { return std::move(up.future); })});
  Future<void> started = k.supervisor.start();
  k.t.run_until_idle();
  REQUIRE(announced == 0);

  up.open();

  CHECK(k.t.poll(started));
  CHECK(announced == 1);
}

TEST_CASE("an exception in start() is a failed start") {
  KitFixture k;
  k.add("api", {.start = part([](Scripted&) -> Future<void> { throw std::runtime_error("no"); })});

  const Result<void> up = k.start();

  REQUIRE_FALSE(up);
  CHECK(up.error() == Errc::exception);
}

TEST_CASE("a start() that gives an empty future is a failed start") {
  KitFixture k;
  k.add("api", {.start = part([](Scripted&) { return Future<void>(); })});

  const Result<void> up = k.start();

  REQUIRE_FALSE(up);
  CHECK(up.error() == Errc::invalid);
}

TEST_CASE("a start() that cancels itself is a failed start") {
  KitFixture k;
  k.add("api", {.start = part([](Scripted&) { return failed_future<void>(Errc::canceled); })});

  const Result<void> up = k.start();

  REQUIRE_FALSE(up);
  CHECK(up.error() == Errc::closed);
}

TEST_CASE("a start that takes too long says who waits for what") {  // parity 1.6.5, hardening 224
  KitFixture k;
  auto other = k.add("other");
  auto database =
      k.add("database", {.start = part([](Scripted& s) { return s.loop().sleep(1h); })});
  k.add("api").after(database);
  k.add("web").after(database, other);
  Future<void> up = k.supervisor.start();

  k.t.clock.advance(29s);
  REQUIRE_FALSE(up.ready());
  k.t.clock.advance(1s);

  REQUIRE(up.ready());
  const Result<void> result = detail::take_result(std::move(up));
  REQUIRE_FALSE(result);
  CHECK(result.error() == Errc::timed_out);
  CHECK(result.error().context() ==
        "service 'database': start() took longer than 30 s; waiting for it: api, web");
  CHECK(other.state() == ServiceState::stopped);
}

TEST_CASE("a service may have a start limit of its own") {
  KitFixture k;
  k.add("slow", {.start = part([](Scripted& s) { return s.loop().sleep(1h); })})
      .start_limit(1500ms);
  Future<void> up = k.supervisor.start();

  k.t.clock.advance(1500ms);

  REQUIRE(up.ready());
  const Result<void> result = detail::take_result(std::move(up));
  CHECK(result.error().context() == "service 'slow': start() took longer than 1500 ms");
}

TEST_CASE("ready() ends the wait for a start() that goes on") {
  KitFixture k;
  auto endless = k.add("endless", {.start = part([](Scripted& s) {
                                     s.ready();
                                     return s.loop().sleep(24h);
                                   })});

  REQUIRE(k.start());
  k.t.clock.advance(1h);  // far beyond the start limit

  CHECK(endless.state() == ServiceState::up);
  CHECK(k.stop());
  CHECK(k.t.loop.statistic().active_timers == 0);
}

TEST_CASE("the complaints about all configurations come together, before anything starts") {
  KitFixture k;
  k.add("a", {.complaints = {"interval must be > 0", "path is empty"}});
  k.add("b");
  k.add("c", {.complaints = {"port 70000 is no port"}});

  const Result<void> up = k.start();

  REQUIRE_FALSE(up);
  CHECK(up.error() == Errc::invalid);
  CHECK(up.error().context() ==
        "configuration refused: service 'a': interval must be > 0; service 'a': path is empty; "
        "service 'c': port 70000 is no port");
  CHECK(k.journal.empty());
  CHECK(k.supervisor.exit_code() == exit_code::failure);
}

TEST_CASE("services that wait for each other are refused with their path") {  // hardening 227
  KitFixture k;
  auto a = k.add("a");
  auto b = k.add("b").after(a);
  auto c = k.add("c").after(b);
  a.after(c);

  const Result<void> up = k.start();

  REQUIRE_FALSE(up);
  CHECK(up.error().context() == "services wait for each other: a after c after b after a");
  CHECK(k.journal.empty());
}

TEST_CASE("what is not essential may fail to start if nobody comes after it") {
  KitFixture k;
  auto metrics =
      k.add("metrics", {.start = part([](Scripted&) { return failure(); })}).essential(false);
  auto api = k.add("api");

  CHECK(k.start());

  CHECK(metrics.state() == ServiceState::failed);
  CHECK(api.state() == ServiceState::up);
}

TEST_CASE("what is not essential must start if another comes after it") {
  KitFixture k;
  auto cache =
      k.add("cache", {.start = part([](Scripted&) { return failure(); })}).essential(false);
  k.add("api").after(cache);

  CHECK_FALSE(k.start());

  CHECK(k.supervisor.exit_code() == exit_code::failure);
}

TEST_CASE("of two services that fail to start the first is the error") {
  KitFixture k;
  k.add("one", {.start = part([](Scripted&) { return failure(); })});
  k.add("two", {.start = part([](Scripted&) { return failure(); })});

  const Result<void> up = k.start();

  REQUIRE_FALSE(up);
  CHECK(up.error().context() == "service 'one': listen 127.0.0.1:80");
}

TEST_CASE("start() and what it begins belong to a task that bears the name of the service") {
  KitFixture k;
  std::string name;
  k.add("api", {.start = part([&name](Scripted&) {
                  name = current_task().name();
                  return ready_future();
                })});

  REQUIRE(k.start());

  CHECK(name == "start of api");
}

TEST_CASE("a hundred services in a row come up and go down in order") {  // parity 1.5
  KitFixture k;
  std::vector<ServiceHandle<Scripted>> row{k.add("0")};
  for (int i = 1; i < 100; ++i)
    row.push_back(k.add(std::to_string(i)).after(row.back()));
  REQUIRE(k.start());
  REQUIRE(row.back().state() == ServiceState::up);
  k.journal.clear();

  REQUIRE(k.stop());

  CHECK(k.journal.size() == 200);
  CHECK(k.journal.front() == "stop 99");
  CHECK(k.journal.back() == "destroy 0");
}
