// SPDX-License-Identifier: MIT
//
// gather and select under random schedules: whichever part is first, fails, or is cancelled, the
// result is the one that the rules name, and no part is left behind.
#include <eddy/core/gather.hpp>
#include <eddy/core/select.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/random_fixture.hpp>

#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::fewer_if_watched;
using eddy::testing::for_each_seed;
using eddy::testing::RandomFixture;

namespace {

constexpr std::uint64_t seeds = 10'000;

/// Parts of a combination: each takes its time, tidies up, and ends with its number or an error.
class Parts {
 public:
  explicit Parts(RandomFixture& fixture) : t_(fixture) {}

  std::vector<Future<std::size_t>> make() {
    count_ = 1 + t_.random.below(5);
    std::vector<Future<std::size_t>> parts(count_);
    for (std::size_t number = 0; number < parts.size(); ++number)
      parts[number] = part(number);
    return parts;
  }
  /// Parts that exist still.
  std::size_t alive() const { return alive_; }
  /// Whether each of them has tidied up, to the end.
  bool tidy() const { return tidied_ == count_; }
  std::size_t failed() const { return failed_; }
  /// The first to end by itself, and the first to fail.
  std::optional<std::size_t> first() const { return first_; }
  std::optional<std::size_t> first_failed() const { return first_failed_; }

 private:
  struct Alive {
    explicit Alive(std::size_t& counter) noexcept : count(counter) { ++count; }
    Alive(const Alive&) = delete;
    Alive& operator=(const Alive&) = delete;
    ~Alive() { --count; }

    std::size_t& count;
  };

  Future<std::size_t> part(std::size_t number) {
    return t_.some_time()
        .finally([this] { return t_.some_time().then([this] { ++tidied_; }); })
        .then([this, number] { return end(number); })
        .attach(std::make_unique<Alive>(alive_));
  }
  Result<std::size_t> end(std::size_t number) {
    if (!first_) first_ = number;
    if (!t_.random.one_in(4)) return number;
    if (!first_failed_) first_failed_ = number;
    ++failed_;
    return Error(Errc::closed, std::to_string(number));
  }

  RandomFixture& t_;
  std::size_t count_ = 0;
  std::size_t alive_ = 0;
  std::size_t tidied_ = 0;
  std::size_t failed_ = 0;
  std::optional<std::size_t> first_;
  std::optional<std::size_t> first_failed_;
};

/// A combination of parts, which may be cancelled or dropped before it has ended.
template <class T>
class Combination {
 public:
  Combination(RandomFixture& fixture, Parts& parts, Future<T> future)
      : t_(fixture), parts_(parts), group_(fixture.loop) {
    Future<void> work = std::move(future).complete([this](Result<T>&& result) {
      alive_at_end_ = parts_.alive();
      result_.emplace(std::move(result));
    });
    if (t_.random.one_in(3)) {
      drop_sometimes(std::move(work));
      return;
    }
    const Task task = group_.spawn("combination", std::move(work));
    cancelled_ = t_.random.one_in(3);
    if (cancelled_) t_.cancel_at_some_time(task);
  }

  void run() {
    t_.run_to_end();
    CHECK(parts_.alive() == 0);
    CHECK(alive_at_end_ == 0);
    CHECK((dropped_ || result_.has_value()));
    CHECK((dropped_ || parts_.tidy()));
  }
  bool disturbed() const { return dropped_ || cancelled_; }
  const Result<T>& result() const { return *result_; }

 private:
  void drop_sometimes(Future<void> work) {
    dropped_ = true;
    own_ = std::move(work);
    t_.at_some_time([this] {
      own_ = {};
      alive_at_end_ = parts_.alive();
    });
  }

  RandomFixture& t_;
  Parts& parts_;
  bool cancelled_ = false;
  bool dropped_ = false;
  std::size_t alive_at_end_ = 0;
  std::optional<Result<T>> result_;
  Future<void> own_;
  TaskGroup group_;
};

std::string context_of(std::optional<std::size_t> number) {
  return number ? std::to_string(*number) : std::string();
}

}  // namespace

TEST_CASE(
    "under any schedule a gather ends with its last part, and has all values or the first error") {
  for_each_seed(fewer_if_watched(seeds), [](RandomFixture& t) {
    Parts parts(t);
    auto futures = parts.make();
    std::vector<std::size_t> all(futures.size());
    std::iota(all.begin(), all.end(), 0);
    Combination<std::vector<std::size_t>> combination(t, parts, gather(std::move(futures)));

    combination.run();

    const std::size_t unread = t.take_unread().size();
    if (combination.disturbed()) return;
    const auto& result = combination.result();
    CHECK(result.has_value() == (parts.failed() == 0));
    if (result) CHECK(*result == all);
    if (!result) CHECK(result.error().context() == context_of(parts.first_failed()));
    CHECK(unread + (result ? 0 : 1) == parts.failed());
  });
}

TEST_CASE("under any schedule a select gives the first to end, and no part is left behind it") {
  for_each_seed(fewer_if_watched(seeds), [](RandomFixture& t) {
    Parts parts(t);
    Combination<Selected<std::size_t>> combination(t, parts, select(parts.make()));

    combination.run();

    const std::size_t unread = t.take_unread().size();
    if (combination.disturbed()) return;
    const auto& result = combination.result();
    const bool first_failed = parts.first() == parts.first_failed();
    CHECK(result.has_value() != first_failed);
    if (result) CHECK(result->index == parts.first());
    if (result) CHECK(result->value == parts.first());
    if (!result) CHECK(result.error().context() == context_of(parts.first()));
    CHECK(unread + (result ? 0 : 1) == parts.failed());
  });
}
