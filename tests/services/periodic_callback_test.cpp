// SPDX-License-Identifier: MIT
#include <eddy/services/periodic_callback.hpp>
#include <eddy/testing/fixture.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <memory>

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

using Options = PeriodicOptions;

/// A job of which each run takes `length`.
struct Job {
  explicit Job(Duration interval, Duration length, Options options = {}, Site site = EDDY_HERE)
      : t(site), periodic(t.loop, "job", interval, body(length), options) {}

  PeriodicCallback::Body body(Duration length) {
    return [this, length] {
      ++begun;
      return t.loop.sleep(length).then([this] { ++ended; });
    };
  }
  std::uint64_t skipped() const { return periodic.statistic().skipped.value(); }

  Fixture t;
  int begun = 0;
  int ended = 0;
  PeriodicCallback periodic;
};

/// Time that passes at once, as it does for a loop that was blocked.
struct JumpingClock final : Clock {
  TimePoint now() const noexcept override { return time; }
  WallTime wall() const noexcept override { return WallTime(); }
  bool manual() const noexcept override { return true; }

  TimePoint time{1h};
};

Options fixed_rate(Options::Overlap overlap = Options::Overlap::skip) {
  Options options;
  options.mode = Options::Mode::fixed_rate;
  options.overlap = overlap;
  return options;
}

Future<void> failure() {
  return failed_future<void>(Errc::protocol);
}

}  // namespace

TEST_CASE("the first run begins at once, and the next one an interval later") {
  Job job(100ms, 0ms);
  REQUIRE(job.begun == 0);

  job.periodic.start();
  job.t.clock.advance(0ms);
  CHECK(job.begun == 1);

  job.t.clock.advance(99ms);
  CHECK(job.begun == 1);
  job.t.clock.advance(1ms);
  CHECK(job.begun == 2);
}

TEST_CASE("at fixed delay the interval begins when a run has ended") {  // parity 5.2
  Job job(100ms, 500ms);
  job.periodic.start();

  job.t.clock.advance(599ms);
  CHECK(job.begun == 1);
  job.t.clock.advance(1ms);
  CHECK(job.begun == 2);
  CHECK(job.skipped() == 0);
}

TEST_CASE("a delay comes before the first run") {  // parity 5.2
  Options options;
  options.delay = 500ms;
  Job job(100ms, 0ms, options);
  job.periodic.start();

  job.t.clock.advance(499ms);
  CHECK(job.begun == 0);
  job.t.clock.advance(1ms);
  CHECK(job.begun == 1);
}

TEST_CASE("at fixed rate runs begin on the grid, whatever they take") {
  Job job(100ms, 60ms, fixed_rate());
  job.periodic.start();

  job.t.clock.advance(1s);

  CHECK(job.begun == 11);
  CHECK(job.skipped() == 0);
}

TEST_CASE("a run longer than the interval leaves out what it overlaps, and counts it") {
  Job job(100ms, 250ms, fixed_rate());  // hardening 254
  job.periodic.start();

  job.t.clock.advance(299ms);
  CHECK(job.begun == 1);
  CHECK(job.skipped() == 2);
  job.t.clock.advance(1ms);
  CHECK(job.begun == 2);
}

TEST_CASE("a run longer than the interval is followed by those it queued, one by one") {
  Job job(100ms, 250ms, fixed_rate(Options::Overlap::queue));
  job.periodic.start();

  job.t.clock.advance(249ms);
  CHECK(job.begun == 1);
  job.t.clock.advance(1ms);
  CHECK(job.begun == 2);
  CHECK(job.ended == 1);
  CHECK(job.skipped() == 0);
}

TEST_CASE("what is queued is bounded, the rest is left out") {
  Options options = fixed_rate(Options::Overlap::queue);
  options.max_queued = 3;
  Job job(100ms, 10s, options);
  job.periodic.start();

  job.t.clock.advance(1s);

  CHECK(job.begun == 1);
  CHECK(job.skipped() == 7);
}

TEST_CASE("after a blocked loop the runs that it cost are left out, without a burst") {
  JumpingClock clock;  // hardening 212, 250, 254
  Loop::Options options;
  options.clock = &clock;
  Loop loop(options);
  PeriodicCallback periodic(
      loop, "job", 100ms, [] { return ready_future(); }, fixed_rate());
  periodic.start();
  run_until_idle(loop);
  REQUIRE(periodic.statistic().call_count.value() == 1);

  clock.time += 1050ms;
  run_until_idle(loop);

  CHECK(periodic.statistic().call_count.value() == 2);
  CHECK(periodic.statistic().skipped.value() == 9);
}

TEST_CASE("stop() resolves at once between runs, and no run follows") {
  Job job(100ms, 0ms);
  job.periodic.start();
  job.t.clock.advance(0ms);

  Future<void> stopped = job.periodic.stop();

  CHECK(stopped.ready());
  job.t.clock.advance(1s);
  CHECK(job.begun == 1);
}

TEST_CASE("stop() waits for the run that is going on") {  // parity 16
  Job job(100ms, 500ms);
  job.periodic.start();
  job.t.clock.advance(100ms);

  Future<void> stopped = job.periodic.stop();
  CHECK_FALSE(job.t.poll(stopped));
  job.t.clock.advance(400ms);

  CHECK(stopped.ready());
  CHECK(job.ended == 1);
}

TEST_CASE("stopping twice is the same as once, and so is stopping what never started") {
  Job job(100ms, 500ms);
  CHECK(job.periodic.stop().ready());
  job.periodic.start();
  job.t.clock.advance(100ms);

  Future<void> first = job.periodic.stop();
  Future<void> second = job.periodic.stop();
  CHECK_FALSE(job.t.poll(second));
  job.t.clock.advance(400ms);

  CHECK(first.ready());
  CHECK(second.ready());
}

TEST_CASE("a run may wait for stop()") {  // parity 5.2, I#250
  Fixture t;
  std::unique_ptr<PeriodicCallback> periodic;
  int begun = 0;
  int ended = 0;
  periodic = std::make_unique<PeriodicCallback>(t.loop, "job", 100ms, [&] {
    ++begun;
    return t.loop.sleep(10ms).then([&] { return periodic->stop(); }).then([&] { ++ended; });
  });
  periodic->start();

  t.clock.advance(1s);

  CHECK(begun == 1);
  CHECK(ended == 1);
  CHECK_FALSE(periodic->running());
}

TEST_CASE("the body may stop the schedule in its first breath") {
  Fixture t;
  std::unique_ptr<PeriodicCallback> periodic;
  int begun = 0;
  periodic = std::make_unique<PeriodicCallback>(t.loop, "job", 100ms, [&] {
    ++begun;
    return periodic->stop();
  });
  periodic->start();

  t.clock.advance(1s);

  CHECK(begun == 1);
}

TEST_CASE("the body may destroy what called it") {
  Fixture t;
  std::unique_ptr<PeriodicCallback> periodic;
  int begun = 0;
  periodic =
      std::make_unique<PeriodicCallback>(t.loop, "job", 100ms, [&, kept = std::string(99, 'x')] {
        periodic.reset();
        begun += static_cast<int>(kept.size());
        return t.loop.sleep(1s);
      });
  periodic->start();

  t.clock.advance(1s);

  CHECK(begun == 99);
}

TEST_CASE("a schedule starts again after a stop, as often as one likes") {  // parity 5.2
  Job job(100ms, 0ms);
  job.periodic.start();
  job.t.clock.advance(250ms);
  REQUIRE(job.begun == 3);
  REQUIRE(job.periodic.stop().ready());
  job.periodic.start();
  job.t.clock.advance(250ms);
  REQUIRE(job.begun == 6);
  REQUIRE(job.periodic.stop().ready());
  job.periodic.start();
  job.t.clock.advance(250ms);

  CHECK(job.begun == 9);
}

TEST_CASE("a start right after a stop leaves no second schedule behind") {  // parity 5.2
  Job job(100ms, 500ms);
  job.periodic.start();
  job.t.clock.advance(100ms);
  Future<void> first = job.periodic.stop();
  job.periodic.start();
  job.t.clock.advance(399ms);
  REQUIRE(job.begun == 1);  // the new schedule waits for the old run
  job.t.clock.advance(1ms);
  REQUIRE(job.begun == 2);
  REQUIRE(first.ready());

  Future<void> second = job.periodic.stop();
  job.t.clock.advance(10s);

  CHECK(second.ready());
  CHECK(job.begun == 2);
}

TEST_CASE("starting twice is the same as once") {
  Job job(100ms, 0ms);
  job.periodic.start();
  job.periodic.start();

  job.t.clock.advance(100ms);

  CHECK(job.begun == 2);
}

TEST_CASE("a run that fails is counted, and the next one follows") {  // parity 5.1
  Fixture t;
  PeriodicCallback periodic(t.loop, "job", 100ms, [] { return failure(); });
  periodic.start();

  t.clock.advance(200ms);

  CHECK(periodic.statistic().fail.value() == 3);
  CHECK(periodic.statistic().done.value() == 0);
}

TEST_CASE("a run that throws, or gives an empty future, has failed") {
  Fixture t;
  PeriodicCallback throws(t.loop, "a", 1h, []() -> Future<void> { throw 42; });
  PeriodicCallback empty(t.loop, "b", 1h, [] { return Future<void>(); });
  throws.start();
  empty.start();

  t.clock.advance(0s);

  CHECK(throws.statistic().fail.value() == 1);
  CHECK(empty.statistic().fail.value() == 1);
}

TEST_CASE("a run that is canceled from inside keeps the schedule") {  // parity 5.2
  Fixture t;
  PeriodicCallback periodic(
      t.loop, "job", 100ms, [] { return failed_future<void>(Errc::canceled); });
  periodic.start();

  t.clock.advance(100ms);

  CHECK(periodic.statistic().call_count.value() == 2);
}

TEST_CASE("a schedule may end with the first error, and tells it") {
  Fixture t;
  Options options;
  options.on_error = Options::OnError::stop;
  PeriodicCallback periodic(
      t.loop, "job", 100ms, [] { return failure(); }, options);
  std::vector<Error> told;
  periodic.on_stopped([&told](Error error) { told.push_back(std::move(error)); });
  periodic.start();

  t.clock.advance(1s);

  REQUIRE(told.size() == 1);
  CHECK(told[0] == Errc::protocol);
  CHECK_FALSE(periodic.scheduled());
  CHECK(periodic.statistic().call_count.value() == 1);
}

TEST_CASE("the statistic tells how many runs began and ended, and how long they took") {
  Job job(100ms, 500ms);
  job.periodic.start();

  job.t.clock.advance(1200ms);  // runs at 0, 600 and 1200 ms

  CHECK(job.periodic.statistic().call_count.value() == 3);
  CHECK(job.periodic.statistic().done.value() == 2);
  CHECK(job.periodic.statistic().sum_time.value() == 1'000'000'000);
}

TEST_CASE("destroying a schedule drops the run that is going on") {
  Fixture t;
  bool ended = false;
  auto periodic = std::make_unique<PeriodicCallback>(
      t.loop, "job", 100ms, [&] { return t.loop.sleep(1s).then([&] { ended = true; }); });
  periodic->start();
  t.clock.advance(500ms);
  REQUIRE(periodic->running());

  periodic.reset();
  t.clock.advance(10s);

  CHECK_FALSE(ended);
}

TEST_CASE("the longest of all intervals is no interval of zero") {  // hardening 255
  Job job(Duration::max(), 0ms, fixed_rate());
  job.periodic.start();

  job.t.clock.advance(24h);

  CHECK(job.begun == 1);
}
