// SPDX-License-Identifier: MIT
#include <eddy/core/rate_limiter.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

namespace {

/// Appends `name` to `order` when it has its tokens.
Future<void> note(Future<void> tokens, std::string& order, char name) {
  return std::move(tokens).then([&order, name] { order += name; });
}

}  // namespace

TEST_CASE("a burst passes at once, then so many in such a time") {
  Fixture t;
  RateLimiter limiter(t.loop, {.tokens = 10, .per = 1s, .burst = 3});
  std::string order;
  std::vector<Future<void>> five;
  for (char name : {'a', 'b', 'c', 'd', 'e'})
    five.push_back(note(limiter.acquire(), order, name));
  t.run_until_idle();
  CHECK(order == "abc");
  CHECK(limiter.waiting() == 2);

  t.clock.advance(99ms);
  CHECK(order == "abc");
  t.clock.advance(1ms);
  CHECK(order == "abcd");
  t.clock.advance(100ms);

  CHECK(order == "abcde");
}

TEST_CASE("tokens come back with time, up to the burst") {
  Fixture t;
  RateLimiter limiter(t.loop, {.tokens = 10, .burst = 4});
  CHECK(limiter.available() == 4);
  CHECK(limiter.try_acquire(4));
  CHECK_FALSE(limiter.try_acquire());
  CHECK(limiter.available() == 0);

  t.clock.advance(250ms);
  CHECK(limiter.available() == 2);
  t.clock.advance(1h);

  CHECK(limiter.available() == 4);
  CHECK(limiter.burst() == 4);
  CHECK(limiter.try_acquire(4));
  CHECK_FALSE(limiter.try_acquire());
}

TEST_CASE("five thousand tokens that are dropped as they are given leave the stack alone") {
  Fixture t;
  constexpr std::size_t many = 5'000;
  RateLimiter limiter(t.loop, {.tokens = 1, .per = 1s});
  CHECK(limiter.try_acquire());
  ProbeCount count;
  std::vector<Future<void>> waiting(many);
  for (Future<void>& each : waiting)
    each = limiter.acquire().attach(Probe(count, [&each] { each = {}; }));
  CHECK(limiter.waiting() == many);

  t.clock.advance(1s);

  CHECK(count.alive == 0);
  CHECK(limiter.available() == 1);
}

TEST_CASE("a rate that does not divide evenly is not exceeded") {
  Fixture t;
  RateLimiter limiter(t.loop, {.tokens = 3, .per = 10ns, .burst = 1'000'000});
  CHECK(limiter.try_acquire(1'000'000));
  CHECK(limiter.available() == 0);

  t.clock.advance(1ms);

  CHECK(limiter.available() <= 300'000);
  CHECK(limiter.available() >= 250'000);
}

TEST_CASE("a rate limiter works until the end of time") {
  Fixture t;
  constexpr auto year = 8766h;
  t.clock.advance(200 * year);  // time ends after 292
  RateLimiter limiter(t.loop, {.tokens = 1, .per = 140 * year});

  CHECK(limiter.try_acquire());

  CHECK(limiter.available() == 0);
}

TEST_CASE("without a burst the bucket holds what comes back in one period") {
  Fixture t;
  RateLimiter limiter(t.loop, {.tokens = 3, .per = 1min});

  CHECK(limiter.burst() == 3);
}

TEST_CASE("a large request for tokens is not overtaken by small ones") {
  Fixture t;
  RateLimiter limiter(t.loop, {.tokens = 1, .burst = 3});
  CHECK(limiter.try_acquire(2));
  std::string order;
  Future<void> large = note(limiter.acquire(3), order, 'L');
  Future<void> small = note(limiter.acquire(1), order, 's');
  CHECK_FALSE(limiter.try_acquire());

  t.clock.advance(1s);
  CHECK(order.empty());
  t.clock.advance(1s);
  CHECK(order == "L");
  t.clock.advance(1s);

  CHECK(order == "Ls");
}

TEST_CASE("when a large request for tokens goes, those behind it go on") {
  Fixture t;
  RateLimiter limiter(t.loop, {.tokens = 1, .burst = 3});
  CHECK(limiter.try_acquire(2));
  Future<void> large = limiter.acquire(3);
  Future<void> small = limiter.acquire(1);
  CHECK_FALSE(t.poll(small));

  large = {};

  CHECK(small.ready());
  CHECK(limiter.waiting() == 0);
}

TEST_CASE("more tokens than the burst are refused at once") {
  Fixture t;
  RateLimiter limiter(t.loop, {.tokens = 10, .burst = 3});

  const auto result = t.get(limiter.acquire(5));

  CHECK(result.error() == Errc::invalid);
  CHECK(result.error().context() == "acquire of 5 tokens, but the burst is 3");
  CHECK(limiter.available() == 3);
}

TEST_CASE("tokens that were given to a future that is dropped are there again") {
  Fixture t;
  RateLimiter limiter(t.loop, {.tokens = 1, .burst = 3});
  Future<void> untaken = limiter.acquire(2);
  Future<void> behind_links = limiter.acquire().timeout(1s).then([] {});
  CHECK(limiter.available() == 0);

  untaken = {};
  behind_links = {};

  CHECK(limiter.available() == 3);
}

TEST_CASE("tokens that go back are given to who waits") {
  Fixture t;
  RateLimiter limiter(t.loop, {.tokens = 1, .burst = 2});
  Future<void> untaken = limiter.acquire(2);
  Future<void> waiting = limiter.acquire();
  CHECK_FALSE(t.poll(waiting));

  untaken = {};

  CHECK(waiting.ready());
}

TEST_CASE("tokens whose continuation ran are spent") {
  Fixture t;
  RateLimiter limiter(t.loop, {.tokens = 1, .burst = 2});

  CHECK(t.get(limiter.acquire().then([] {})));
  CHECK(t.get(limiter.acquire()));

  CHECK(limiter.available() == 0);
}

TEST_CASE("who is cancelled while it waits for tokens takes none") {
  Fixture t;
  RateLimiter limiter(t.loop, {.tokens = 1});
  CHECK(limiter.try_acquire());
  TaskGroup group(t.loop);
  Task task = group.spawn("waits", limiter.acquire());
  Future<void> behind = limiter.acquire();

  task.cancel();
  t.run_until_idle();
  CHECK(task.state() == TaskState::canceled);
  t.clock.advance(1s);

  CHECK(behind.ready());
}

TEST_CASE("those who wait for a rate limiter that is destroyed hear it") {
  Fixture t;
  std::optional<RateLimiter> limiter;
  limiter.emplace(t.loop, RateLimiter::Config{.tokens = 1});
  Future<void> untaken = limiter->acquire();
  Future<void> waiting = limiter->acquire();

  limiter.reset();

  CHECK(t.get(std::move(waiting)).error() == Errc::closed);
  untaken = {};
}

TEST_CASE("a continuation may destroy the rate limiter that let it through") {
  Fixture t;
  std::optional<RateLimiter> limiter;
  limiter.emplace(t.loop, RateLimiter::Config{.tokens = 1});
  Future<void> first = limiter->acquire();
  Future<void> second = limiter->acquire().then([&] { limiter.reset(); });

  t.clock.advance(1s);

  CHECK(t.get(std::move(second)));
  CHECK_FALSE(limiter.has_value());
}

TEST_CASE("a rate limiter and those who wait may outlive the loop") {
  std::optional<RateLimiter> limiter;
  Future<void> untaken;
  Future<void> waiting;
  {
    Loop loop;
    limiter.emplace(loop, RateLimiter::Config{.tokens = 1});
    untaken = limiter->acquire();
    waiting = limiter->acquire();
  }

  untaken = {};
  waiting = {};

  CHECK(limiter->waiting() == 0);
}

TEST_CASE("a thousand requests take as long as the rate says, and no drift adds up") {
  Fixture t;
  RateLimiter limiter(t.loop, {.tokens = 3, .burst = 1});
  std::string order;
  std::vector<Future<void>> all;
  for (int i = 0; i < 31; ++i)
    all.push_back(note(limiter.acquire(), order, '.'));
  t.run_until_idle();
  CHECK(order.size() == 1);
  t.clock.advance(10s);
  CHECK(order.size() == 30);

  t.clock.advance(30ns);  // a third of a second is rounded up

  CHECK(order.size() == 31);
  CHECK(limiter.available() == 0);
}

TEST_CASE("whatever is cancelled or dropped, no token is lost and none is made") {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    Fixture t;
    std::minstd_rand random(seed);
    RateLimiter limiter(t.loop, {.tokens = 10, .burst = 4});
    std::vector<std::pair<std::size_t, Future<void>>> futures;
    std::size_t spent = 0;
    std::size_t elapsed = 0;
    for (int step = 0; step < 40; ++step) {
      const std::size_t what = random() % 4;
      const std::size_t count = 1 + random() % 4;
      if (what == 0) {
        futures.emplace_back(
            count, step % 2 == 0 ? limiter.acquire(count) : limiter.acquire(count).timeout(1h));
      }
      if (what == 1 && !futures.empty()) {
        const std::size_t at = random() % futures.size();
        if (futures[at].second.ready()) {
          CHECK(t.get(std::move(futures[at].second)));
          spent += futures[at].first;
        }
        futures.erase(futures.begin() + static_cast<std::ptrdiff_t>(at));
      }
      if (what == 2) elapsed += 1;
      if (what == 2) t.clock.advance(100ms);
    }

    futures.clear();

    CAPTURE(seed);
    CHECK(spent <= 4 + elapsed);
    CHECK(limiter.waiting() == 0);
    CHECK(limiter.available() + spent >= 4);
    CHECK(limiter.available() + spent <= 4 + elapsed);
    t.clock.advance(400ms);
    CHECK(limiter.available() == 4);
  }
}
