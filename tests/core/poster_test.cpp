// SPDX-License-Identifier: MIT
#include <eddy/core/loop.hpp>
#include <eddy/core/remote_promise.hpp>
#include <eddy/testing/fixture.hpp>

#include <atomic>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

TEST_CASE("posted functions run on the loop's thread in the order of the calls") {
  Fixture t;
  std::string order;
  const Poster poster = t.loop.poster();
  CHECK(poster.post([&order] { order += 'a'; }));
  CHECK(poster.post([&order] { order += 'b'; }));
  CHECK(order.empty());

  t.run_until_idle();

  CHECK(order == "ab");
}

TEST_CASE("what is posted while others are run is run, wherever the bound of a turn falls") {
  constexpr unsigned most = 9;
  for (unsigned budget = 1; budget <= 3; ++budget) {
    for (unsigned before = 1; before <= most; ++before) {
      Loop::Options options;
      options.drain_budget = budget;
      Fixture t(options);
      unsigned ran = 0;
      const Poster poster = t.loop.poster();
      CHECK(poster.post([&ran, poster] {
        ++ran;
        std::ignore = poster.post([&ran] { ++ran; });
      }));
      for (unsigned i = 1; i < before; ++i)
        CHECK(poster.post([&ran] { ++ran; }));

      for (unsigned turn = 0; turn < 3 * most; ++turn)
        t.loop.turn();

      CHECK(ran == before + 1);
    }
  }
}

TEST_CASE("a poster outlives its loop and says false") {
  ProbeCount probes;
  std::optional<Loop> loop(std::in_place);
  const Poster poster = loop->poster();
  CHECK_FALSE(poster.closed());

  loop.reset();

  CHECK(poster.closed());
  CHECK_FALSE(poster.post([probe = Probe(probes)] {}));
  CHECK(probes.alive == 0);
}

TEST_CASE("a poster does not keep run from returning") {
  Loop loop;
  const Poster poster = loop.poster();
  loop.run();
  CHECK_FALSE(poster.closed());
}

TEST_CASE("a post while the loop is being destroyed is refused") {
  std::optional<Loop> loop(std::in_place);
  const Poster poster = loop->poster();
  ProbeCount probes;
  bool refused = false;
  CHECK(poster.post([probe = Probe(probes, [&] { refused = !poster.post([] {}); })] {}));

  loop.reset();

  CHECK(refused);
}

TEST_CASE("what a posted function throws is reported and the loop goes on") {
  Fixture t;
  bool after = false;
  CHECK(t.loop.poster().post([] { throw std::runtime_error("broken"); }));
  CHECK(t.loop.poster().post([&after] { after = true; }));

  t.run_until_idle();

  CHECK(after);
  CHECK(t.take_unread().size() == 1);
}

TEST_CASE("a remote promise is kept by another thread, and run waits for it") {
  Loop loop;
  int value = 0;
  RemotePromise<int> promise(loop);
  auto chain = promise.future().then([&value](int n) { value = n; });
  std::thread other([promise = std::move(promise)]() mutable { std::move(promise).set_value(7); });

  loop.run();
  other.join();

  CHECK(value == 7);
}

TEST_CASE("a remote promise dropped unresolved by its thread posts broken_promise") {
  Loop loop;
  RemotePromise<int> promise(loop);
  auto future = promise.future();
  std::thread other([promise = std::move(promise)] {});

  const auto result = loop.run_until(std::move(future));
  other.join();

  CHECK(result.error() == Errc::broken_promise);
}

TEST_CASE("the error of another thread reaches the loop") {
  Loop loop;
  RemotePromise<void> promise(loop);
  auto future = promise.future();
  std::thread other(
      [promise = std::move(promise)]() mutable { std::move(promise).set_error(Errc::closed); });

  CHECK(loop.run_until(std::move(future)).error() == Errc::closed);
  other.join();
}

TEST_CASE("the other thread sees that the value is no longer wanted, and run stops waiting") {
  Loop loop;
  RemotePromise<int> promise(loop);
  auto future = promise.future();
  CHECK(promise.wanted());

  future = {};
  bool wanted = true;
  std::thread other([&wanted, promise = std::move(promise)] { wanted = promise.wanted(); });
  loop.run();
  other.join();

  CHECK_FALSE(wanted);
}

TEST_CASE("a late value dies on the loop's thread") {
  Loop loop;
  std::thread::id died;
  ProbeCount probes;
  RemotePromise<std::shared_ptr<Probe>> promise(loop);
  { const auto dropped = promise.future(); }
  auto value = testing::shared_probe(probes, [&died] { died = std::this_thread::get_id(); });
  std::thread other([promise = std::move(promise), value = std::move(value)]() mutable {
    std::move(promise).set_value(std::move(value));
  });
  other.join();
  CHECK(probes.alive == 1);

  loop.turn();

  CHECK(probes.alive == 0);
  CHECK(died == std::this_thread::get_id());
}

TEST_CASE("a value that comes after the loop dies on the caller's thread") {
  ProbeCount probes;
  std::thread::id died;
  Future<std::shared_ptr<Probe>> future;
  std::optional<RemotePromise<std::shared_ptr<Probe>>> promise;
  {
    Loop loop;
    promise.emplace(loop);
    future = promise->future();
  }
  CHECK_FALSE(promise->wanted());
  std::thread other([&] {
    const auto here = std::this_thread::get_id();
    auto value = testing::shared_probe(probes, [&died] { died = std::this_thread::get_id(); });
    std::move(*promise).set_value(std::move(value));
    CHECK(died == here);
  });
  other.join();

  CHECK(probes.alive == 0);
  CHECK(future.ready());  // with broken_promise
  CHECK(detail::take_result(std::move(future)).error() == Errc::broken_promise);
}

TEST_CASE("a remote promise whose future nobody took goes without a trace") {
  Fixture t;

  { const RemotePromise<int> promise(t.loop); }
  t.loop.run();  // waits for nothing

  CHECK(t.loop.statistic().live_nodes == 0);
}
