// SPDX-License-Identifier: MIT
#include "change_list.hpp"

#include <doctest/doctest.h>

namespace eddy::detail {
namespace {

using Kind = FileChange::Kind;
using namespace std::chrono_literals;

constexpr TimePoint start = TimePoint() + std::chrono::hours(1);

TEST_CASE("a change is due when the file was left alone for the quiet time") {
  ChangeList list({.quiet = 50ms, .longest = 1s});
  list.add("a", Kind::changed, start);
  list.add("a", Kind::changed, start + 40ms);

  CHECK_FALSE(list.take(start + 89ms).has_value());
  CHECK(list.due() == start + 90ms);
  CHECK(list.take(start + 90ms)->path == "a");
  CHECK_FALSE(list.take(start + 10s).has_value());
  CHECK_FALSE(list.due().has_value());
}

TEST_CASE("a file that is never left alone is due after the longest time") {
  ChangeList list({.quiet = 50ms, .longest = 100ms});
  list.add("a", Kind::changed, start);
  list.add("b", Kind::changed, start + 20ms);
  list.add("a", Kind::changed, start + 40ms);
  list.add("b", Kind::changed, start + 45ms);
  list.add("a", Kind::changed, start + 80ms);
  list.add("b", Kind::changed, start + 90ms);

  CHECK(list.due() == start + 100ms);
  CHECK(list.take(start + 100ms)->path == "a");
  CHECK_FALSE(list.take(start + 100ms).has_value());
  CHECK(list.take(start + 120ms)->path == "b");
}

TEST_CASE("the last of several changes counts") {
  ChangeList list({.quiet = 50ms, .longest = 1s});
  list.add("a", Kind::removed, start);
  list.add("a", Kind::changed, start);
  list.add("b", Kind::changed, start);
  list.add("b", Kind::removed, start);

  CHECK(list.take(start + 50ms)->kind == Kind::changed);
  CHECK(list.take(start + 50ms)->kind == Kind::removed);
}

TEST_CASE("more changes than are kept become one overflow, due at once") {
  ChangeList list({.quiet = 50ms, .longest = 1s, .max_changes = 2});
  list.add("a", Kind::changed, start);
  list.add("b", Kind::changed, start);
  list.add("a", Kind::changed, start);
  CHECK_FALSE(list.take(start).has_value());

  list.add("c", Kind::changed, start);
  list.add("d", Kind::changed, start);

  const auto change = list.take(start);
  REQUIRE(change.has_value());
  CHECK(change->kind == Kind::overflow);
  CHECK(change->path.empty());
  CHECK_FALSE(list.take(start + 10s).has_value());
}

TEST_CASE("after an overflow was told changes are kept again") {
  ChangeList list({.quiet = 50ms, .longest = 1s});
  list.add_overflow();
  list.add("a", Kind::changed, start);
  REQUIRE(list.take(start)->kind == Kind::overflow);

  list.add("b", Kind::changed, start);

  CHECK(list.take(start + 50ms)->path == "b");
}

TEST_CASE("what is forgotten is not told, nor what is below it") {
  ChangeList list({.quiet = 0ms, .longest = 1s});
  list.add("a", Kind::changed, start);
  list.add("a/one", Kind::changed, start);
  list.add("ab", Kind::changed, start);
  list.add("b", Kind::changed, start);
  list.add("b/one", Kind::changed, start);

  list.forget("a", true);
  list.forget("b", false);

  CHECK(list.take(start)->path == "ab");
  CHECK(list.take(start)->path == "b/one");
  CHECK_FALSE(list.take(start).has_value());
}

TEST_CASE("times without end are never due") {
  ChangeList list({.quiet = Duration::max(), .longest = Duration::max()});
  list.add("a", Kind::changed, start);

  CHECK_FALSE(list.take(start + 10'000h).has_value());
  CHECK(list.due() == TimePoint::max());
}

}  // namespace
}  // namespace eddy::detail
