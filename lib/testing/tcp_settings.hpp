// SPDX-License-Identifier: MIT
//
// What a TcpProxy was told to do. Private to testing.
#pragma once

#include <eddy/testing/tcp_proxy.hpp>

#include <utility>

namespace eddy::testing::inner {

/// A function that several settings and a call that is under way share.
struct SharedTransform final : eddy::detail::Counted {
  explicit SharedTransform(TcpProxy::Transform made) : function(std::move(made)) {}

  TcpProxy::Transform function;
};

/// Of one direction.
struct LaneSettings {
  Latency latency{};
  std::uint64_t bandwidth = 0;
  double corruption = 0;
  bool stalled = false;
  std::uint64_t cut_after = TcpProxy::never;
  Cut cut = Cut::reset;
  eddy::detail::CountedPtr<SharedTransform> transform{};
};

struct ProxySettings {
  LaneSettings to_server;
  LaneSettings to_client;
  bool partitioned = false;
  bool half_close_kept = true;
  Refusal refusal = Refusal::none;
};

}  // namespace eddy::testing::inner
