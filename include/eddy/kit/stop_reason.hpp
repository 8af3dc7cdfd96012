// SPDX-License-Identifier: MIT
//
// Why a service, or the whole program, is being stopped.
#pragma once

#include <eddy/base/config.hpp>

#include <string>

namespace eddy {

/// Handed to Service::stop(), to the stop hooks, and to those who wait for closing().
struct StopReason {
  enum class Kind {
    requested,       ///< request_stop() or Supervisor::stop()
    signal,          ///< SIGINT or SIGTERM
    finished,        ///< there is nothing left that could run
    start_failed,    ///< a service, this or another, failed to start
    service_failed,  ///< an essential service failed for good
    restart,         ///< this service ended by itself; a new object may take its place
    removed,         ///< stop_services() named it
  };

  Kind kind = Kind::requested;
  /// For people: the text of the request, or what failed.
  std::string text = {};
  /// The number of the signal, else 0.
  int signal = 0;
};

}  // namespace eddy
