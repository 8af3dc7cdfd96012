// SPDX-License-Identifier: MIT
//
// A program made by chance: chains of all kinds are built, settled, cancelled and dropped at any
// moment, also inside continuations and inside the destructors of what they captured.
#pragma once

#include <eddy/core/loop.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/core/shared_future.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/manual_clock.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/probe.hpp"

namespace eddy::testing {

/// Takes one element out of `from`, whose order does not matter.
template <class T>
T take_at(std::vector<T>& from, std::size_t index) {
  std::swap(from[index], from.back());
  T taken = std::move(from.back());
  from.pop_back();
  return taken;
}

/// Runs from a seed; what went wrong is in faults().
class RandomProgram {
 public:
  explicit RandomProgram(std::uint64_t seed);
  RandomProgram(const RandomProgram&) = delete;
  RandomProgram& operator=(const RandomProgram&) = delete;
  ~RandomProgram();

  /// Runs the whole program, to the death of its loop and of all it made.
  void run();
  const std::vector<std::string>& faults() const noexcept { return faults_; }

 private:
  struct Step;
  using Steps = std::vector<std::shared_ptr<Step>>;
  /// What is known of one continuation, or of one thing that is attached.
  struct Step {
    bool dropped = false;  // the drop of its chain has returned
    bool running = false;
    bool ran = false;
    bool alive = true;  // its captures are there
    Steps adopted;      // those of the chain that it returned
  };
  /// Captured by a continuation: tells its Step when the captures die.
  struct StepHold {
    explicit StepHold(std::shared_ptr<Step> which) noexcept : step(std::move(which)) {}
    StepHold(StepHold&&) noexcept = default;
    StepHold& operator=(StepHold&&) = delete;
    ~StepHold() {
      if (step != nullptr) step->alive = false;
    }
    std::shared_ptr<Step> step;
  };
  struct Value {
    int number = 0;
    std::shared_ptr<Probe> probe;
  };
  struct Chain {
    Future<Value> future;
    Steps steps = {};   // that it owns
    Steps shared = {};  // that it only waits for
  };
  /// Chains that are about to be waited for together.
  struct Fork {
    std::vector<Future<Value>> arms = {};
    Steps steps = {};
    Steps shared = {};
  };
  struct Source {
    SharedFuture<Value> future;
    Steps steps;
  };
  struct Group {
    std::unique_ptr<TaskGroup> tasks;
    Steps steps;
  };
  using Action = void (RandomProgram::*)();

  // Chance.
  unsigned pick(unsigned bound) { return static_cast<unsigned>(random_() % bound); }
  Duration short_time() { return std::chrono::milliseconds(pick(50)); }
  /// Something that dies with a continuation, and may do anything while it dies.
  Probe bomb();
  Value value();
  void act();
  void mischief();

  // Leaves.
  void make_promise();
  void make_sleep();
  void make_ready();
  void make_failed();
  void make_turn();
  void make_repeat();
  void settle_promise();
  void abandon_promise();

  // Links.
  void link_then();
  void link_or_else();
  void link_finally();
  void link_complete();
  void link_timeout();
  void link_attach();
  void link_all();
  void link_all_settled();
  void link_race();
  void link_wait();
  void link_as_completed();
  void link_shield();
  void link_cancel_all();
  void share();
  void branch();

  // Ends.
  void drop_chain();
  void drop_shared();
  void spawn();
  void cancel_task();
  void stop_group();
  void drop_group();
  void let_time_pass();

  static StepHold watch(Chain& chain);
  /// The owner of these steps was dropped: none may run again, all captures must be gone.
  void mark_dropped(const Steps& steps);
  void make_group();
  /// The body of every continuation: mischief, then a value, an exception or an error.
  Result<Value> body(Step& step);
  Future<Value> deferred_body(Step& step);
  /// Whether some step of `chain` comes after `step`: a step that adopted it would wait for itself.
  static bool waits_for(const Chain& chain, const Step& step);
  Future<void> clean_up(Step& step);
  bool take(Chain& chain);
  Fork take_arms();
  void keep_joined(Fork fork, Future<Value> joined);
  void keep(Chain chain);
  void settle_down();
  void check_end();

  std::mt19937 random_;
  ManualClock clock_;
  std::optional<Loop> loop_;
  std::vector<Chain> chains_;
  std::vector<Promise<Value>> promises_;
  std::vector<Source> shared_;
  std::vector<Task> tasks_;
  std::vector<Group> groups_;
  ProbeCount probes_;
  std::size_t unread_ = 0;
  unsigned actions_left_ = 0;
  unsigned depth_ = 0;
  bool ending_ = false;
  std::vector<std::string> faults_;
};

}  // namespace eddy::testing
