// SPDX-License-Identifier: MIT
//
// A Supervisor that leaves alone what belongs to the process.
#pragma once

#include <eddy/kit/supervisor.hpp>

namespace eddy::testing {

inline Supervisor::Options quiet_options() {
  Supervisor::Options options;
  options.signals = false;
  options.raise_file_limit = false;
  options.stop_deadline = Duration::zero();
  options.log_writer = false;
  return options;
}

}  // namespace eddy::testing
