// SPDX-License-Identifier: MIT
//
// Task groups under random schedules: each task ends once, those who wait for it hear so, and
// nothing of a group runs when it has stopped.
#include <eddy/core/task_group.hpp>
#include <eddy/testing/random_fixture.hpp>

#include <algorithm>
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
constexpr std::size_t most_tasks = 12;

/// Tasks that spawn tasks, fail, take time over their clean-up, and are cancelled.
class Family {
 public:
  explicit Family(RandomFixture& fixture)
      : t_(fixture),
        group_(std::in_place, fixture.loop, [this](const Task&, const Error&) { ++reported_; }) {}

  void run() {
    for (std::size_t count = 1 + t_.random.below(3); count > 0; --count)
      spawn();
    Future<void> empty = group_->empty();
    if (t_.random.one_in(2)) t_.at_some_time([this] { stop(); });
    if (t_.random.one_in(4)) {
      dropped_ = true;
      t_.at_some_time([this] { group_.reset(); });
    }
    t_.run_to_end();
    CHECK(empty.ready());
  }
  void check_end() const {
    std::size_t failed = 0;
    for (const Child& child : children_) {
      CHECK(child.task.state() != TaskState::running);
      CHECK(child.joined);
      if (child.task.state() == TaskState::failed) ++failed;
    }
    CHECK(reported_ == failed);
    // A task that is dropped while it tidies up after an error has nobody to hand it to.
    CHECK((t_.take_unread().empty() || dropped_ || stopped_));
    CHECK_FALSE(ran_late_);
    CHECK((!group_ || group_->size() == 0));
    CHECK(all_tasks(t_.loop).empty());
  }

 private:
  struct Child {
    Task task;
    bool joined = false;
    Future<void> join = {};
  };

  void spawn() {
    if (!group_ || children_.size() == most_tasks) return;
    const std::size_t number = children_.size();
    children_.emplace_back();
    const bool refuses = group_->stopping();
    children_[number].task = group_->spawn("child " + std::to_string(number), work());
    CHECK((!refuses || children_[number].task.state() == TaskState::canceled));
    children_[number].join =
        children_[number].task.join().then([this, number] { children_[number].joined = true; });
    if (t_.random.one_in(3)) t_.cancel_at_some_time(children_[number].task);
  }
  Future<void> work() {
    return t_.some_time().then([this] { return live(); }).finally([this] {
      note_run();
      return t_.some_time();
    });
  }
  Future<void> live() {
    note_run();
    if (t_.random.one_in(2)) spawn();
    if (t_.random.one_in(4)) return failed_future<void>(Errc::closed);
    if (t_.random.one_in(8)) stop();
    return t_.some_time();
  }
  void stop() {
    if (!group_) return;
    stops_.push_back(group_->stop(t_.some_length(20ms)).then([this] { stopped_ = true; }));
  }
  void note_run() { ran_late_ = ran_late_ || stopped_; }

  RandomFixture& t_;
  std::size_t reported_ = 0;
  bool dropped_ = false;
  bool stopped_ = false;
  bool ran_late_ = false;
  std::vector<Future<void>> stops_;
  std::vector<Child> children_;
  std::optional<TaskGroup> group_;
};

}  // namespace

TEST_CASE(
    "under any schedule each task of a group ends, is joined, and runs no more after a stop") {
  for_each_seed(fewer_if_watched(seeds), [](RandomFixture& t) {
    Family family(t);
    family.run();
    family.check_end();
  });
}
