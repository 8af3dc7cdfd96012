// SPDX-License-Identifier: MIT
//
// One end of a connection. Both ends are alike: each may call the other's methods, many at a time.
#pragma once

#include <eddy/core/repeat.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/io/stream.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

#include "calls.hpp"
#include "frames.hpp"
#include "message.hpp"
#include "methods.hpp"

namespace rpc {

/// What the other end may cost, and how much it is asked at a time.
struct PeerLimits {
  std::size_t frame = 1024 * 1024;  ///< octets of a message, in either direction
  MessageLimits message = {};
  std::size_t calls = 256;  ///< ours that wait for an answer
  /// Theirs that run. What is more is answered with an error: to stop reading instead would leave
  /// two peers that wait for each other waiting for good.
  std::size_t handlers = 256;
  std::size_t unsent = 8 * 1024 * 1024;  ///< octets that wait to be sent; then no call is begun
};

/// What a Peer has counted.
struct PeerStatistic {
  std::uint64_t requests = 0;           ///< that came
  std::uint64_t refused = 0;            ///< of these, for too many ran
  std::uint64_t responses = 0;          ///< that came
  std::uint64_t unknown_responses = 0;  ///< of these, to calls that do not wait
};

/// Talks over a stream.
///
/// Thread: loop.
/// Lifetime: `stream` must outlive it. When it dies, methods that run are dropped and calls fail.
class Peer {
 public:
  explicit Peer(eddy::Stream& stream, const PeerLimits& limits = {});

  /// Takes what comes until the other end has gone; to be called once. Then all calls have failed.
  ///
  /// Errors: those of the stream; Errc::truncated in a frame; Errc::too_large and Errc::protocol
  /// for what is no message. An end between two frames is none.
  /// Cancel: partial; methods that run are cancelled.
  eddy::Future<void> run(Methods methods);

  /// Calls a method of the other end.
  ///
  /// Errors: Failure::in() has what the method threw; `peer_gone`, Errc::closed or what run() fails
  /// with if the connection is lost before the answer came; Errc::overloaded, Errc::too_large.
  /// Cancel: partial; the method may run nevertheless, its answer is ignored.
  eddy::Future<Json> call(std::string method, Json params = {});

  std::size_t waiting_calls() const noexcept { return calls_.waiting(); }
  const PeerStatistic& statistic() const noexcept { return statistic_; }

 private:
  eddy::Result<eddy::Next> take(eddy::ByteView octets);
  eddy::Result<void> ended(const eddy::Error& error);
  void handle(Request request);
  void handle(Response response);
  void reply(const Response& response);
  void send(eddy::ByteView message);

  eddy::Stream& stream_;
  const PeerLimits limits_;
  Methods methods_;
  FrameReader frames_;
  Calls calls_;
  PeerStatistic statistic_;
  eddy::TaskGroup handlers_;  // last, so that it dies first
};

}  // namespace rpc
