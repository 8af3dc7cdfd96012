// SPDX-License-Identifier: MIT
//
// Keeps a receiver connected to a Signal.
//
// Made by Signal::connect(), see core/signal.hpp.
#pragma once

#include <eddy/core/detail/counted.hpp>

namespace eddy {

namespace detail {
class SlotBase;
}

/// Disconnects when it is destroyed: then the receiver is not called again, not by clones of the
/// signal either, and if it is at work that work is dropped, so that it may capture `this` of
/// whoever owns the Connection.
///
/// Thread: loop.
/// Lifetime: may outlive its Signal.
class EDDY_EXPORT Connection {
 public:
  /// Connects nothing.
  Connection() noexcept;
  /// For Signal, which makes them.
  explicit Connection(detail::CountedPtr<detail::SlotBase> slot) noexcept;
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;
  ~Connection();

  /// Disconnects now. Allowed always, also while the signal is called, and by the receiver.
  void disconnect() noexcept;
  /// Leaves the receiver connected for as long as the signal or a clone of it lives.
  void forget() noexcept;
  bool connected() const noexcept;

 private:
  detail::CountedPtr<detail::SlotBase> slot_;
};

}  // namespace eddy
