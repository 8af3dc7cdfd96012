// SPDX-License-Identifier: MIT
//
// Calls over UDP. Questions and answers may be lost, so each call has a limit of time.
#pragma once

#include <eddy/base/clock.hpp>
#include <eddy/io/udp_socket.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "calls.hpp"
#include "message.hpp"

namespace rpc {

/// Asks one server.
///
/// Nothing is sent twice: whether a method may be called once more only its caller knows.
/// Thread: loop. Lifetime: when it dies, calls that wait fail with Errc::closed.
class UdpClient final : private eddy::DatagramSink {
 public:
  struct Options {
    eddy::Duration limit = std::chrono::seconds(5);  ///< for each call
    std::size_t calls = 256;                         ///< that wait for an answer
    MessageLimits message = {};
  };
  struct Statistic {
    std::uint64_t unknown_responses = 0;  ///< to calls that do not wait
    std::uint64_t malformed = 0;          ///< datagrams that are no responses
  };

  /// @param socket  one that has a peer, see UdpSocket::connect().
  UdpClient(eddy::Loop& loop, eddy::UdpSocket socket);
  UdpClient(eddy::Loop& loop, eddy::UdpSocket socket, const Options& options);

  /// Calls a method of the server.
  ///
  /// Errors: Failure::in() has what the method threw; Errc::timed_out;
  /// std::errc::connection_refused if the server's host says that it is not there;
  /// std::errc::message_size, Errc::overloaded.
  /// Cancel: partial; the method may run nevertheless, its answer is ignored.
  eddy::Future<Json> call(std::string method, Json params = {});

  std::size_t waiting_calls() const noexcept { return calls_.waiting(); }
  const Statistic& statistic() const noexcept { return statistic_; }

 private:
  void on_datagram(const eddy::DatagramView& datagram) noexcept override;
  void on_error(const eddy::Error& error) noexcept override;

  const Options options_;
  Statistic statistic_;
  Calls calls_;
  eddy::UdpSocket socket_;  // last, so that it is closed first
};

}  // namespace rpc
