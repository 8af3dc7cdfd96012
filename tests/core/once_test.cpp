// SPDX-License-Identifier: MIT
#include <eddy/core/once.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <vector>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

namespace {

/// Makes 1, 2, 3 ..., each in a second, and counts those that were dropped.
struct Maker {
  struct Run {
    Maker* maker;
    explicit Run(Maker* of) : maker(of) {}
    Run(Run&& other) noexcept : maker(std::exchange(other.maker, nullptr)) {}
    Run(const Run&) = delete;
    Run& operator=(Run&&) = delete;
    ~Run() {
      if (maker != nullptr) ++maker->ended;
    }
  };

  Future<int> make() { return t.loop.sleep(1s, ++started).attach(Run(this)); }
  Once<int> once() {
    return Once<int>([this] { return make(); });
  }

  Fixture& t;
  int started = 0;
  int ended = 0;
};

}  // namespace

TEST_CASE("a once runs its function when it is first asked, once, and keeps the value") {
  Fixture t;
  Maker maker{t};
  Once<int> once = maker.once();
  CHECK(maker.started == 0);
  Future<int> first = once.get();
  Future<int> second = once.get();
  CHECK(once.running());
  CHECK_FALSE(t.poll(first));

  t.clock.advance(1s);

  CHECK(*t.get(std::move(first)) == 1);
  CHECK(*t.get(std::move(second)) == 1);
  CHECK(*t.get(once.get()) == 1);
  CHECK(**once.peek() == 1);
  CHECK(maker.started == 1);
}

TEST_CASE("a run goes on for the others when the first to ask is dropped or cancelled") {
  Fixture t;
  Maker maker{t};
  Once<int> once = maker.once();
  Future<int> dropped = once.get();
  TaskGroup group(t.loop);
  Task task = group.spawn("canceled", once.get().then([](int) {}));
  Future<int> third = once.get();

  dropped = {};
  task.cancel();
  t.run_until_idle();
  CHECK(task.state() == TaskState::canceled);
  CHECK(maker.ended == 0);
  t.clock.advance(1s);

  CHECK(*t.get(std::move(third)) == 1);
}

TEST_CASE("a run is dropped when nobody waits any more, and the next to ask begins anew") {
  Fixture t;
  Maker maker{t};
  Once<int> once = maker.once();
  Future<int> first = once.get();
  Future<int> second = once.get();
  first = {};
  CHECK(maker.ended == 0);

  second = {};

  CHECK(maker.ended == 1);
  CHECK_FALSE(once.running());
  Future<int> third = once.get();
  t.clock.advance(1s);
  CHECK(*t.get(std::move(third)) == 2);
}

TEST_CASE("an error is given to all who waited, and not kept") {
  Fixture t;
  int runs = 0;
  Once<int> once([&]() -> Future<int> {
    if (++runs == 1) return t.loop.sleep(1s).then([]() -> Result<int> { return Errc::protocol; });
    return ready_future(runs);
  });
  Future<int> first = once.get();
  Future<int> second = once.get();
  t.clock.advance(1s);

  CHECK(t.get(std::move(first)).error() == Errc::protocol);
  CHECK(t.get(std::move(second)).error() == Errc::protocol);
  CHECK(once.peek() == nullptr);

  CHECK(*t.get(once.get()) == 2);
}

TEST_CASE("an error is kept if that is asked for, until it is reset") {
  Fixture t;
  int runs = 0;
  auto make = [&]() -> Future<void> {
    ++runs;
    throw std::runtime_error("no");
  };
  Once<void> once(make, Once<void>::Errors::kept);

  CHECK(t.get(once.get()).error() == Errc::exception);
  CHECK(t.get(once.get()).error() == Errc::exception);
  CHECK(runs == 1);
  once.reset();

  CHECK(t.get(once.get()).error() == Errc::exception);
  CHECK(runs == 2);
}

TEST_CASE("who asks again when it hears of an error begins the next run") {
  Fixture t;
  int runs = 0;
  Once<int> once([&]() -> Future<int> {
    if (++runs == 1) return failed_future<int>(Errc::protocol);
    return t.loop.sleep(1s, int(runs));
  });
  Future<int> first = once.get().or_else([&](const Error&) { return once.get(); });
  Future<int> second = once.get().or_else([&](const Error&) { return once.get(); });

  t.clock.advance(1s);

  CHECK(*t.get(std::move(first)) == 2);
  CHECK(*t.get(std::move(second)) == 2);
  CHECK(runs == 2);
}

TEST_CASE("who asks anew from a destructor while an error is told waits for the next run") {
  Fixture t;
  int runs = 0;
  Once<int> once([&]() -> Future<int> {
    if (++runs == 1) return failed_future<int>(Errc::protocol);
    return t.loop.sleep(1s, int(runs));
  });
  Future<int> again;
  ProbeCount count;
  Future<int> first = once.get().attach(Probe(count, [&] { again = once.get(); }));
  Future<int> second = once.get();
  CHECK_FALSE(t.poll(again));

  CHECK(t.get(std::move(first)).error() == Errc::protocol);
  CHECK(t.get(std::move(second)).error() == Errc::protocol);
  CHECK_FALSE(again.ready());
  t.clock.advance(1s);

  CHECK(*t.get(std::move(again)) == 2);
}

TEST_CASE("a reset forgets the value") {
  Fixture t;
  Maker maker{t};
  Once<int> once = maker.once();
  Future<int> first = once.get();
  t.clock.advance(1s);
  CHECK(*t.get(std::move(first)) == 1);

  once.reset();
  CHECK(once.peek() == nullptr);
  Future<int> second = once.get();
  t.clock.advance(1s);

  CHECK(*t.get(std::move(second)) == 2);
}

TEST_CASE("a function that asks its own once, or gives no future, is refused") {
  Fixture t;
  std::optional<Once<int>> once;
  once.emplace([&] { return once->get(); });
  const auto itself = t.get(once->get());
  CHECK(itself.error() == Errc::invalid);
  CHECK(itself.error().context() == "the function of a Once waits for it");

  Once<int> empty([] { return Future<int>(); });

  CHECK(t.get(empty.get()).error() == Errc::invalid);
}

TEST_CASE("those who wait for a once that is destroyed hear it, and the run is dropped") {
  Fixture t;
  Maker maker{t};
  auto once = std::make_unique<Once<int>>(maker.once());
  Future<int> waiting = once->get();
  CHECK_FALSE(t.poll(waiting));

  once.reset();

  CHECK(maker.ended == 1);
  CHECK(t.get(std::move(waiting)).error() == Errc::closed);
}

TEST_CASE("the run, its function and those it serves may destroy the once") {
  Fixture t;
  std::unique_ptr<Once<int>> once;
  Maker maker{t};
  auto end_now = [&] {
    once.reset();
    return maker.make();
  };
  once = std::make_unique<Once<int>>(end_now);
  Future<int> asked = once->get();
  CHECK(maker.ended == 1);
  CHECK(t.get(std::move(asked)).error() == Errc::closed);

  auto end_later = [&] {
    return t.loop.next_turn().then([&] {
      once.reset();
      return 1;
    });
  };
  once = std::make_unique<Once<int>>(end_later);
  CHECK(t.get(once->get()).error() == Errc::closed);

  once = std::make_unique<Once<int>>([] { return ready_future(1); });
  Future<void> served = once->get().then([&](int) { once.reset(); });
  CHECK(t.get(std::move(served)));
  CHECK(once == nullptr);
}

TEST_CASE("the last to wait may be dropped by the run itself") {
  Fixture t;
  Future<int> last;
  bool went_on = false;
  Once<int> once([&] {
    return t.loop.next_turn()
        .then([&] {
          last = {};
          return 1;
        })
        .then([&](int value) {
          went_on = true;
          return value;
        });
  });
  last = once.get();

  t.run_until_idle();

  CHECK_FALSE(went_on);
  CHECK_FALSE(once.running());
}

TEST_CASE("the last to wait may be cancelled, and dropped by the run that goes with it") {
  Fixture t;
  ProbeCount count;
  Future<int> waiting;
  Once<int> once(
      [&] { return t.loop.sleep(1h, 1).attach(Probe(count, [&waiting] { waiting = {}; })); });
  waiting = once.get().timeout(1s);
  CHECK_FALSE(t.poll(waiting));

  t.clock.advance(1s);

  CHECK(count.alive == 0);
  CHECK_FALSE(waiting.valid());
  CHECK_FALSE(once.running());
}

TEST_CASE("whatever is cancelled or dropped, there is a run exactly as long as somebody waits") {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    Fixture t;
    std::minstd_rand random(seed);
    Maker maker{t};
    Once<int> once = maker.once();
    std::vector<Future<int>> waiting;
    for (int step = 0; step < 30; ++step) {
      const std::size_t what = random() % 4;
      if (what == 0) waiting.push_back(once.get());
      if (what == 1) waiting.push_back(once.get().timeout(1h));
      if (what == 2 && !waiting.empty()) {
        waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(random() % waiting.size()));
      }
      if (what == 3) t.clock.advance(300ms);

      CAPTURE(seed);
      const bool wanted = !waiting.empty() && once.peek() == nullptr;
      CHECK(once.running() == wanted);
      CHECK(maker.started - maker.ended == (wanted ? 1 : 0));
      if (what == 3 && random() % 4 == 0) {
        waiting.clear();
        once.reset();
      }
    }
  }
}
