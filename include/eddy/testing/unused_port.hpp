// SPDX-License-Identifier: MIT
//
// A port for a test to listen on, where port 0 will not do: for a configuration, a child process, a
// second start on the same address.
//
// Where the test can ask the listener afterwards, port 0 is better still.
#pragma once

#include <eddy/base/address.hpp>

#include <cstdint>

namespace eddy::testing {

/// Keeps a port from being given to anybody else, for as long as it lives.
///
/// It holds a bound TCP socket that never listens. So the kernel gives the port to nobody who asks
/// for any port, in this process or another, and whoever names it can bind it if he sets
/// SO_REUSEADDR, as a Listener does. For those who do not set it, and for UDP, call release()
/// shortly before. When the port was chosen nobody had it for UDP either.
/// Thread: any one at a time.
class EDDY_EXPORT UnusedPort {
 public:
  /// Stops the program if the system has no port left.
  UnusedPort();
  UnusedPort(UnusedPort&& other) noexcept;
  UnusedPort& operator=(UnusedPort&& other) noexcept;
  ~UnusedPort();

  std::uint16_t number() const noexcept { return number_; }
  /// On 127.0.0.1.
  Address address() const noexcept;
  /// Lets go of the port: from now on the kernel may give it away.
  void release() noexcept;

 private:
  std::uint16_t number_ = 0;
  int socket_ = -1;
};

/// A port that nobody has and nobody else gets while the object lives.
[[nodiscard]] inline UnusedPort unused_port() {
  return {};
}

}  // namespace eddy::testing
