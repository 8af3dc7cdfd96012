// SPDX-License-Identifier: MIT
//
// Loop::Options::schedule_seed: what it shuffles, what it leaves in order, and that it repeats.
#include <eddy/core/queue.hpp>
#include <eddy/core/timer.hpp>
#include <eddy/io/duplex.hpp>
#include <eddy/testing/fixture.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;

namespace {

Loop::Options seeded(std::optional<std::uint64_t> seed) {
  Loop::Options options;
  options.schedule_seed = seed;
  return options;
}

/// The order in which continuations run that are ready at the same time.
std::string order_of_continuations(std::uint64_t seed) {
  Fixture t(seeded(seed));
  std::string order;
  std::vector<Future<void>> futures;
  for (const char name : std::string("abcd"))
    futures.push_back(ready_future().then([&order, name] { order += name; }));
  t.run_until_idle();
  return order;
}

/// The order in which timers fire that are due at the same time.
std::string order_of_timers(std::uint64_t seed) {
  Fixture t(seeded(seed));
  std::string order;
  Timer a(t.loop, [&order] { order += 'a'; });
  Timer b(t.loop, [&order] { order += 'b'; });
  Timer c(t.loop, [&order] { order += 'c'; });
  Timer later(t.loop, [&order] { order += 'z'; });
  later.start(2s);
  a.start(1s);
  b.start(1s);
  c.start(1s);
  t.advance(2s);
  return order;
}

/// The lengths of the reads by which a text comes through a duplex().
std::vector<std::size_t> lengths_of_reads(std::uint64_t seed) {
  Fixture t(seeded(seed));
  auto [writer, reader] = duplex(t.loop);
  const std::string text(5000, 'x');
  std::vector<std::size_t> lengths;
  std::string got;
  writer.write(text);
  while (got.size() < text.size()) {
    auto bytes = t.get(reader.read());
    REQUIRE(bytes.has_value());
    lengths.push_back(bytes->size());
    got += *bytes;
  }
  CHECK(got == text);
  return lengths;
}

template <class F>
auto results_of_seeds(F&& run) {
  std::set<decltype(run(0))> results;
  for (std::uint64_t seed = 1; seed <= 200; ++seed)
    results.insert(run(seed));
  return results;
}

}  // namespace

TEST_CASE("without a seed continuations and timers run in the order of their coming") {
  Fixture t(seeded(std::nullopt));
  std::string order;
  auto first = ready_future().then([&order] { order += 'a'; });
  auto second = ready_future().then([&order] { order += 'b'; });

  t.run_until_idle();

  CHECK((order == "ab" || testing::seed_from_environment()));
}

TEST_CASE("seeds bring continuations that are ready at the same time into every order") {
  CHECK(results_of_seeds(&order_of_continuations).size() == 4 * 3 * 2);
}

TEST_CASE("seeds bring timers that are due at the same time into every order, and no others") {
  const std::set<std::string> orders = results_of_seeds(&order_of_timers);

  CHECK(orders.size() == 3 * 2);
  CHECK(std::all_of(
      orders.begin(), orders.end(), [](const std::string& order) { return order.back() == 'z'; }));
}

TEST_CASE("a timer that is armed while timers fire waits for the next pass, with a seed too") {
  Fixture t(seeded(1));
  int fired = 0;
  Timer second(t.loop, [&fired] { fired = 2; });
  Timer first(t.loop, [&second, &fired] {
    fired = 1;
    second.start(0s);
  });
  first.start(0s);

  t.loop.turn();
  CHECK(fired == 1);

  t.run_until_idle();
  CHECK(fired == 2);
}

TEST_CASE("with a seed a duplex gives all octets in order, by reads of many lengths") {
  CHECK(results_of_seeds(&lengths_of_reads).size() > 50);
}

TEST_CASE("with a seed a duplex keeps to its script") {
  Fixture t(seeded(1));
  DuplexOptions options;
  options.second.reads = {{.at_most = 3}, {.at_most = 2}};
  auto [writer, reader] = duplex(t.loop, options);
  writer.write("abcdefgh");

  CHECK(t.get(reader.read())->size() == 3);
  CHECK(t.get(reader.read())->size() == 2);
}

TEST_CASE("the same seed does the same again") {
  CHECK(order_of_continuations(7) == order_of_continuations(7));
  CHECK(order_of_timers(7) == order_of_timers(7));
  CHECK(lengths_of_reads(7) == lengths_of_reads(7));
}

TEST_CASE("a seed never runs what follows before what it follows") {
  Fixture t(seeded(3));
  std::string order;
  auto chain = ready_future()
                   .then([&order] { order += 'a'; })
                   .then([&order] { order += 'b'; })
                   .then([&order] { order += 'c'; });
  t.run_until_idle();
  CHECK(order == "abc");
  CHECK(chain.ready());
}
