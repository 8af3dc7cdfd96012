// SPDX-License-Identifier: MIT
//
// Tests inside tests: how the kit fails a test can only be seen from outside of it.
#pragma once

#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include "core/child.hpp"

namespace eddy::testing {

/// Runs `body` as a test case of its own in a child, and nothing else.
inline ChildEnd run_as_test(void (*body)()) {
  return run_in_child([body] {
    doctest::detail::regTest(
        doctest::detail::TestCase(body, __FILE__, __LINE__, doctest::detail::TestSuite()) *
        "the subject");
    doctest::Context context;
    context.addFilter("test-case", "the subject");
    context.setOption("no-intro", true);
    return context.run();
  });
}

/// Sets a variable of the environment, as long as it lives.
class EnvironmentVariable {
 public:
  EnvironmentVariable(const char* name, const char* value) : name_(name) {
    const char* const old = std::getenv(name);
    had_ = old != nullptr;
    if (had_) old_ = old;
    setenv(name, value, 1);
  }
  EnvironmentVariable(const EnvironmentVariable&) = delete;
  EnvironmentVariable& operator=(const EnvironmentVariable&) = delete;
  ~EnvironmentVariable() {
    if (had_) {
      setenv(name_, old_.c_str(), 1);
    } else {
      unsetenv(name_);
    }
  }

 private:
  const char* name_;
  bool had_ = false;
  std::string old_;
};

}  // namespace eddy::testing
