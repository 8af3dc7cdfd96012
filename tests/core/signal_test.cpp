// SPDX-License-Identifier: MIT
#include <eddy/core/signal.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;

namespace {

/// A receiver that appends `name` when it begins, and again in upper case a second later.
auto slow(Fixture& t, std::string& order, char name) {
  return [&t, &order, name]() -> Future<void> {
    order += name;
    return t.loop.sleep(1s).then([&order, name] { order += static_cast<char>(name - 'a' + 'A'); });
  };
}

Future<void> fail_with(Errc code) {
  return failed_future<void>(Error(code, "its reason"));
}

}  // namespace

TEST_CASE("receivers are called in the order of their connection, each when the last is done") {
  Fixture t;  // parity 2.1
  Signal<> signal;
  std::string order;
  const Connection a = *signal.connect(slow(t, order, 'a'));
  const Connection b = *signal.connect(slow(t, order, 'b'));
  const Connection c = *signal.connect([&] { order += 'c'; });
  Future<void> done = signal.call();
  t.run_until_idle();
  CHECK(order == "a");

  t.clock.advance(1s);
  CHECK(order == "aAb");
  CHECK_FALSE(done.ready());
  t.clock.advance(1s);

  CHECK(order == "aAbBc");
  CHECK(t.get(std::move(done)));
}

TEST_CASE("a signal without receivers is done") {
  Fixture t;
  Signal<int> signal;

  CHECK(t.get(signal.call(1)));
  CHECK(t.get(signal.call_all(1)));
}

TEST_CASE("arguments reach every receiver, and live until the call is done") {  // parity 2.1
  Fixture t;
  Signal<std::string, int&> signal;
  std::string seen;
  const Connection a = *signal.connect([&](const std::string& text, int& number) {
    ++number;
    return t.loop.sleep(1s).then([&] { seen += text + std::to_string(number); });
  });
  const Connection b = *signal.connect([&](const std::string& text, int&) { seen += text; });
  int number = 1;
  Future<void> done = signal.call("text", number);
  t.run_until_idle();
  CHECK(seen.empty());

  t.clock.advance(1s);

  CHECK(t.get(std::move(done)));
  CHECK(seen == "text2text");
}

TEST_CASE("the first error ends a call, and says which receiver it was") {  // parity 2.1
  Fixture t;
  Signal<> signal;
  bool called = false;
  const Connection a = *signal.connect([] {});
  const Connection b = *signal.connect([] { return fail_with(Errc::protocol); });
  const Connection c = *signal.connect([&] { called = true; });

  const auto result = t.get(signal.call());

  CHECK(result.error() == Errc::protocol);
  CHECK(result.error().context() == "receiver 2: its reason");
  CHECK_FALSE(called);
}

TEST_CASE("call_all calls every receiver and gives the first error with those of the others") {
  Fixture t;
  Signal<> signal;
  bool called = false;
  const Connection a = *signal.connect([] { return fail_with(Errc::protocol); });
  const Connection b = *signal.connect([]() -> Future<void> { throw std::runtime_error("two"); });
  const Connection c = *signal.connect([] { return Future<void>(); });
  const Connection d = *signal.connect([&] { called = true; });

  const auto result = t.get(signal.call_all());

  CHECK(called);
  CHECK(result.error() == Errc::protocol);
  const std::string context(result.error().context());
  CHECK(context.find("receiver 2: ") == 0);
  CHECK(context.find("two; receiver 3: the receiver gave no future") != std::string::npos);
  CHECK(context.find("; first: receiver 1: its reason") != std::string::npos);
}

TEST_CASE("call_all with one error gives that one") {
  Fixture t;
  Signal<> signal;
  const Connection a = *signal.connect([] { return fail_with(Errc::protocol); });

  CHECK(t.get(signal.call_all()).error().context() == "receiver 1: its reason");
}

TEST_CASE("a frozen signal refuses receivers, and its clone is not frozen") {  // parity 2.1
  Fixture t;
  Signal<> signal;
  int calls = 0;
  const Connection first = *signal.connect([&] { ++calls; });
  signal.freeze();
  CHECK(signal.frozen());

  const auto refused = signal.connect([] {});
  CHECK(refused.error() == Errc::invalid);
  CHECK(refused.error().context() == "connect to a frozen signal");
  Signal<> copy = signal.clone();
  const Connection second = *copy.connect([&] { calls += 10; });
  CHECK(t.get(copy.call()));

  CHECK(calls == 11);
  CHECK(signal.size() == 1);
  CHECK(copy.size() == 2);
}

TEST_CASE("a signal that is being called refuses receivers until it is done, or dropped") {
  Fixture t;
  Signal<> signal;
  std::string order;
  const Connection a = *signal.connect(slow(t, order, 'a'));
  Future<void> call = signal.call();
  t.run_until_idle();
  CHECK(signal.frozen());
  const auto refused = signal.connect([] {});
  CHECK(refused.error().context() == "connect to a signal that is being called");

  t.clock.advance(1s);
  CHECK(call.ready());
  CHECK(signal.connect([] {}));
  Future<void> again = signal.call();
  t.run_until_idle();
  CHECK(signal.frozen());
  again = {};

  CHECK_FALSE(signal.frozen());
}

TEST_CASE("a receiver may drop its call, destroy the signal, and call it again") {
  Fixture t;
  auto signal = std::make_unique<Signal<int>>();
  std::string order;
  Future<void> call;
  const Connection a = *signal->connect([&](int depth) -> Future<void> {
    order += std::to_string(depth);
    if (depth == 1) return signal->call(2);
    return ready_future();
  });
  const Connection b = *signal->connect([&](int depth) {
    order += 'b';
    if (depth != 1) return;
    signal.reset();
    call = {};
  });
  const Connection c = *signal->connect([&](int) { order += 'c'; });
  call = signal->call(1);

  t.run_until_idle();

  CHECK(order == "12bcb");
  CHECK_FALSE(call.valid());
}

TEST_CASE("a call goes on when its signal is destroyed") {
  Fixture t;
  auto signal = std::make_unique<Signal<>>();
  std::string order;
  const Connection a = *signal->connect(slow(t, order, 'a'));
  const Connection b = *signal->connect([&] { order += 'b'; });
  Future<void> call = signal->call();
  t.run_until_idle();

  signal.reset();
  t.clock.advance(1s);

  CHECK(order == "aAb");
  CHECK(t.get(std::move(call)));
}

TEST_CASE("soft cancel of a call reaches the receiver that is at work, and ends it") {
  Fixture t;
  Signal<> signal;
  std::string order;
  const Connection a = *signal.connect([&] {
    return t.loop.sleep(1h).finally([&] {
      order += "cleaning ";
      return t.loop.sleep(1s).then([&] { order += "cleaned "; });
    });
  });
  const Connection b = *signal.connect([&] { order += 'b'; });
  TaskGroup group(t.loop);
  Task one = group.spawn("call", signal.call());
  Task all = group.spawn("call_all", signal.call_all());
  t.run_until_idle();
  CHECK(order.empty());

  one.cancel();
  all.cancel();
  t.clock.advance(1s);

  CHECK(order == "cleaning cleaning cleaned cleaned ");
  CHECK(one.state() == TaskState::canceled);
  CHECK(all.state() == TaskState::canceled);
  CHECK_FALSE(signal.frozen());
}

TEST_CASE("dropping a call drops the work of its receiver") {
  Fixture t;
  Signal<> signal;
  std::string order;
  const Connection a = *signal.connect(slow(t, order, 'a'));
  Future<void> call = signal.call();
  t.run_until_idle();

  call = {};

  CHECK(t.loop.statistic().active_timers == 0);
  t.clock.advance(1s);
  CHECK(order == "a");
}
