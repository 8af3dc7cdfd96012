// SPDX-License-Identifier: MIT
#include <eddy/core/promise.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <memory>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

namespace {

/// Drops a future when it is moved.
class Dropper {
 public:
  explicit Dropper(Future<Dropper>& future) : future_(&future) {}
  Dropper(Dropper&& other) noexcept : future_(other.future_) { *future_ = {}; }
  Dropper& operator=(Dropper&&) = delete;
  ~Dropper() = default;

 private:
  Future<Dropper>* future_;
};

}  // namespace

TEST_CASE("a promise dropped unresolved gives its waiter broken_promise, once") {
  Fixture t;
  int calls = 0;
  auto promise = std::make_unique<Promise<int>>(t.loop);
  auto chain =
      promise->future().or_else(Errc::broken_promise, [&calls](const Error&) { return ++calls; });
  CHECK_FALSE(t.poll(chain));

  promise.reset();

  CHECK(*t.get(std::move(chain)) == 1);
  CHECK(calls == 1);
}

TEST_CASE("a promise whose future was never taken may be dropped") {
  Fixture t;
  { const Promise<int> promise(t.loop); }
  CHECK(t.loop.statistic().live_nodes == 0);
}

TEST_CASE("a late value for a dropped future dies at once") {
  Fixture t;
  ProbeCount probes;
  Promise<std::shared_ptr<Probe>> promise(t.loop);
  { const auto dropped = promise.future(); }
  CHECK_FALSE(promise.wanted());

  std::move(promise).set_value(testing::shared_probe(probes));

  CHECK(probes.made == 1);
  CHECK(probes.alive == 0);
}

TEST_CASE("wanted tells whether somebody waits") {
  Fixture t;
  Promise<int> promise(t.loop);
  auto future = promise.future();
  CHECK(promise.wanted());

  future = {};

  CHECK_FALSE(promise.wanted());
}

TEST_CASE("on_abandoned runs inside the destructor of the future") {
  Fixture t;
  bool abandoned = false;
  Promise<int> promise(t.loop);
  promise.on_abandoned([&abandoned] { abandoned = true; });
  auto future = promise.future();
  CHECK_FALSE(abandoned);

  future = {};

  CHECK(abandoned);
}

TEST_CASE("on_abandoned runs on soft cancel") {
  Fixture t;
  bool abandoned = false;
  Promise<void> promise(t.loop);
  promise.on_abandoned([&abandoned] { abandoned = true; });
  TaskGroup group(t.loop);
  Task task = group.spawn("work", promise.future());

  task.cancel();

  CHECK(abandoned);
  CHECK_FALSE(promise.wanted());
}

TEST_CASE("on_abandoned does not run when there is a value") {
  Fixture t;
  bool abandoned = false;
  ProbeCount probes;
  Promise<int> promise(t.loop);
  promise.on_abandoned([&abandoned, probe = Probe(probes)] { abandoned = true; });
  auto future = promise.future();

  std::move(promise).set_value(1);

  CHECK(probes.alive == 0);
  CHECK(*t.get(std::move(future)) == 1);
  CHECK_FALSE(abandoned);
}

TEST_CASE("on_abandoned may destroy its promise") {
  Fixture t;
  auto promise = std::make_unique<Promise<int>>(t.loop);
  promise->on_abandoned([&promise] { promise.reset(); });
  auto future = promise->future();

  future = {};

  CHECK(promise == nullptr);
  CHECK(t.loop.statistic().live_nodes == 0);
}

TEST_CASE("on_abandoned may fulfil its promise, in vain") {
  Fixture t;
  Promise<int> promise(t.loop);
  promise.on_abandoned([&promise] { std::move(promise).set_value(1); });
  auto future = promise.future();

  future = {};

  CHECK(t.loop.statistic().live_nodes == 0);
}

TEST_CASE("what on_abandoned captured may own the future of its promise") {
  struct Owner {
    Future<int> future;
  };
  Fixture t;
  Promise<int> promise(t.loop);
  auto owner = std::make_shared<Owner>();
  owner->future = promise.future().then([](int n) { return n; });
  promise.on_abandoned([owner] {});
  std::weak_ptr<Owner> watch = owner;
  owner.reset();
  CHECK_FALSE(watch.expired());

  std::move(promise).set_value(1);

  CHECK(watch.expired());
  CHECK(t.loop.statistic().live_nodes == 0);
}

TEST_CASE("what on_abandoned captured may own the future of a promise that is dropped") {
  Fixture t;
  auto promise = std::make_unique<Promise<int>>(t.loop);
  auto future = std::make_shared<Future<int>>(promise->future());
  promise->on_abandoned([future] {});
  future.reset();

  promise.reset();

  CHECK(t.loop.statistic().live_nodes == 0);
}

TEST_CASE("set takes a Result") {
  Fixture t;
  Promise<int> good(t.loop);
  Promise<int> bad(t.loop);
  auto value = good.future();
  auto error = bad.future();

  std::move(good).set(Result<int>(1));
  std::move(bad).set(Result<int>(Errc::closed));

  CHECK(*t.get(std::move(value)) == 1);
  CHECK(t.get(std::move(error)).error() == Errc::closed);
}

TEST_CASE("a value may drop its future on the way into it") {
  Fixture t;
  Promise<Dropper> promise(t.loop);
  Future<Dropper> future = promise.future();
  Dropper value(future);

  std::move(promise).set_value(std::move(value));

  CHECK_FALSE(future.valid());
  CHECK(t.loop.statistic().live_nodes == 0);
}

TEST_CASE("a value may drop what waits for it on its way into the future") {
  Fixture t;
  bool ran = false;
  Promise<Dropper> promise(t.loop);
  Future<Dropper> chain = promise.future().then([&ran](Dropper given) {
    ran = true;
    return given;
  });
  Dropper value(chain);

  std::move(promise).set_value(std::move(value));
  t.run_until_idle();

  CHECK_FALSE(chain.valid());
  CHECK_FALSE(ran);
}
