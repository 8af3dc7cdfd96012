// SPDX-License-Identifier: MIT
//
// Tells the kit what doctest does: which test runs, and whether a check has failed.
//
// Not for users; included by whatever needs to know.
#pragma once

#include <eddy/testing/detail/test_watch.hpp>
#include <eddy/testing/seeds.hpp>

#include <doctest/doctest.h>

namespace eddy::testing::inner {

/// Hands on what doctest tells.
class TestListener final : public doctest::IReporter {
 public:
  explicit TestListener(const doctest::ContextOptions&) {}

  void test_case_start(const doctest::TestCaseData& test) override {
    test_began(test.m_name, test.m_file.c_str(), test.m_line);
  }
  void test_case_reenter(const doctest::TestCaseData& test) override { test_case_start(test); }
  void test_case_end(const doctest::CurrentTestCaseStats&) override { test_ended(); }
  void test_case_exception(const doctest::TestCaseException& exception) override {
    test_failed();
    if (exception.is_crash) print_running_seed();  // doctest forgets what was captured
  }
  void log_assert(const doctest::AssertData& check) override {
    if (check.m_failed) test_failed();
  }
  void log_message(const doctest::MessageData& message) override {
    if ((message.m_severity & doctest::assertType::is_warn) == 0) test_failed();
  }
  void report_query(const doctest::QueryData&) override {}
  void test_run_start() override {}
  void test_run_end(const doctest::TestRunStats&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void test_case_skipped(const doctest::TestCaseData&) override {}
};

// Registered once, however many files include this: doctest keeps listeners by their name.
DOCTEST_REGISTER_LISTENER("eddy", 0, TestListener);

}  // namespace eddy::testing::inner
