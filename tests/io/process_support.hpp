// SPDX-License-Identifier: MIT
//
// What the tests of child processes share: a fixture that waits until killed children are reaped,
// and system calls that fail as the test says.
#pragma once

#include <eddy/io/process.hpp>

#include <string>
#include <string_view>

#include "io/process_calls.hpp"
#include "support.hpp"

namespace eddy::testing {

using namespace std::chrono_literals;

/// A Fixture that fails the test if descriptors or children are left.
class ProcessFixture : public IoFixture {
 public:
  explicit ProcessFixture(Site site = EDDY_HERE) : IoFixture(site) {}
  ~ProcessFixture();

  /// Runs until every child that was given up has been reaped and all handles are closed.
  void reap();
  /// Makes a child that must start.
  Process spawn(const Command& command);
  /// Makes one that a shell runs, with all three streams.
  Process shell(std::string text);
  /// What the child has written, to the end.
  std::string all_of(Stream& stream);
  /// Runs `command` to its end and gives its output.
  std::string output_of(Command command);
};

/// Whether this process has a child, dead or alive.
bool have_children();

/// The value behind "SigBlk:" and the like in a /proc/PID/status.
std::string status_field(const std::string& status, std::string_view name);

/// The kernel's calls, of which a test replaces some as long as this lives.
struct FaultyCalls {
  FaultyCalls() : table(detail::kernel_process_calls) { detail::process_calls = &table; }
  FaultyCalls(const FaultyCalls&) = delete;
  FaultyCalls& operator=(const FaultyCalls&) = delete;
  ~FaultyCalls() { detail::process_calls = &detail::kernel_process_calls; }

  detail::ProcessCalls table;
};

/// Fails with `number`, whatever it is asked.
template <int number, class... Args>
int failing(Args...) {
  errno = number;
  return -1;
}

}  // namespace eddy::testing
