// SPDX-License-Identifier: MIT
//
// One direction through a UdpProxy. Private to testing.
#pragma once

#include <eddy/core/timer.hpp>
#include <eddy/testing/udp_proxy.hpp>

#include <map>
#include <string>

#include "testing/udp_flow.hpp"

namespace eddy::testing::inner {

/// What a UdpProxy was told to do with one direction.
struct UdpLaneSettings {
  double loss = 0;
  double duplication = 0;
  double reordering = 0;
  Duration reordered_by{};
  double corruption = 0;
  Latency latency{};
  std::uint64_t bandwidth = 0;
  std::size_t truncation = UdpProxy::whole;
};

/// The link that all flows share by one direction: datagrams, by the time of their arrival.
class UdpLane {
 public:
  UdpLane(UdpProxyImpl& proxy,
          ProxyDirection direction,
          DatagramTrafficStatistic& statistic,
          std::uint64_t seed);

  /// Sends a datagram on its way, or not.
  void take(UdpFlow& flow, ByteView bytes);
  void change(const UdpLaneSettings& wanted);
  const UdpLaneSettings& settings() const noexcept { return settings_; }
  /// Nothing arrives any more.
  void clear() noexcept;

 private:
  struct Travelling {
    eddy::detail::CountedPtr<UdpFlow> flow;
    std::string bytes;
  };

  void spoil(std::string& bytes, Random& random);
  void dispatch(UdpFlow& flow, std::string bytes, bool held_back, Random& random);
  TimePoint departure(std::size_t size) noexcept;
  void deliver_due();
  void release();

  UdpProxyImpl& proxy_;
  const ProxyDirection direction_;
  DatagramTrafficStatistic& statistic_;
  Random random_;
  UdpLaneSettings settings_;
  TimePoint link_free_{};
  std::multimap<TimePoint, Travelling> line_;
  Timer timer_;
};

}  // namespace eddy::testing::inner
