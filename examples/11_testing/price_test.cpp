// SPDX-License-Identifier: MIT
//
// A cache that asks for each value once in a while, and its tests: time is moved by hand, nothing
// sleeps, and the same test is run with a thousand schedules.
#include <eddy/base/log.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/core/mutex.hpp>
#include <eddy/testing/fixture.hpp>
#include <eddy/testing/log_capture.hpp>
#include <eddy/testing/random_fixture.hpp>

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

using eddy::Future;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

/// Keeps a price for a minute. Whoever asks meanwhile waits for the one question that is under way.
class Price {
 public:
  Price(eddy::Loop& loop, std::function<Future<int>()> ask) : loop_(loop), ask_(std::move(ask)) {}

  Future<int> get() {
    return mutex_.lock().then([this](eddy::Mutex::Guard guard) {
      if (price_ && loop_.now() < fresh_until_) return eddy::ready_future(*price_);
      return refresh().attach(std::move(guard));
    });
  }

 private:
  Future<int> refresh() {
    return ask_()
        .timeout(2s)
        .then([this](int price) {
          price_ = price;
          fresh_until_ = loop_.now() + 1min;
          return price;
        })
        .or_else([this](const eddy::Error& error) -> eddy::Result<int> {
          if (!price_) return error;
          eddy::log::warning("the price is an old one", {{"error", error}});
          return *price_;
        });
  }

  eddy::Loop& loop_;
  std::function<Future<int>()> ask_;
  std::optional<int> price_;
  eddy::TimePoint fresh_until_{};
  eddy::Mutex mutex_;
};

/// Counts as long as it lives. What is dropped runs no continuation, but its captures die.
class Count {
 public:
  Count(int& now, int& most) : now_(&now) { most = std::max(most, ++now); }
  Count(Count&& other) noexcept : now_(std::exchange(other.now_, nullptr)) {}
  Count& operator=(Count&&) = delete;
  ~Count() {
    if (now_ != nullptr) --*now_;
  }

 private:
  int* now_;
};

}  // namespace

TEST_CASE("a price is asked for once a minute") {
  Fixture t;
  int asked = 0;
  Price price(t.loop, [&] { return t.loop.sleep(1s, ++asked); });

  Future<int> first = price.get();
  CHECK_FALSE(t.poll(first));
  t.advance(1s);
  CHECK(*t.get(std::move(first)) == 1);

  t.advance(59s);
  CHECK(*t.get(price.get()) == 1);

  t.advance(1s);
  Future<int> second = price.get();
  t.advance(1s);
  CHECK(*t.get(std::move(second)) == 2);
}

TEST_CASE("an old price is better than none, and the log tells") {
  Fixture t;
  LogCapture log;
  eddy::Duration answer_after = 1s;
  Price price(t.loop, [&] { return t.loop.sleep(answer_after, 42); });
  Future<int> fresh = price.get();
  t.advance(2min);

  answer_after = 1h;
  Future<int> old = price.get();
  t.advance(2s);

  CHECK(*t.get(std::move(old)) == 42);
  log.expect(eddy::log::Level::warning, "the price is an old one");
}

TEST_CASE("whoever gives up, one question at a time is asked and the others get their answer") {
  for_each_seed(1000, [](RandomFixture& t) {
    int asking = 0;
    int most_asking = 0;
    Price price(t.loop, [&] {
      return t.some_time().then([] { return 42; }).attach(Count(asking, most_asking));
    });

    Future<int> impatient = price.get();
    Future<int> patient = price.get();
    t.drop_at_some_time(impatient);
    t.run_to_end();

    CHECK(patient.ready());
    CHECK(most_asking == 1);
  });
}
