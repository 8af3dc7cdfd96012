// SPDX-License-Identifier: MIT
#include <eddy/base/log_writer.hpp>
#include <eddy/core/detail/task_context.hpp>
#include <eddy/core/log_with.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <memory>
#include <string>
#include <thread>

#include "core/child.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::ChildEnd;
using eddy::testing::Fixture;
using eddy::testing::run_in_child;

namespace {

/// What `body`, which gets a loop, prints without a Writer.
template <class F>
ChildEnd logged_by(F&& body) {
  return run_in_child([&body] {
    testing::ManualClock clock;
    Loop loop(Loop::Options{.clock = &clock});
    clock.drive(loop);
    body(loop, clock);
    return 0;
  });
}

/// Work that goes on inside fields of its own, again and again.
struct Nest {
  int left;

  Future<void> deeper() {
    if (left == 0) return ready_future();
    --left;
    return log::with({{"left", left}},
                     [this] { return ready_future().then([this] { return deeper(); }); });
  }
};

}  // namespace

TEST_CASE("a line logged in a continuation shows the fields of its work after its own") {
  const ChildEnd end = logged_by([](Loop& loop, testing::ManualClock& clock) {
    auto work = log::with({{"request", 7}}, [&loop] {
      return loop.sleep(1s).then([&loop] {
        log::info("one", {{"step", 1}});
        return loop.sleep(1s).then([] { log::info("two"); });
      });
    });
    clock.advance(2s);
  });

  CHECK(end.printed("one step=1 request=7\n"));
  CHECK(end.printed("two request=7\n"));
}

TEST_CASE("a line logged while the work is being made shows its fields, one outside does not") {
  const ChildEnd end = logged_by([](Loop& loop, testing::ManualClock&) {
    auto work = log::with({{"request", 7}}, [&loop] {
      log::info("begins");
      return loop.next_turn();
    });
    log::info("outside");
    loop.run();
  });

  CHECK(end.printed("begins request=7\n"));
  CHECK(end.printed("outside\n"));
}

TEST_CASE("fields bound to work that has begun are shown from there on, and not after it") {
  const ChildEnd end = logged_by([](Loop& loop, testing::ManualClock& clock) {
    auto work = log::with({{"request", 7}}, loop.sleep(1s).then([] {
                  log::info("inside");
                })).then([] { log::info("after"); });
    clock.advance(1s);
  });

  CHECK(end.printed("inside request=7\n"));
  CHECK(end.printed("after\n"));
}

TEST_CASE("nested fields add up, and an inner key hides an outer one and a line's own both") {
  const ChildEnd end = logged_by([](Loop& loop, testing::ManualClock& clock) {
    auto work = log::with({{"request", 7}, {"user", "ann"}}, [&] {
      return log::with({{"user", "bob"}, {"step", 2}}, [&] {
        return loop.sleep(1s).then([] {
          log::info("nested");
          log::info("own", {{"step", 3}});
        });
      });
    });
    clock.advance(1s);
  });

  CHECK(end.printed("nested user=bob step=2 request=7\n"));
  CHECK(end.printed("own step=3 user=bob request=7\n"));
}

TEST_CASE("fields bound around work that has fields of its own add to them") {
  const ChildEnd end = logged_by([](Loop& loop, testing::ManualClock& clock) {
    auto inner = log::with({{"step", 2}}, loop.sleep(1s).then([] { log::info("nested"); }));
    auto outer = log::with({{"request", 7}}, std::move(inner));
    clock.advance(1s);
  });

  CHECK(end.printed("nested step=2 request=7\n"));
}

TEST_CASE("work with fields that is spawned keeps them, and belongs to its task") {
  const ChildEnd end = logged_by([](Loop& loop, testing::ManualClock& clock) {
    TaskGroup group(loop);
    group.spawn("serve", log::with({{"request", 7}}, loop.sleep(1s).then([] {
                  log::info("inside", {{"task", current_task().name()}});
                })));
    clock.advance(1s);
  });

  CHECK(end.printed("inside task=serve request=7\n"));
}

TEST_CASE("a task that is spawned inside, and a failure that its group reports, show the fields") {
  const ChildEnd end = logged_by([](Loop& loop, testing::ManualClock& clock) {
    TaskGroup group(loop);
    auto work = log::with({{"request", 7}}, [&] {
      group.spawn("child", loop.sleep(1s).then([]() -> Result<void> {
        log::info("inside");
        return Errc::closed;
      }));
      return loop.next_turn();
    });
    clock.advance(1s);
  });

  CHECK(end.printed("inside request=7\n"));
  CHECK(end.printed("a task failed task=child error=closed request=7\n"));
}

TEST_CASE("a job on another thread shows the fields of the task that started it") {
  const ChildEnd end = logged_by([](Loop&, testing::ManualClock&) {
    log::with({{"request", 7}}, [] {
      std::thread job([context = detail::capture_context()] {
        detail::run_in_context(context, [] { log::info("job"); });
        log::info("stranger");
      });
      job.join();
    });
  });

  CHECK(end.printed("job request=7\n"));
  CHECK(end.printed("stranger\n"));
}

TEST_CASE("bound fields are copies: text, error and all") {
  const ChildEnd end = logged_by([](Loop& loop, testing::ManualClock& clock) {
    auto text = std::make_unique<std::string>("a text that is longer than a short string is");
    auto error = std::make_unique<Error>(Errc::closed, "queue");
    auto work = log::with({{"text", *text}, {"error", *error}, {"took", 5ms}, {"good", true}},
                          loop.sleep(1s).then([] { log::info("later"); }));
    text.reset();
    error.reset();
    clock.advance(1s);
  });

  CHECK(
      end.printed("later text=\"a text that is longer than a short string is\""
                  " error=\"queue: closed\" took=0.005s good=true\n"));
}

TEST_CASE("more fields than may be bound are left out, and so are lists beyond the bound") {
  const ChildEnd end = logged_by([](Loop&, testing::ManualClock&) {
    const log::Fields many{{"a0", 0}, {"a1", 0},   {"a2", 0},    {"a3", 0}, {"a4", 0}, {"a5", 0},
                           {"a6", 0}, {"a7", 0},   {"a8", 0},    {"a9", 0}, {"b0", 0}, {"b1", 0},
                           {"b2", 0}, {"b3", 0},   {"b4", 0},    {"b5", 0}, {"b6", 0}, {"b7", 0},
                           {"b8", 0}, {"b9", 0},   {"c0", 0},    {"c1", 0}, {"c2", 0}, {"c3", 0},
                           {"c4", 0}, {"c5", 0},   {"c6", 0},    {"c7", 0}, {"c8", 0}, {"c9", 0},
                           {"d0", 0}, {"last", 0}, {"beyond", 0}};
    log::with(many, [] { log::info("many"); });
  });

  CHECK(end.printed("last=0"));
  CHECK_FALSE(end.printed("beyond=0"));
}

TEST_CASE("a Writer brings bound fields to its output, also as JSON without a key twice") {
  const ChildEnd end = logged_by([](Loop&, testing::ManualClock&) {
    log::Writer::Config config;
    config.format = log::Format::json;
    const log::Writer writer(config);
    log::with({{"request", 7}, {"step", 1}}, [] { log::info("line", {{"step", 2}}); });
  });

  CHECK(end.printed("\"fields\":{\"step\":2,\"request\":7}"));
}

TEST_CASE("the scope of bound fields goes when the last link of its work has gone") {
  Fixture t;
  const std::size_t before = t.loop.statistic().live_nodes;
  auto work = log::with({{"request", 7}}, t.loop.sleep(1s));
  CHECK(t.loop.statistic().live_nodes > before);

  work = {};

  CHECK(t.loop.statistic().live_nodes == before);
}

TEST_CASE("scopes without end, each inside the one before, are freed without stack growth") {
  Fixture t;
  Nest nest{20'000};

  auto work = nest.deeper();
  t.run_until_idle();

  CHECK(nest.left == 0);
  CHECK(work.ready());
}
