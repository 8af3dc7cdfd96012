// SPDX-License-Identifier: MIT
//
// A bound on how many child processes run at once.
#pragma once

#include <eddy/core/semaphore.hpp>
#include <eddy/io/process.hpp>

#include <algorithm>
#include <cstddef>
#include <string>

namespace eddy {

/// Lets so many children run at once; who comes later waits, first come, first served.
///
/// Thread: loop.
/// Lifetime: children may outlive it; who waits when it is destroyed fails with Errc::closed.
class EDDY_EXPORT ProcessLimit {
 public:
  /// @param at_once  one at least, for nobody could ever add a place.
  explicit ProcessLimit(std::size_t at_once) : places_(std::max<std::size_t>(at_once, 1)) {}

  /// Makes the child when there is a place for it. The place is free again when the child has been
  /// reaped, whatever became of the Process.
  ///
  /// Errors: those of Process::spawn(). Cancel: total, until there is a child; then it is killed.
  [[nodiscard]] Future<Process> spawn(Loop& loop, Command command, Site site = EDDY_HERE);
  /// run_command() when there is a place for it.
  [[nodiscard]] Future<ProcessOutput> run(Loop& loop,
                                          Command command,
                                          std::string input = {},
                                          CommunicateOptions options = {},
                                          Site site = EDDY_HERE);

  /// How many places are free.
  std::size_t available() const noexcept { return places_.available(); }
  std::size_t waiting() const noexcept { return places_.waiting(); }

 private:
  Semaphore places_;
};

}  // namespace eddy
