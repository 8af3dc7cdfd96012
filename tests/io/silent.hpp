// SPDX-License-Identifier: MIT
//
// Addresses that give no answer, or a bad one.
#pragma once

#include <vector>

#include "support.hpp"

namespace eddy::testing {

/// A listener whose queue is full: the kernel answers no more clients.
struct Silent {
  explicit Silent(Fixture& t, const Address& where = "127.0.0.1:0"_addr)
      : listener(Listener::bind(t.loop, where, {.backlog = 0}).value()) {
    for (int i = 0; i < 2; ++i)
      fillers.push_back(connect(t.loop, listener.local(), Duration::zero()));
    t.run_until_idle();
  }
  Address address() const { return listener.local(); }

  Listener listener;
  std::vector<Future<TcpStream>> fillers;
};

/// An address that refuses, for its listener is gone.
inline Address nobody_at(Fixture& t, const Address& where = "127.0.0.1:0"_addr) {
  return Listener::bind(t.loop, where).value().local();
}

}  // namespace eddy::testing
