// SPDX-License-Identifier: MIT
//
// Values that come later, what to do with them, and work in the background.
#include <eddy/core/all.hpp>
#include <eddy/core/context_var.hpp>
#include <eddy/core/deadline.hpp>
#include <eddy/core/log_with.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/core/task_group.hpp>

#include <cstdio>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>

using eddy::Future;
using eddy::Loop;
using namespace std::chrono_literals;
namespace log = eddy::log;

namespace {

/// Stands for a question to some other machine: the answer takes a while, and may be an error.
Future<int> price_of(Loop& loop, int item) {
  return loop.sleep(20ms).then([item] {
    if (item > 3) throw std::out_of_range("there is no such item");
    return item * 10;
  });
}

Future<void> one_after_the_other(Loop& loop) {
  return price_of(loop, 1)
      .then([&loop](int first) {
        std::printf("the first costs %d\n", first);
        return price_of(loop, 2);
      })
      .then([](int second) { std::printf("the second costs %d\n", second); });
}

Future<void> at_the_same_time(Loop& loop) {
  return eddy::all(price_of(loop, 1), price_of(loop, 3)).then([](std::tuple<int, int> prices) {
    std::printf("both cost %d\n", std::get<0>(prices) + std::get<1>(prices));
  });
}

Future<void> with_errors(Loop& loop) {
  return price_of(loop, 9)
      .or_else([](const eddy::Error& error) {
        std::printf("no price: %s\n", error.message().c_str());
        return 0;
      })
      .then([&loop](int) { return loop.sleep(1h).timeout(30ms); })
      .or_else(eddy::Errc::timed_out, [](const eddy::Error&) { std::puts("an hour is too long"); });
}

Future<void> again_and_again(Loop& loop) {
  return eddy::repeat(loop, [&loop, left = 3]() mutable {
    std::printf("%d to go\n", left);
    return loop.sleep(10ms, --left > 0 ? eddy::Next::again : eddy::Next::done);
  });
}

Future<void> with_a_deadline(Loop& loop) {
  return log::with({{"order", 7}}, [&loop] {
    return eddy::with_deadline(30ms, [&loop] { return loop.sleep(1h).timeout(1s); })
        .or_else(eddy::Errc::timed_out, [](const eddy::Error& error) {
          log::info("too late", {{"error", error}});
        });
  });
}

constinit eddy::ContextVar<std::string> customer("customer");

Future<void> paint(Loop& loop) {
  return loop.sleep(10ms).then(
      [] { std::printf("painted for %s\n", customer.get_or("nobody").c_str()); });
}

Future<void> as_parts_of_one_job(Loop& loop) {
  return eddy::with_group(loop, [&loop](eddy::TaskGroup& parts) {
    customer.set("ann");
    parts.spawn("paint", [&loop] { return paint(loop); });
    parts.spawn("dry", loop.sleep(1h));
    return loop.sleep(20ms).then([] { throw std::runtime_error("out of paint"); });
  });
}

/// Owns its background work. The group is the last member, so that it is destroyed first.
class Workshop {
 public:
  explicit Workshop(Loop& loop) : loop_(loop), tasks_(loop) {}

  Future<void> work() {
    tasks_.spawn("short", loop_.sleep(10ms).then([this] { ++finished_; }));
    Future<void> tidy = loop_.sleep(1h).finally([] { std::puts("the endless task tidies up"); });
    eddy::Task endless = tasks_.spawn("endless", std::move(tidy));
    return loop_.sleep(30ms).then([this, endless]() mutable {
      std::printf("%d finished, %zu at work\n", finished_, tasks_.size());
      endless.cancel();
      return endless.join();
    });
  }

 private:
  Loop& loop_;
  int finished_ = 0;
  eddy::TaskGroup tasks_;
};

}  // namespace

int main() {
  Loop loop;
  Workshop workshop(loop);

  Future<void> never = loop.sleep(50ms).then([] { std::puts("this is never printed"); });
  never = {};  // to drop a future is to cancel it

  Future<void> all_of_it = one_after_the_other(loop)
                               .then([&loop] { return at_the_same_time(loop); })
                               .then([&loop] { return with_errors(loop); })
                               .then([&loop] { return again_and_again(loop); })
                               .then([&loop] { return with_a_deadline(loop); })
                               .then([&workshop] { return workshop.work(); })
                               .then([&loop] { return as_parts_of_one_job(loop); })
                               .or_else([](const eddy::Error& error) {
                                 std::printf("the job failed: %s\n", error.message().c_str());
                               });
  eddy::Result<void> result = loop.run_until(std::move(all_of_it));
  if (!result) std::printf("failed: %s\n", result.error().message().c_str());
  return result ? 0 : 1;
}
