// SPDX-License-Identifier: MIT
//
// One connection through a TcpProxy. Private to testing.
#pragma once

#include "testing/tcp_lane.hpp"

namespace eddy::testing::inner {

class TcpProxyImpl;

/// A client, the target, and a lane each way.
///
/// Whatever calls out keeps a reference meanwhile: what it calls may end the connection.
class TcpLink final : public eddy::detail::Counted {
 public:
  /// `number` is that of the connection.
  TcpLink(TcpProxyImpl& proxy, TcpStream client, std::uint64_t number);

  /// Connects to the target; the client waits meanwhile.
  void connect();
  /// Closes both sides, unless that was done before, and leaves the proxy.
  void end(Cut how) noexcept;
  bool ended() const noexcept { return ended_; }

  TcpProxyImpl& proxy() const noexcept { return *proxy_; }
  TcpLane& lane(ProxyDirection direction) noexcept;
  TcpLane& opposite(const TcpLane& lane) noexcept;
  template <class F>
  void for_lanes(ProxyDirection direction, F&& call) {
    const auto chosen = static_cast<unsigned>(direction);
    if ((chosen & 1U) != 0) call(to_server_);
    if ((chosen & 2U) != 0 && !ended_) call(to_client_);
  }
  /// A lane has sent the end of its stream.
  void lane_finished() noexcept;

 private:
  void connected(Result<TcpStream> server);

  const eddy::detail::CountedPtr<TcpProxyImpl> proxy_;
  TcpStream client_;
  TcpStream server_;
  TcpLane to_server_;
  TcpLane to_client_;
  bool ended_ = false;
  Future<void> connecting_;
};

}  // namespace eddy::testing::inner
