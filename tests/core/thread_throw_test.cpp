// SPDX-License-Identifier: MIT
//
// Values and functions that throw when they are moved, on their way from thread to thread: each
// future has an outcome, and nothing is left behind.
#include <eddy/core/block_on.hpp>
#include <eddy/core/remote_promise.hpp>
#include <eddy/core/run_in.hpp>
#include <eddy/core/thread_pool.hpp>
#include <eddy/testing/fixture.hpp>

#include <atomic>
#include <future>
#include <stdexcept>
#include <utility>

using namespace eddy;
using namespace eddy::testing;

namespace {

/// Throws when it is moved once too often; a value, and a function.
class Fragile {
 public:
  Fragile() = default;
  Fragile(Fragile&&) {  // NOLINT(performance-noexcept-move-constructor): what is tested
    if (moves_left.fetch_sub(1) == 0) throw std::runtime_error("it broke on its way");
  }
  Fragile& operator=(Fragile&&) = delete;
  int operator()() const { return 7; }

  static inline std::atomic<int> moves_left{0};
};

/// Calls `attempt` with fragile things that bear no move, one move, and so on until it succeeds.
/// Gives how often it failed; -1 if it always does.
template <class F>
int failures_before_success(F attempt) {
  for (int moves = 0; moves < 100; ++moves) {
    Fragile::moves_left = moves;
    try {
      const Result<int> result = attempt();
      if (result) return moves;
      CHECK(result.error() == Errc::exception);
    } catch (const std::runtime_error&) {  // on the thread of the caller, who knows then
    }
  }
  return -1;
}

int seven(const Fragile& function) {
  return function();
}

}  // namespace

TEST_CASE("a value that breaks on its way out of a thread fails the future of its job") {
  Fixture t;
  ThreadPool pool;

  const int failures = failures_before_success(
      [&] { return t.get(pool.run([] { return Fragile(); }).then(seven)); });

  CHECK(failures > 0);
}

TEST_CASE("a function that breaks on its way into a thread keeps no loop from ending") {
  Fixture t;
  ThreadPool pool;

  const int failures = failures_before_success([&] { return t.get(pool.run(Fragile())); });

  CHECK(failures > 0);
  CHECK_FALSE(t.loop.turn());
}

TEST_CASE("a value that breaks on its way to a remote promise fails its future") {
  Fixture t;

  const int failures = failures_before_success([&] {
    RemotePromise<Fragile> promise(t.loop);
    auto value = promise.future().then(seven).or_else(
        Errc::broken_promise, [](const Error&) -> Result<int> { return Errc::exception; });
    std::move(promise).set_value();
    return t.get(std::move(value));
  });

  CHECK(failures > 0);
  CHECK_FALSE(t.loop.turn());
}

// No fragile value in a std::future: an exception inside of its call_once() hangs under the thread
// sanitizer.
TEST_CASE("what breaks on its way to a loop or back wakes the thread that waits for it") {
  Fixture t;
  ThreadPool pool({.min = 1, .max = 1});
  const Poster poster = t.loop.poster();
  const auto block = [&](auto function) {
    return failures_before_success([&] {
      return t.get(pool.run([poster, function]() -> Result<int> { return function(poster); }));
    });
  };

  CHECK(block([](const Poster& to) -> Result<int> {
          const Result<Fragile> result = block_on(to, [] { return Fragile(); });
          return result ? Result<int>(1) : Result<int>(result.error());
        }) > 0);
  CHECK(block([](const Poster& to) { return block_on(to, Fragile()); }) > 0);
  CHECK(block([](const Poster& to) { return run_in(to, Fragile()).get(); }) > 0);
  CHECK_FALSE(t.loop.turn());
}
