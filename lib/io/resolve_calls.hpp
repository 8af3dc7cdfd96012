// SPDX-License-Identifier: MIT
//
// The calls by which the system is asked for a name, in a table: tests replace them to make the
// system fail, wait or be interrupted.
//
// Private to io.
#pragma once

#include <netdb.h>

namespace eddy::detail {

struct ResolveCalls {
  int (*getaddrinfo)(const char* node,
                     const char* service,
                     const addrinfo* hints,
                     addrinfo** result);
  void (*freeaddrinfo)(addrinfo* result);
};

/// The system's own.
extern const ResolveCalls real_resolve_calls;
/// Those in use. Constant-initialised; replaced by tests alone, while no lookup is made.
extern constinit const ResolveCalls* resolve_calls;

}  // namespace eddy::detail
