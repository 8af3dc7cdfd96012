// SPDX-License-Identifier: MIT
#include <eddy/core/as_completed.hpp>
#include <eddy/core/deadline.hpp>
#include <eddy/core/detail/task_context.hpp>
#include <eddy/core/iterate.hpp>
#include <eddy/core/shield.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/core/wait.hpp>
#include <eddy/testing/fixture.hpp>

#include <optional>
#include <string>
#include <thread>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

TEST_CASE("without a deadline there is no limit to what remains") {
  Fixture t;

  CHECK_FALSE(current_deadline().has_value());
  CHECK(remaining() == Duration::max());
}

TEST_CASE("work that is done before its deadline gives its value") {
  Fixture t;

  auto work = with_deadline(2s, [&t] { return t.loop.sleep(1s, 7); });
  t.clock.advance(1s);

  CHECK(t.get(std::move(work)).value() == 7);
}

TEST_CASE("work that misses its deadline is cancelled and gives timed_out, which tells the limit") {
  Fixture t;
  bool tidied = false;
  auto work =
      with_deadline(2s, [&] { return t.loop.sleep(10s).finally([&tidied] { tidied = true; }); });
  t.clock.advance(1s);
  CHECK_FALSE(work.ready());

  t.clock.advance(1s);

  const Result<void> result = t.get(std::move(work));
  CHECK(result.error() == Errc::timed_out);
  CHECK(result.error().context() == "deadline of 2000 ms, 2000 ms elapsed");
  CHECK(tidied);
}

TEST_CASE("a deadline of zero gives work that waits no time at all") {
  Fixture t;

  auto work = with_deadline(0s, [&t] { return t.loop.sleep(1s); });
  t.run_until_idle();

  CHECK(t.get(std::move(work)).error() == Errc::timed_out);
}

TEST_CASE("an inner limit never exceeds the deadline, and tells that the deadline came first") {
  Fixture t;
  std::string inner;
  auto work = with_deadline(2s, [&] {
    return t.loop.sleep(100s).timeout(50s).or_else(
        [&inner](Error&& error) { inner = error.context(); });
  });

  t.clock.advance(2s);

  CHECK(inner == "deadline of 2000 ms, 2000 ms elapsed");
  CHECK(t.get(std::move(work)).error() == Errc::timed_out);
}

TEST_CASE("the limit of a wait never exceeds the deadline, and the wait gives back what there is") {
  Fixture t;
  std::size_t pending = 0;
  // The shield keeps the deadline's own cancel away, so that it is the wait's limit that ends it.
  auto work = with_deadline(2s, [&] {
    std::vector<Future<void>> futures;
    futures.push_back(t.loop.sleep(100s));
    return shield(wait(When::all_completed, 50s, std::move(futures)).then([&](Waited<void> all) {
      pending = all.pending.size();
    }));
  });
  t.clock.advance(2s - 1ms);
  CHECK(pending == 0);

  t.clock.advance(1ms);

  CHECK(pending == 1);
  CHECK(t.get(std::move(work)).error() == Errc::timed_out);
}

TEST_CASE("what as_completed gives late is late at the deadline, and says so") {
  Fixture t;
  std::string late;
  auto work = with_deadline(2s, [&] {
    std::vector<Future<void>> futures;
    futures.push_back(t.loop.sleep(100s));
    return shield(as_completed(std::move(futures), 50s).for_each([&](Completed<void>&& item) {
      late = item.result.error().context();
    }));
  });

  t.clock.advance(2s);

  CHECK(late == "deadline of 2000 ms, 2000 ms elapsed");
  CHECK(t.get(std::move(work)).error() == Errc::timed_out);
}

TEST_CASE("an inner limit that is tighter than the deadline stays as it is") {
  Fixture t;
  std::string inner;
  auto work = with_deadline(20s, [&] {
    return t.loop.sleep(100s).timeout(1s).or_else(
        [&inner](Error&& error) { inner = error.context(); });
  });

  t.clock.advance(1s);

  CHECK(inner == "limit of 1000 ms, 1000 ms elapsed");
  CHECK(t.poll(work));
}

TEST_CASE("a nested deadline can only be tighter") {
  Fixture t;
  Duration wider{};
  Duration tighter{};
  auto work = with_deadline(10s, [&] {
    auto one = with_deadline(60s, [&] {
      wider = remaining();
      return t.loop.sleep(1s);
    });
    auto two = with_deadline(3s, [&] {
      tighter = remaining();
      return t.loop.sleep(1s);
    });
    return std::move(one).then([two = std::move(two)]() mutable { return std::move(two); });
  });
  t.clock.advance(1s);

  CHECK(wider == 10s);
  CHECK(tighter == 3s);
  CHECK(t.poll(work));
}

TEST_CASE("a continuation knows what remains of the deadline, and code outside does not") {
  Fixture t;
  Duration inside{};
  std::optional<Deadline> outside;
  auto work = with_deadline(10s, [&] {
                return t.loop.sleep(4s).then([&inside] { inside = remaining(); });
              }).then([&outside] { outside = current_deadline(); });

  t.clock.advance(4s);

  CHECK(inside == 6s);
  CHECK_FALSE(outside.has_value());
  CHECK(work.ready());
}

TEST_CASE("a task that is spawned inside has the deadline of its spawner") {
  Fixture t;
  std::string error;
  TaskGroup group(t.loop, [&error](const Task&, const Error& why) { error = why.context(); });
  auto work = with_deadline(2s, [&] {
    group.spawn("child", t.loop.next_turn().then([&t] { return t.loop.sleep(9s).timeout(8s); }));
    return t.loop.next_turn();
  });

  t.clock.advance(2s);

  CHECK(work.ready());
  CHECK(error == "deadline of 2000 ms, 2000 ms elapsed");
}

TEST_CASE("a deadline for work that has begun holds from there on") {
  Fixture t;
  Duration left{};
  auto begun = t.loop.sleep(1s).then([&] {
    left = remaining();
    return t.loop.sleep(100s);
  });

  auto work = with_deadline(5s, std::move(begun));
  t.clock.advance(5s);

  CHECK(left == 4s);
  CHECK(t.get(std::move(work)).error().context() == "deadline of 5000 ms, 5000 ms elapsed");
}

TEST_CASE("a job on another thread knows the deadline of the task that started it") {
  Fixture t;
  std::optional<Deadline> seen;
  const auto now = t.loop.now();
  auto work = with_deadline(5s, [&] {
    std::thread job([&seen, context = detail::capture_context()] {
      detail::run_in_context(context, [&seen] { seen = current_deadline(); });
    });
    job.join();
    return ready_future();
  });

  CHECK(t.poll(work));
  REQUIRE(seen.has_value());
  CHECK(seen->at() == now + 5s);
  CHECK(seen->remaining(now + 1s) == 4s);
}

TEST_CASE("dropping work with a deadline drops the work and its timer") {
  Fixture t;
  ProbeCount probes;
  auto work = with_deadline(5s, [&] { return t.loop.sleep(9s).attach(Probe(probes)); });

  work = {};

  CHECK(probes.alive == 0);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("work with a deadline may outlive its loop") {
  ProbeCount probes;
  std::optional<Fixture> t(std::in_place);
  Future<void> work = with_deadline(5s, [&] { return t->loop.next_turn().attach(Probe(probes)); });
  auto kept = std::make_unique<Future<void>>(std::move(work));
  kept.reset();
  t.reset();

  CHECK(probes.alive == 0);
}
