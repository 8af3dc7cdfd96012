// SPDX-License-Identifier: MIT
//
// The combinators inside themselves and inside each other, on the usual stack.
#include <eddy/core/any.hpp>
#include <eddy/core/cancel_all.hpp>
#include <eddy/core/first.hpp>
#include <eddy/core/gather.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/core/select.hpp>
#include <eddy/core/shield.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/core/wait.hpp>
#include <eddy/testing/fixture.hpp>

#include <utility>

#include "core/stack_depth.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::a_little_stack;
using eddy::testing::Fixture;
using eddy::testing::Look;
using eddy::testing::StackDepth;

namespace {

/// A frame a level would already take a multiple of the little stack.
constexpr int levels = 20'000;
constexpr int a_million = 1'000'000;

/// The arm beside the nest: it loses every race, and looks at the stack when it goes.
Future<void> another(Fixture& t, StackDepth& stack) {
  return t.loop.sleep(1h).attach(Look(stack));
}

struct Gather {
  static Future<void> around(Future<void> nest, Fixture&, StackDepth& stack) {
    return gather(std::move(nest), ready_future()).then([look = Look(stack)](const auto&) {});
  }
};
struct AllSettled {
  static Future<void> around(Future<void> nest, Fixture&, StackDepth& stack) {
    return all_settled(std::move(nest), ready_future())
        .then([look = Look(stack)](std::tuple<Result<void>, Result<void>> results) {
          return std::get<0>(std::move(results));
        });
  }
};
struct Select {
  static Future<void> around(Future<void> nest, Fixture& t, StackDepth& stack) {
    return select(std::move(nest), another(t, stack)).then([](const auto&) {});
  }
};
struct SelectDropping {
  static Future<void> around(Future<void> nest, Fixture& t, StackDepth& stack) {
    return select(Losers::drop, std::move(nest), another(t, stack)).then([](const auto&) {});
  }
};
/// Nothing but nodes: the whole nest settles in one go.
struct First {
  static Future<void> around(Future<void> nest, Fixture& t, StackDepth& stack) {
    return first(std::move(nest), another(t, stack));
  }
};
struct Any {
  static Future<void> around(Future<void> nest, Fixture&, StackDepth& stack) {
    return any(failed_future<int>(Errc::closed), std::move(nest).attach(Look(stack)))
        .then([](const auto&) {});
  }
};
struct Wait {
  static Future<void> around(Future<void> nest, Fixture&, StackDepth& stack) {
    return wait(When::first_completed, std::move(nest))
        .then([look = Look(stack)](std::tuple<Future<void>> futures) {
          return std::get<0>(std::move(futures));
        });
  }
};
struct Shield {
  static Future<void> around(Future<void> nest, Fixture&, StackDepth& stack) {
    return shield(std::move(nest)).attach(Look(stack));
  }
};
struct CancelAll {
  static Future<void> around(Future<void> nest, Fixture&, StackDepth& stack) {
    return cancel_all(shield(std::move(nest)).attach(Look(stack)));
  }
};

template <class Kind>
Future<void> a_nest_of(Future<void> leaf, Fixture& t, StackDepth& stack) {
  Future<void> nest = std::move(leaf);
  for (int i = 0; i < levels; ++i)
    nest = Kind::around(std::move(nest), t, stack);
  return nest;
}

/// Each kind that passes an error and a cancel on, in turn.
Future<void> a_mixed_nest(Future<void> leaf, int depth, Fixture& t, StackDepth& stack) {
  Future<void> nest = std::move(leaf);
  for (int i = 0; i < depth / 5; ++i) {
    nest = Gather::around(std::move(nest), t, stack);
    nest = AllSettled::around(std::move(nest), t, stack);
    nest = Select::around(std::move(nest), t, stack);
    nest = Wait::around(std::move(nest), t, stack);
    nest = First::around(std::move(nest), t, stack);
  }
  return nest;
}

}  // namespace

// clang-format off
#define EDDY_KINDS Gather, AllSettled, Select, SelectDropping, First, Any, Wait
#define EDDY_ALL_KINDS EDDY_KINDS, Shield, CancelAll
// clang-format on

TEST_CASE_TEMPLATE("a nest is dropped without stack growth", Kind, EDDY_ALL_KINDS) {
  Fixture t;
  StackDepth stack;
  Promise<void> promise(t.loop);
  Future<void> nest = a_nest_of<Kind>(promise.future(), t, stack);

  nest = {};

  CHECK_FALSE(promise.wanted());
  CHECK(t.loop.statistic().active_timers == 0);
  CHECK(t.loop.statistic().live_nodes == 1);  // the promise's
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE_TEMPLATE("a nest comes to a value without stack growth", Kind, EDDY_ALL_KINDS) {
  Fixture t;
  StackDepth stack;
  Promise<void> promise(t.loop);
  Future<void> nest = a_nest_of<Kind>(promise.future(), t, stack);
  CHECK_FALSE(t.poll(nest));

  std::move(promise).set_value();

  CHECK(t.get(std::move(nest)).has_value());
  CHECK(t.loop.statistic().active_timers == 0);
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE_TEMPLATE("an error passes a nest without stack growth",
                   Kind,
                   Gather,
                   AllSettled,
                   Select,
                   SelectDropping,
                   First,
                   Wait,
                   Shield) {
  Fixture t;
  StackDepth stack;
  Promise<void> promise(t.loop);
  Future<void> nest = a_nest_of<Kind>(promise.future(), t, stack);

  std::move(promise).set_error(Errc::closed);

  CHECK(t.get(std::move(nest)).error() == Errc::closed);
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE_TEMPLATE("a nest is spawned and softly cancelled without stack growth",
                   Kind,
                   EDDY_KINDS) {
  Fixture t;
  StackDepth stack;
  TaskGroup group(t.loop);
  Task task = group.spawn("nest", a_nest_of<Kind>(t.loop.sleep(1s), t, stack));
  CHECK(task.state() == TaskState::running);

  task.cancel();
  t.run_until_idle();

  CHECK(task.state() == TaskState::canceled);
  CHECK(t.loop.statistic().active_timers == 0);
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE_TEMPLATE("a nest may be dropped while a soft cancel is on its way down",
                   Kind,
                   EDDY_KINDS) {
  Fixture t;
  StackDepth stack;
  Task task;
  {
    TaskGroup group(t.loop);
    task = group.spawn("nest", a_nest_of<Kind>(t.loop.sleep(1s), t, stack));
    task.cancel();
    task.cancel();
  }

  CHECK(task.state() == TaskState::canceled);
  CHECK(t.loop.statistic().active_timers == 0);
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE("a mixed nest a million levels deep comes to a value without stack growth") {
  Fixture t;
  StackDepth stack;
  Promise<void> promise(t.loop);
  Future<void> nest = a_mixed_nest(promise.future(), a_million, t, stack);

  std::move(promise).set_value();
  CHECK_FALSE(nest.ready());

  CHECK(t.get(std::move(nest)).has_value());
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE("a mixed nest is cancelled and another dropped without stack growth") {
  Fixture t;
  StackDepth stack;
  TaskGroup group(t.loop);
  Task task = group.spawn("nest", a_mixed_nest(t.loop.sleep(1s), 5 * levels, t, stack));
  Future<void> kept = a_mixed_nest(t.loop.sleep(1s), 5 * levels, t, stack);

  task.cancel();
  t.run_until_idle();
  kept = {};

  CHECK(task.state() == TaskState::canceled);
  CHECK(t.loop.statistic().active_timers == 0);
  CHECK(stack.deepest() < a_little_stack);
}
