// SPDX-License-Identifier: MIT
//
// An error that nobody reads names a place, also where a function takes futures one by one and so
// has no room for its own.
#include <eddy/core/all.hpp>
#include <eddy/core/all_settled.hpp>
#include <eddy/core/any.hpp>
#include <eddy/core/as_completed.hpp>
#include <eddy/core/cancel_all.hpp>
#include <eddy/core/first.hpp>
#include <eddy/core/gather.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/core/select.hpp>
#include <eddy/core/wait.hpp>
#include <eddy/testing/fixture.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

constexpr Site first_place{"first.cpp", 17};
constexpr Site second_place{"second.cpp", 4};

Future<void> failing() {
  return failed_future<void>(Error(Errc::closed), first_place);
}

Future<void> waiting(Fixture& t) {
  return t.loop.sleep(1h, second_place);
}

/// Where the error is reported that `future` ends with, which nobody reads.
template <class T>
std::string place_of_unread(Fixture& t, Future<T> future) {
  t.run_until_idle();
  REQUIRE(future.ready());
  future = {};
  const std::vector<UnreadError> unread = t.take_unread();
  REQUIRE(unread.size() == 1);
  return unread.front().site.file + std::string(":") + std::to_string(unread.front().site.line);
}

}  // namespace

TEST_CASE("what attach() makes has the place of what it was attached to") {
  Fixture t;

  CHECK(place_of_unread(t, failing().attach(std::string("kept"))) == "first.cpp:17");
}

TEST_CASE("futures that are joined one by one have the place of the first of them") {
  Fixture t;

  CHECK(place_of_unread(t, all(failing(), waiting(t))) == "first.cpp:17");
  CHECK(place_of_unread(t, gather(failing(), ready_future())) == "first.cpp:17");
  CHECK(place_of_unread(t, select(failing(), waiting(t))) == "first.cpp:17");
  CHECK(place_of_unread(t, select(Losers::drop, failing(), ready_future())) == "first.cpp:17");
  CHECK(place_of_unread(t, first(failing(), waiting(t))) == "first.cpp:17");
  CHECK(place_of_unread(t, any(failing(), failing())) == "first.cpp:17");
}
