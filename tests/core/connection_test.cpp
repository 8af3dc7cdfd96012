// SPDX-License-Identifier: MIT
#include <eddy/core/connection.hpp>
#include <eddy/core/signal.hpp>
#include <eddy/testing/fixture.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

namespace {

/// A receiver that appends `name` when it begins, and again in upper case a second later.
auto slow(Fixture& t, std::string& order, char name) {
  return [&t, &order, name]() -> Future<void> {
    order += name;
    return t.loop.sleep(1s).then([&order, name] { order += static_cast<char>(name - 'a' + 'A'); });
  };
}

}  // namespace

TEST_CASE("a receiver is disconnected with its connection, from clones too") {
  Fixture t;
  Signal<> signal;
  int calls = 0;
  auto captured = std::make_shared<int>(1);
  auto connection = std::make_unique<Connection>(*signal.connect([&calls, captured] { ++calls; }));
  Signal<> copy = signal.clone();
  CHECK(t.get(signal.call()));
  CHECK(captured.use_count() == 2);

  connection.reset();

  CHECK(captured.use_count() == 1);
  CHECK(t.get(signal.call()));
  CHECK(t.get(copy.call()));
  CHECK(calls == 1);
  CHECK(signal.size() == 0);
}

TEST_CASE("a receiver whose connection is forgotten stays, and one may be moved") {
  Fixture t;
  Signal<> signal;
  int calls = 0;
  Connection first = *signal.connect([&] { ++calls; });
  Connection second;
  CHECK_FALSE(second.connected());

  second = std::move(first);
  CHECK(second.connected());
  second.forget();

  CHECK(t.get(signal.call()));
  CHECK(calls == 1);
}

TEST_CASE("a receiver that is disconnected while it works is dropped, and the call goes on") {
  Fixture t;
  Signal<> signal;
  std::string order;
  Connection a = *signal.connect(slow(t, order, 'a'));
  const Connection b = *signal.connect([&] { order += 'b'; });
  Future<void> call = signal.call();
  t.run_until_idle();
  CHECK(order == "a");

  a.disconnect();
  t.run_until_idle();

  CHECK(order == "ab");
  CHECK(call.ready());
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("a receiver that is disconnected before its turn is not called") {
  Fixture t;
  Signal<> signal;
  std::string order;
  const Connection a = *signal.connect(slow(t, order, 'a'));
  Connection b = *signal.connect([&] { order += 'b'; });
  const Connection c = *signal.connect([&] { order += 'c'; });
  Future<void> call = signal.call();
  t.run_until_idle();

  b.disconnect();
  t.clock.advance(1s);

  CHECK(order == "aAc");
  CHECK(t.get(std::move(call)));
}

TEST_CASE("a receiver may disconnect itself, at once and in its work") {
  Fixture t;
  Signal<> signal;
  std::string order;
  Connection a;
  Connection b;
  a = *signal.connect([&, text = std::string("captured and read after it")] {
    a.disconnect();
    order += text.substr(0, 1);
  });
  b = *signal.connect([&] {
    return t.loop.next_turn()
        .then([&] {
          b.disconnect();
          order += 'b';
        })
        .then([&] { order += '!'; });
  });

  CHECK(t.get(signal.call()));

  CHECK(order == "cb");
  CHECK(signal.size() == 0);
}

TEST_CASE("the work of a receiver that has disconnected itself dies before the captures do") {
  Fixture t;
  Signal<> signal;
  Connection own;
  ProbeCount count;
  std::string order;
  own = *signal.connect([&, captures = Probe(count, [&order] { order += "captures"; })] {
    own.disconnect();
    return t.loop.sleep(1h).attach(Probe(count, [&order] { order += "work, "; }));
  });

  CHECK(t.get(signal.call()));

  CHECK(order == "work, captures");
}

TEST_CASE("calls that overlap reach every receiver, also when one is disconnected meanwhile") {
  Fixture t;
  Signal<> signal;
  std::string order;
  Connection a = *signal.connect(slow(t, order, 'a'));
  const Connection b = *signal.connect(slow(t, order, 'b'));
  const Connection c = *signal.connect(slow(t, order, 'c'));
  Future<void> first = signal.call();
  t.clock.advance(1s);
  CHECK(order == "aAb");

  a.disconnect();
  Future<void> second = signal.call();
  t.clock.advance(2s);

  CHECK(std::count(order.begin(), order.end(), 'C') == 2);
  CHECK(t.get(std::move(first)));
  CHECK(t.get(std::move(second)));
}

TEST_CASE("the work of a receiver that is disconnected may drop the call as it dies") {
  Fixture t;
  Signal<> signal;
  ProbeCount count;
  Future<void> call;
  Connection connection = *signal.connect(
      [&] { return t.loop.sleep(1h).attach(Probe(count, [&call] { call = {}; })); });
  call = signal.call();
  CHECK_FALSE(t.poll(call));

  connection.disconnect();

  CHECK_FALSE(call.valid());
  CHECK(t.loop.statistic().live_nodes == 0);
}
