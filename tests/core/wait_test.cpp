// SPDX-License-Identifier: MIT
#include <eddy/core/promise.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/core/wait.hpp>
#include <eddy/testing/fixture.hpp>

#include <optional>
#include <string>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

namespace {

Future<int> fails_after(Fixture& t, Duration after, Errc code = Errc::closed) {
  return t.loop.sleep(after).then([code]() -> Result<int> { return code; });
}

std::vector<Future<int>> three(Future<int> a, Future<int> b, Future<int> c) {
  std::vector<Future<int>> futures;
  futures.push_back(std::move(a));
  futures.push_back(std::move(b));
  futures.push_back(std::move(c));
  return futures;
}

}  // namespace

TEST_CASE("wait for the first gives it as done and the others as pending, alive") {
  Fixture t;
  auto first = wait(When::first_completed,
                    three(t.loop.sleep(3s, 30), t.loop.sleep(1s, 10), t.loop.sleep(2s, 20)));
  CHECK_FALSE(t.poll(first));
  t.clock.advance(1s);

  auto waited = t.get(std::move(first));

  REQUIRE(waited->done.size() == 1);
  CHECK(waited->done[0].index == 1);
  CHECK(*t.get(std::move(waited->done[0].future)) == 10);
  REQUIRE(waited->pending.size() == 2);
  CHECK(waited->pending[0].index == 0);
  CHECK(waited->pending[1].index == 2);
  CHECK_FALSE(waited->pending[0].future.ready());
  t.clock.advance(2s);
  CHECK(*t.get(std::move(waited->pending[0].future)) == 30);
  CHECK(*t.get(std::move(waited->pending[1].future)) == 20);
}

TEST_CASE("wait for all gives the done in the order in which they settled, and never fails") {
  Fixture t;
  auto all = wait(When::all_completed,
                  three(t.loop.sleep(3s, 30), fails_after(t, 1s), t.loop.sleep(2s, 20)));
  t.clock.advance(2s);
  CHECK_FALSE(all.ready());
  t.clock.advance(1s);

  auto waited = t.get(std::move(all));

  CHECK(waited->pending.empty());
  CHECK(waited->done[0].index == 1);
  CHECK(waited->done[1].index == 2);
  CHECK(waited->done[2].index == 0);
  CHECK(t.get(std::move(waited->done[0].future)).error() == Errc::closed);
}

TEST_CASE("wait for the first exception passes values and cancellations by") {
  Fixture t;
  auto first = wait(When::first_exception,
                    three(ready_future(1), fails_after(t, 1s, Errc::canceled), fails_after(t, 2s)));
  t.clock.advance(1s);
  CHECK_FALSE(first.ready());
  t.clock.advance(1s);

  auto waited = t.get(std::move(first));

  CHECK(waited->done.size() == 3);
  CHECK(t.get(std::move(waited->done[2].future)).error() == Errc::closed);
}

TEST_CASE("wait for the first exception hands the rest back, to be cancelled or kept") {
  Fixture t;
  ProbeCount probes;
  auto first = wait(
      When::first_exception,
      three(t.loop.sleep(9s, 1).attach(Probe(probes)), fails_after(t, 1s), t.loop.sleep(9s, 1)));
  t.clock.advance(1s);

  auto waited = t.get(std::move(first));

  CHECK(t.get(std::move(waited->done[0].future)).error() == Errc::closed);
  CHECK(waited->pending.size() == 2);
  CHECK(probes.alive == 1);
  waited->pending.clear();
  CHECK(probes.alive == 0);
}

TEST_CASE("wait for the first exception waits for all if there is none") {
  Fixture t;
  auto first =
      wait(When::first_exception, three(ready_future(1), ready_future(2), t.loop.sleep(1s, 3)));
  CHECK_FALSE(t.poll(first));

  t.clock.advance(1s);

  CHECK(t.get(std::move(first))->done.size() == 3);
}

TEST_CASE("a wait that takes too long gives what is there, and no error") {
  Fixture t;
  auto limited = wait(When::all_completed,
                      1500ms,
                      three(t.loop.sleep(3s, 30), t.loop.sleep(1s, 10), t.loop.sleep(2s, 20)));
  t.clock.advance(1499ms);
  CHECK_FALSE(limited.ready());
  t.clock.advance(1ms);

  auto waited = t.get(std::move(limited));

  CHECK(waited->done.size() == 1);
  CHECK(waited->pending.size() == 2);
  t.clock.advance(2s);
  CHECK(*t.get(std::move(waited->pending[0].future)) == 30);
}

TEST_CASE("a wait that is over has disarmed its limit") {
  Fixture t;
  auto limited = wait(When::first_completed, 5s, t.loop.sleep(1s), t.loop.sleep(1s));

  t.clock.advance(1s);

  CHECK(limited.ready());
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("wait for what is done already is ready at once") {
  Fixture t;
  CHECK(wait(When::first_completed, ready_future(1), t.loop.sleep(1s)).ready());
  CHECK(wait(When::all_completed, std::vector<Future<int>>()).ready());
}

TEST_CASE("wait gives futures of different types back as they were given") {
  Fixture t;
  auto first = wait(When::first_completed, t.loop.sleep(2s, std::string("a")), t.loop.sleep(1s));
  t.clock.advance(1s);

  auto [text, nothing] = *t.get(std::move(first));

  CHECK(nothing.ready());
  CHECK_FALSE(text.ready());
  t.clock.advance(1s);
  CHECK(*t.get(std::move(text)) == "a");
}

TEST_CASE("an error that wait gave back and nobody read is reported") {
  Fixture t;
  {
    auto waited = t.get(wait(When::all_completed, failed_future<int>(Errc::closed)));
    CHECK(t.loop.statistic().unread_errors == 0);
  }
  CHECK(t.take_unread().size() == 1);
}

TEST_CASE("cancel of a wait cancels no future: they are given back, and what comes next is hit") {
  Fixture t;
  std::optional<Future<int>> kept;
  TaskGroup group(t.loop);
  Task task = group.spawn("work",
                          wait(When::first_completed, t.loop.sleep(1s, 7))
                              .then([&kept, &t](std::tuple<Future<int>> futures) {
                                kept = std::get<0>(std::move(futures));
                                return t.loop.sleep(100s);
                              }));
  task.cancel();
  t.run_until_idle();
  CHECK(task.state() == TaskState::canceled);
  REQUIRE(kept.has_value());
  CHECK_FALSE(kept->ready());

  t.clock.advance(1s);

  CHECK(*t.get(*std::move(kept)) == 7);
}

TEST_CASE("dropping a wait drops its futures and its limit") {
  Fixture t;
  ProbeCount probes;
  auto limited = wait(When::all_completed, 5s, t.loop.sleep(1s).attach(Probe(probes)));

  limited = {};

  CHECK(probes.alive == 0);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("a future that is running when its wait is over is given back and goes on") {
  Fixture t;
  Promise<int> other(t.loop);
  auto running = t.loop.sleep(1s).then([&other, &t] {
    std::move(other).set_value(1);
    return t.loop.sleep(1s, 2);
  });
  auto first = wait(When::first_completed, std::move(running), other.future());
  t.clock.advance(1s);

  auto [later, now] = *t.get(std::move(first));

  CHECK(*t.get(std::move(now)) == 1);
  CHECK_FALSE(later.ready());
  t.clock.advance(1s);
  CHECK(*t.get(std::move(later)) == 2);
}

TEST_CASE("a wait with a limit that outlives its loop never comes") {
  Future<void> limited;
  {
    Loop loop;
    limited = wait(When::all_completed, 1s, loop.sleep(2s)).then([](auto) {});
  }
  CHECK_FALSE(limited.ready());
  limited = {};
}
