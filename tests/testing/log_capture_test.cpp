// SPDX-License-Identifier: MIT
#include <eddy/base/error.hpp>
#include <eddy/testing/log_capture.hpp>

#include <chrono>
#include <string>
#include <thread>

#include "testing/support.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::ChildEnd;
using eddy::testing::LogCapture;
using eddy::testing::run_as_test;

TEST_CASE("lines of the log come to the capture and go nowhere else") {
  const ChildEnd end = run_as_test([] {
    LogCapture log;

    log::debug("small", {{"text", "a b"}, {"yes", true}, {"count", 3}, {"took", 5ms}});
    log::error("large", {{"error", Error(Errc::closed)}});

    REQUIRE(log.lines().size() == 2);
    CHECK(log.lines()[0].text() == "debug small text=a b yes=true count=3 took=5000000ns");
    CHECK(log.lines()[1].text() == "error large error=closed");
  });

  CHECK(end.exit_code() == 0);
  CHECK_FALSE(end.printed("count=3"));
}

TEST_CASE("a line that was expected and came passes, with more fields than were asked for") {
  LogCapture log;

  log::warning("slow", {{"line", 7}, {"file", "a.cpp"}});

  log.expect(log::Level::warning, "slow", {{"file", "a.cpp"}});
  log.expect_none(log::Level::warning, "slow", {{"line", 8}});
  log.expect_none(log::Level::error, "slow");
}

TEST_CASE("a line that was expected and did not come fails the test, which shows the others") {
  const ChildEnd end = run_as_test([] {
    LogCapture log;
    log::warning("slow", {{"line", 7}});
    log.expect(log::Level::warning, "slow", {{"line", 8}});
  });

  CHECK(end.exit_code() == 1);
  CHECK(end.printed("the log has no line \"slow\" as expected"));
  CHECK(end.printed("warning slow line=7"));
}

TEST_CASE("lines are expected in the order in which they came") {
  const ChildEnd end = run_as_test([] {
    LogCapture log;
    log::info("first");
    log::info("second");
    log.expect(log::Level::info, "second");
    log.expect(log::Level::info, "first");
  });

  CHECK(end.exit_code() == 1);
  CHECK(end.printed("the log has no line \"first\" as expected"));
}

TEST_CASE("a line that was not to come fails the test") {
  const ChildEnd end = run_as_test([] {
    LogCapture log;
    log::info("first");
    log.expect_none(log::Level::info, "first");
  });

  CHECK(end.exit_code() == 1);
  CHECK(end.printed("the log has a line \"first\""));
}

TEST_CASE("a strict capture fails the test for a warning that nobody expected") {
  const ChildEnd end = run_as_test([] {
    LogCapture log(LogCapture::FailOn{log::Level::warning});
    log::info("usual");
    log::warning("expected");
    log::warning("strange");
    log::warning("expected");
    log.expect(log::Level::warning, "expected");
    log.expect(log::Level::warning, "expected");
  });

  CHECK(end.exit_code() == 1);
  CHECK(end.printed("nobody expected of the log"));
  CHECK(end.printed("warning strange"));
  CHECK_FALSE(end.printed("usual"));
}

TEST_CASE("a capture gets the lines of other threads") {
  LogCapture log;

  std::thread([] { log::info("from afar"); }).join();

  log.expect(log::Level::info, "from afar");
}

TEST_CASE("after a capture the log is as before") {
  const ChildEnd end = run_as_test([] {
    { const LogCapture log; }
    log::debug("too small");
    log::info("to stderr");
  });

  CHECK(end.printed("to stderr"));
  CHECK_FALSE(end.printed("too small"));
}
