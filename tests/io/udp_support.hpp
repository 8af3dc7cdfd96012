// SPDX-License-Identifier: MIT
//
// What the tests of datagram sockets share: sockets of each kind, a sink that remembers, and system
// calls that fail as scripted.
#pragma once

#include <eddy/io/udp_socket.hpp>

#include <cerrno>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "io/datagram_calls.hpp"
#include "support.hpp"

namespace eddy::testing {

/// The kinds of address that a datagram socket behaves alike on.
struct OverIpv4 {
  static Address address() { return "127.0.0.1:0"_addr; }
};
struct OverIpv6 {
  static Address address() { return "[::1]:0"_addr; }
};
struct OverAbstract {
  /// Another name each time.
  static Address address();
};

template <class Kind = OverIpv4>
UdpSocket a_socket(Fixture& t, const UdpOptions& options = {}) {
  return UdpSocket::bind(t.loop, Kind::address(), options).value();
}

/// Calls `function` inside a callback of the loop, and lets everything happen that follows.
template <class F>
void in_a_callback(Fixture& t, F function) {
  CHECK(t.get(t.loop.next_turn().then(std::move(function))));
  t.run_until_idle();
}

/// Sends each of `texts` as a datagram.
void send_all(UdpSocket& from, const Address& to, const std::vector<std::string>& texts);

/// Remembers what it was told, and does what the test wants when it is told.
struct DatagramRecorder final : DatagramSink {
  std::vector<Datagram> datagrams;
  std::vector<Error> errors;
  Function<void(const DatagramView&)> when_datagram;
  Function<void()> when_error;

  std::vector<std::string> texts() const;
  void on_datagram(const DatagramView& datagram) noexcept override {
    datagrams.emplace_back(datagram);
    if (when_datagram) when_datagram(datagram);
  }
  void on_error(const Error& error) noexcept override {
    errors.push_back(error);
    if (when_error) when_error();
  }
};

/// Replaces the system calls of datagram sockets for as long as it lives. Each call takes the next
/// step of its script; without one it is the kernel's.
class ScriptedDatagramCalls {
 public:
  struct Step {
    int error = 0;         ///< if set, the call fails so
    unsigned at_most = 0;  ///< if set, it takes so many messages at most
  };

  ScriptedDatagramCalls();
  ScriptedDatagramCalls(const ScriptedDatagramCalls&) = delete;
  ScriptedDatagramCalls& operator=(const ScriptedDatagramCalls&) = delete;
  ~ScriptedDatagramCalls();

  std::deque<Step> sendto;
  std::deque<Step> sendmmsg;
  std::deque<Step> recvmmsg;
  std::vector<unsigned> sent_messages;  ///< how many each sendmmsg was given

 private:
  detail::DatagramCalls table_;
};

}  // namespace eddy::testing
