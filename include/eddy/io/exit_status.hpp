// SPDX-License-Identifier: MIT
//
// How a program ended. See io/process.hpp for who tells it.
#pragma once

#include <eddy/base/config.hpp>

#include <string>

namespace eddy {

/// What a program that has ended leaves behind.
///
/// Thread: any; a value.
struct EDDY_EXPORT ExitStatus {
  int code = 0;              ///< what it returned; 0 if a signal ended it
  int signal = 0;            ///< the signal that ended it, else 0
  bool core_dumped = false;  ///< the signal made it leave a core file

  /// It returned 0.
  bool success() const noexcept { return code == 0 && signal == 0; }
  /// For people: "exited with 3", "killed by SIGSEGV (core dumped)".
  std::string to_string() const;

  friend bool operator==(const ExitStatus&, const ExitStatus&) = default;
};

}  // namespace eddy
