// SPDX-License-Identifier: MIT
//
// What was given to a future that lost a race, or whose wait was cancelled, goes back.
#include <eddy/core/gather.hpp>
#include <eddy/core/queue.hpp>
#include <eddy/core/select.hpp>
#include <eddy/core/shield.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/core/wait.hpp>
#include <eddy/testing/fixture.hpp>

#include <tuple>
#include <utility>
#include <variant>

using namespace eddy;
using eddy::testing::Fixture;

TEST_CASE("the item of a get that loses a select goes back, that of the winner does not") {
  Fixture t;
  Queue<int> queue(2);
  CHECK(queue.try_put(7));
  CHECK(queue.try_put(8));
  Future<int> one = queue.get();
  Future<int> other = queue.get();
  CHECK(queue.empty());

  auto winner = select(std::move(one), std::move(other));

  CHECK(std::get<0>(*t.get(std::move(winner))) == 7);
  CHECK(queue.size() == 1);
  CHECK(queue.try_get() == 8);
}

TEST_CASE("items that a gather has taken do not go back") {
  Fixture t;
  Queue<int> queue(1);
  auto both = gather(queue.get(), ready_future());
  CHECK_FALSE(t.poll(both));
  CHECK(queue.try_put(7));

  CHECK(std::get<0>(*t.get(std::move(both))) == 7);

  CHECK(queue.empty());
}

TEST_CASE("an item that wait gave back and nobody took goes back to its queue") {
  Fixture t;
  Queue<int> queue(1);
  auto waited = wait(When::all_completed, queue.get());
  CHECK(queue.try_put(7));
  CHECK(queue.empty());

  std::ignore = t.get(std::move(waited));

  CHECK(queue.try_get() == 7);
}

TEST_CASE("the item of a shielded get that gives way to a cancel goes back") {
  Fixture t;
  Queue<int> queue(1);
  TaskGroup group(t.loop);
  Task task = group.spawn("work", shield(queue.get()).then([](int) {}));
  task.cancel();
  CHECK(task.state() == TaskState::running);

  CHECK(queue.try_put(7));
  t.run_until_idle();

  CHECK(task.state() == TaskState::canceled);
  CHECK(queue.try_get() == 7);
}
