// SPDX-License-Identifier: MIT
//
// Services that come and go while the others run.
#include "kit_fixture.hpp"

using namespace eddy;
using namespace eddy::testing;

TEST_CASE("services that were added later start when they are asked to") {
  KitFixture k;
  k.add("old");
  REQUIRE(k.start());
  auto base = k.add("base");
  auto top = k.add("top").after(base);
  REQUIRE(top.state() == ServiceState::idle);

  Future<void> up = k.supervisor.start_services({top, base});

  CHECK(k.t.poll(up));
  CHECK(k.journal == Journal{"start old", "start base", "start top"});
}

TEST_CASE("services stop apart from the others, and may start again") {
  KitFixture k;
  auto stays = k.add("stays");
  auto goes = k.add("goes");
  REQUIRE(k.start());
  Future<void> down = k.supervisor.stop_services({goes});
  REQUIRE(k.t.poll(down));
  CHECK(goes.state() == ServiceState::stopped);
  CHECK(stays.state() == ServiceState::up);

  Future<void> up = k.supervisor.start_services({goes});

  CHECK(k.t.poll(up));
  CHECK(goes.state() == ServiceState::up);
}

TEST_CASE("if one of some added services fails to start, all of these stop, and no other") {
  KitFixture k;
  auto old = k.add("old");
  REQUIRE(k.start());
  auto good = k.add("good");
  auto bad = k.add("bad", {.start = part([](Scripted&) { return failure(); })}).after(good);

  Future<void> up = k.supervisor.start_services({good, bad});

  REQUIRE(k.t.poll(up));
  CHECK(detail::take_result(std::move(up)).error() == std::errc::address_in_use);
  CHECK(good.state() == ServiceState::stopped);
  CHECK(bad.state() == ServiceState::failed);
  CHECK(old.state() == ServiceState::up);
}

TEST_CASE("everything ends if the last services die while others start, and these fail") {
  KitFixture k;
  Gate late_up(k.t.loop);
  auto old = k.add("old").essential(false);
  REQUIRE(k.start());
  auto late = k.add("late", {.start = part([&](Scripted&) { return std::move(late_up.future); })});
  Future<void> up = k.supervisor.start_services({late});
  REQUIRE_FALSE(k.t.poll(up));
  old->fail(std::make_error_code(std::errc::io_error));
  k.t.run_until_idle();
  REQUIRE(old.state() == ServiceState::failed);
  REQUIRE_FALSE(k.supervisor.exit_code().has_value());

  std::move(late_up.promise).set_error(std::make_error_code(std::errc::address_in_use));

  REQUIRE(k.t.poll(up));
  CHECK(detail::take_result(std::move(up)).error() == std::errc::address_in_use);
  k.t.run_until_idle();
  CHECK(k.supervisor.exit_code() == exit_code::failure);
}

TEST_CASE("who hears of a start that failed may start something else before everything ends") {
  KitFixture k;
  Gate late_up(k.t.loop);
  auto old = k.add("old").essential(false);
  REQUIRE(k.start());
  auto late = k.add("late", {.start = part([&](Scripted&) { return std::move(late_up.future); })});
  auto spare = k.add("spare");
  Future<void> up = k.supervisor.start_services({late}).or_else(
      [&](const Error&) { return k.supervisor.start_services({spare}); });
  REQUIRE_FALSE(k.t.poll(up));
  old->fail(std::make_error_code(std::errc::io_error));
  k.t.run_until_idle();

  std::move(late_up.promise).set_error(std::make_error_code(std::errc::address_in_use));

  REQUIRE(k.t.poll(up));
  CHECK(detail::take_result(std::move(up)));
  k.t.run_until_idle();
  CHECK(spare.state() == ServiceState::up);
}

TEST_CASE("the configuration of an added service is checked before it starts") {
  KitFixture k;
  REQUIRE(k.start());
  auto bad = k.add("bad", {.complaints = {"no"}});

  Future<void> up = k.supervisor.start_services({bad});

  REQUIRE(k.t.poll(up));
  CHECK(detail::take_result(std::move(up)).error() == Errc::invalid);
  CHECK(bad.state() == ServiceState::idle);
}

TEST_CASE("hooks get only the services that are started or stopped apart") {
  KitFixture k;
  std::vector<std::size_t> sizes;
  auto note = [&sizes](std::span<const ServiceRef> services) {
    sizes.push_back(services.size());
    return ready_future();
  };
  k.supervisor.pre_start().add(note);
  k.supervisor.post_stop().add(note);
  k.add("a");
  k.add("b");
  REQUIRE(k.start());
  auto late = k.add("late");

  Future<void> up = k.supervisor.start_services({late});
  REQUIRE(k.t.poll(up));
  Future<void> down = k.supervisor.stop_services({late});
  REQUIRE(k.t.poll(down));

  CHECK(sizes == std::vector<std::size_t>{2, 1, 1});
}

TEST_CASE("a stop of everything overtakes a start of some") {
  KitFixture k;
  k.add("old");
  REQUIRE(k.start());
  auto slow = k.add("slow", {.start = part([](Scripted& s) { return s.loop().sleep(20s); })});
  Future<void> up = k.supervisor.start_services({slow});
  REQUIRE_FALSE(k.t.poll(up));

  CHECK(k.stop());

  REQUIRE(k.t.poll(up));
  CHECK(detail::take_result(std::move(up)).error() == Errc::closed);
  CHECK(slow.state() == ServiceState::stopped);
}

TEST_CASE("only a running supervisor starts and stops services apart") {
  KitFixture k;
  auto service = k.add("service");

  Future<void> up = k.supervisor.start_services({service});
  Future<void> down = k.supervisor.stop_services({service});

  REQUIRE(k.t.poll(up));
  REQUIRE(k.t.poll(down));
  CHECK(detail::take_result(std::move(up)).error() == Errc::closed);
  CHECK(detail::take_result(std::move(down)).error() == Errc::closed);
}

TEST_CASE("a service may stop itself through its supervisor") {
  KitFixture k;
  auto self = k.add("self");
  k.add("other");
  REQUIRE(k.start());
  self->tasks().spawn("suicide",
                      k.t.loop.sleep(1s).then([&] { return k.supervisor.stop_services({self}); }));

  k.t.clock.advance(1s);

  CHECK(self.state() == ServiceState::stopped);
}

TEST_CASE("a service is told why it stops") {
  KitFixture k;
  std::vector<std::string> reasons;
  auto note = part([&](Scripted& s) {
    reasons.push_back(s.reason);
    return ready_future();
  });
  k.add("service", {.stop = note});
  REQUIRE(k.start());

  REQUIRE(k.stop());

  CHECK(reasons == std::vector<std::string>{"test is over"});
}
