// SPDX-License-Identifier: MIT
#include "kit_fixture.hpp"

#include <eddy/kit/hook_list.hpp>

#include <memory>

using namespace eddy;
using namespace eddy::testing;

namespace {

/// A hook that takes time and writes its name down.
auto a_hook(KitFixture& k, std::string name) {
  return [&k, name](std::span<const ServiceRef>) {
    return k.t.loop.sleep(1s).then([&k, name] { k.journal.push_back(name); });
  };
}

auto a_failing_hook(KitFixture& k, std::string name) {
  return [&k, name](std::span<const ServiceRef>) {
    k.journal.push_back(name);
    return failure();
  };
}

}  // namespace

TEST_CASE("hooks run one after the other, around start and stop") {
  KitFixture k;
  k.supervisor.pre_start().add(a_hook(k, "pre_start 1"));
  k.supervisor.pre_start().add(a_hook(k, "pre_start 2"));
  k.supervisor.post_start().add(a_hook(k, "post_start"));
  k.supervisor.pre_stop().add(a_hook(k, "pre_stop"));
  k.supervisor.post_stop().add(a_hook(k, "post_stop"));
  k.add("service");

  Future<void> up = k.supervisor.start();
  k.t.clock.advance(3s);
  CHECK(up.ready());
  Future<void> down = k.supervisor.stop();
  k.t.clock.advance(2s);
  CHECK(down.ready());

  CHECK(k.journal == Journal{"pre_start 1",
                             "pre_start 2",
                             "start service",
                             "post_start",
                             "pre_stop",
                             "stop service",
                             "destroy service",
                             "post_stop"});
}

TEST_CASE("a hook gets the services that are concerned") {
  KitFixture k;
  std::vector<std::string> names;
  k.supervisor.pre_start().add([&names](std::span<const ServiceRef> services) {
    for (const ServiceRef& service : services)
      names.emplace_back(service.name());
    return ready_future();
  });
  k.add("a");
  k.add("b");

  REQUIRE(k.start());

  CHECK(names == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a failing pre_start hook fails the start before any service") {
  KitFixture k;
  k.supervisor.pre_start().add(a_failing_hook(k, "first"));
  k.supervisor.pre_start().add(a_failing_hook(k, "second"));
  k.add("service");

  const Result<void> up = k.start();

  REQUIRE_FALSE(up);
  CHECK(up.error() == std::errc::address_in_use);
  CHECK(k.journal == Journal{"first"});
}

TEST_CASE("a failing post_start hook stops what was up") {
  KitFixture k;
  k.supervisor.post_start().add(a_failing_hook(k, "hook"));
  k.add("service");

  CHECK_FALSE(k.start());

  CHECK(k.journal == Journal{"start service", "hook", "stop service", "destroy service"});
}

TEST_CASE("a failing stop hook hinders nothing and is told") {  // parity 1.6.3
  KitFixture k;
  k.supervisor.pre_stop().add(a_failing_hook(k, "first"));
  k.supervisor.pre_stop().add(a_failing_hook(k, "second"));
  k.add("service");
  REQUIRE(k.start());

  const Result<void> down = k.stop();

  REQUIRE_FALSE(down);
  CHECK(down.error() == std::errc::address_in_use);
  CHECK(down.error().message().find("well: hook 1: listen") != std::string::npos);
  CHECK(down.error().message().find("; hook 2: listen") != std::string::npos);
  CHECK(k.journal ==
        Journal{"start service", "first", "second", "stop service", "destroy service"});
}

TEST_CASE("stop hooks run after a failed start too") {  // parity 1.6.1
  KitFixture k;
  k.supervisor.pre_stop().add(a_hook(k, "pre_stop"));
  k.supervisor.post_stop().add(a_hook(k, "post_stop"));
  k.add("bad", {.start = part([](Scripted&) { return failure(); })});
  Future<void> up = k.supervisor.start();

  k.t.clock.advance(2s);

  REQUIRE(up.ready());
  CHECK_FALSE(detail::take_result(std::move(up)));
  CHECK(k.journal == Journal{"start bad", "destroy bad", "pre_stop", "post_stop"});
}

TEST_CASE("a hook that never ends is bounded in time") {
  KitFixture k;
  k.supervisor.pre_stop().add([&k](auto) { return k.t.loop.sleep(24h); });
  k.add("service");
  REQUIRE(k.start());
  Future<void> down = k.supervisor.stop();

  k.t.clock.advance(30s);

  REQUIRE(k.t.poll(down));
  CHECK(detail::take_result(std::move(down)).error() == Errc::timed_out);
  CHECK(k.journal.back() == "destroy service");
}

TEST_CASE("the work of a pre_start hook may live on until post_stop") {  // parity 1.5, I#126
  KitFixture k;
  Future<void> work;
  bool alive = false;
  k.supervisor.pre_start().add([&](auto) {
    work = k.t.loop.sleep(24h);
    return ready_future();
  });
  k.supervisor.post_stop().add([&](auto) {
    alive = work.valid() && !work.ready();
    work = {};
    return ready_future();
  });
  k.add("service");
  REQUIRE(k.start());

  CHECK(k.stop());

  CHECK(alive);
}

TEST_CASE("hooks are frozen once the supervisor has started") {
  KitFixture k;
  REQUIRE_FALSE(k.supervisor.pre_stop().frozen());

  REQUIRE(k.start());

  CHECK(k.supervisor.pre_stop().frozen());
}
