// SPDX-License-Identifier: MIT
#include <eddy/core/context_var.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/core/timer.hpp>
#include <eddy/testing/fixture.hpp>

#include <memory>
#include <string>
#include <thread>
#include <tuple>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::ProbeCount;
using eddy::testing::shared_probe;

namespace {

constinit ContextVar<std::string> user("user");
constinit ContextVar<int> depth("depth", Errc::closed);

std::string who() {
  return user.get_or("nobody");
}

}  // namespace

TEST_CASE("a context variable that is not set gives the error that was asked for, with its name") {
  Fixture t;

  const Result<int> value = depth.get();

  REQUIRE_FALSE(value.has_value());
  CHECK(value.error() == Errc::closed);
  CHECK(value.error().context().find("depth") != std::string_view::npos);
  CHECK(user.get().error() == Errc::invalid);
}

TEST_CASE("a context variable that is not set gives the fallback, and null without a copy") {
  Fixture t;

  CHECK(depth.get_or(7) == 7);
  CHECK(depth.find() == nullptr);
}

TEST_CASE("a context variable keeps the type and the value that were set") {
  Fixture t;

  depth.set(3);
  user.set("ann");

  CHECK(depth.get().value() == 3);
  CHECK(*user.find() == "ann");
  CHECK(user.get_or("nobody") == "ann");
}

TEST_CASE("a task starts with the values of its spawner") {
  Fixture t;
  std::string seen;
  TaskGroup group(t.loop);
  user.set("ann");

  group.spawn("greet", t.loop.next_turn().then([&seen] { seen = who(); }));
  t.run_until_idle();

  CHECK(seen == "ann");
}

TEST_CASE("what a task sets does not flow back to its spawner, nor to its siblings") {
  Fixture t;
  std::string sibling;
  TaskGroup group(t.loop);
  user.set("ann");

  group.spawn("change", t.loop.next_turn().then([] { user.set("bob"); }));
  group.spawn("look", t.loop.sleep(1s).then([&sibling] { sibling = who(); }));
  t.clock.advance(1s);

  CHECK(sibling == "ann");
  CHECK(who() == "ann");
}

TEST_CASE("what a spawner sets later, its tasks do not see") {
  Fixture t;
  std::string seen;
  TaskGroup group(t.loop);
  user.set("ann");
  group.spawn("look", t.loop.sleep(1s).then([&seen] { seen = who(); }));

  user.set("bob");
  t.clock.advance(1s);

  CHECK(seen == "ann");
}

TEST_CASE("a value follows the task through sleeps, continuations and futures that it returns") {
  Fixture t;
  std::string seen;
  TaskGroup group(t.loop);

  group.spawn("work",
              t.loop.next_turn()
                  .then([&] {
                    user.set("bob");
                    return t.loop.sleep(1s).then([&seen] { seen += who(); });
                  })
                  .then([&seen] { seen += ' ' + who(); }));
  t.clock.advance(1s);

  CHECK(seen == "bob bob");
}

TEST_CASE("a timer calls back with the values of the task that started it") {
  Fixture t;
  std::string seen;
  Timer timer(t.loop, [&seen] { seen = who() + ' ' + std::string(current_task().name()); });
  TaskGroup group(t.loop);
  group.spawn("work", t.loop.next_turn().then([&timer] {
    user.set("bob");
    timer.start(1s);
  }));
  t.run_until_idle();
  CHECK(seen.empty());

  t.clock.advance(1s);

  CHECK(seen == "bob work");
}

TEST_CASE("a timer that is stopped or gone lets go of the task that started it") {
  Fixture t;
  TaskGroup group(t.loop);
  auto timer = std::make_unique<Timer>(t.loop, [] {});
  group.spawn("work", t.loop.next_turn().then([&timer] { timer->start(1s); }));
  t.run_until_idle();
  const std::size_t armed = t.loop.statistic().live_nodes;

  timer->stop();

  CHECK(t.loop.statistic().live_nodes < armed);
}

TEST_CASE("reset makes a variable what it was before the set") {
  Fixture t;
  ContextToken first = user.set("ann");
  ContextToken second = user.set("bob");

  CHECK(user.reset(std::move(second)).has_value());
  CHECK(who() == "ann");
  CHECK(user.reset(std::move(first)).has_value());
  CHECK(user.find() == nullptr);
}

TEST_CASE("a token is used once, for its variable, in its task") {
  Fixture t;
  constinit static ContextVar<std::string> other("other");
  ContextToken token = user.set("ann");
  ContextToken foreign = other.set("x");
  Result<void> elsewhere;
  TaskGroup group(t.loop);
  group.spawn("child",
              t.loop.next_turn().then([&] { elsewhere = other.reset(std::move(foreign)); }));
  t.run_until_idle();

  CHECK(elsewhere.error() == Errc::invalid);
  CHECK(user.reset(other.set("y")).error() == Errc::invalid);
  CHECK(user.reset(std::move(token)).has_value());
  // NOLINTNEXTLINE(bugprone-use-after-move): that is the rule
  CHECK(user.reset(std::move(token)).error() == Errc::invalid);
}

TEST_CASE("a snapshot of the values goes to another thread, whose changes stay there") {
  Fixture t;
  std::string seen;
  user.set("ann");
  const detail::CapturedContext context = detail::capture_context();

  std::thread pool([&seen, context] {
    detail::run_in_context(context, [&seen] {
      seen = who();
      user.set("bob");
      seen += ' ' + who();
    });
    seen += ' ' + who();
  });
  pool.join();

  CHECK(seen == "ann bob nobody");
  CHECK(who() == "ann");
}

TEST_CASE("a thread without a loop has values of its own, which end with it") {
  ProbeCount probes;
  Fixture t;
  constinit static ContextVar<std::shared_ptr<testing::Probe>> kept("kept");
  user.set("ann");
  std::string seen;

  std::thread stranger([&] {
    seen = who();
    user.set("bob");
    kept.set(shared_probe(probes));
    seen += ' ' + who();
  });
  stranger.join();

  CHECK(seen == "nobody bob");
  CHECK(probes.made == 1);
  CHECK(probes.alive == 0);
}

TEST_CASE("what dies with a thread after its values finds none") {
  static std::string seen;
  struct Last {
    ~Last() { seen = who(); }
  };
  seen.clear();

  std::thread stranger([] {
    static thread_local const Last last;
    std::ignore = &last;  // is made here, so it dies after the values
    user.set("bob");
  });
  stranger.join();

  CHECK(seen == "nobody");
}

TEST_CASE("a loop made inside a job starts with the values of the job") {
  std::string seen;
  std::thread pool([&seen] {
    user.set("ann");
    Fixture inner;
    seen = who();
  });
  pool.join();

  CHECK(seen == "ann");
}

TEST_CASE("code enclosed with a snapshot on the loop's thread sees it, and so do its futures") {
  Fixture t;
  std::string seen;
  user.set("ann");
  const detail::CapturedContext context = detail::capture_context();
  user.set("bob");

  auto later = detail::run_in_context(context, [&] {
    seen = who();
    user.set("eve");
    return t.loop.sleep(1s).then([&seen] { seen += ' ' + who(); });
  });
  CHECK(who() == "bob");
  t.clock.advance(1s);

  CHECK(seen == "ann eve");
  CHECK(later.ready());
}

TEST_CASE("values die with the last task that has them") {
  ProbeCount probes;
  Fixture t;
  constinit static ContextVar<std::shared_ptr<testing::Probe>> kept("kept");
  {
    TaskGroup group(t.loop);
    group.spawn("work", t.loop.next_turn().then([&] {
      kept.set(shared_probe(probes));
      return t.loop.sleep(1s);
    }));
    t.run_until_idle();
    CHECK(probes.alive == 1);
  }

  CHECK(probes.alive == 0);
}

TEST_CASE("a value whose destructor looks at its variable finds the new value") {
  ProbeCount probes;
  Fixture t;
  std::string seen;
  constinit static ContextVar<std::shared_ptr<testing::Probe>> kept("kept");
  kept.set(shared_probe(probes, [&seen] { seen = kept.find() == nullptr ? "none" : "new"; }));

  kept.set(shared_probe(probes));

  CHECK(seen == "new");
}

TEST_CASE("a variable of another type at the same address does not see the value") {
  Fixture t;
  alignas(ContextVar<int>) unsigned char place[sizeof(ContextVar<int>)];
  auto* number = ::new (static_cast<void*>(place)) ContextVar<int>("number");
  number->set(1);

  auto* text = ::new (static_cast<void*>(place)) ContextVar<std::string>("text");

  CHECK(text->find() == nullptr);
}
