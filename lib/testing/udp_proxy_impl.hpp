// SPDX-License-Identifier: MIT
//
// The inside of a UdpProxy. Private to testing.
#pragma once

#include <map>

#include "testing/script.hpp"
#include "testing/udp_lane.hpp"

namespace eddy::testing::inner {

/// All that a UdpProxy was told to do.
struct UdpSettings {
  UdpLaneSettings to_server;
  UdpLaneSettings to_client;
  bool partitioned = false;
};

/// Lives as long as the proxy and the settings that are to be restored.
class UdpProxyImpl final : public eddy::detail::Counted, private DatagramSink {
 public:
  UdpProxyImpl(Loop& where, const Address& to, const UdpProxy::Options& how);

  Result<void> listen();
  void close() noexcept;
  UdpSettings settings() const;
  void set(const UdpSettings& wanted);
  /// Calls `change` with the settings of the directions, one after the other.
  template <class Change>
  void change(ProxyDirection direction, Change&& change) {
    UdpSettings wanted = settings();
    const auto chosen = static_cast<unsigned>(direction);
    if ((chosen & 1U) != 0) change(wanted.to_server);
    if ((chosen & 2U) != 0) change(wanted.to_client);
    set(wanted);
  }
  void set_partition(bool on) noexcept { partitioned_ = on; }
  bool partitioned() const noexcept { return partitioned_; }
  void forget_flows() noexcept;
  void expire(UdpFlow& flow) noexcept;
  void at(Duration after, Function<void()> action, Site site);
  Address address() const noexcept { return address_; }

  /// What `flow` has received.
  void from_server(UdpFlow& flow, ByteView bytes) { to_client_.take(flow, bytes); }
  /// The end of the way: gives it to the other side. False if that does not take it.
  bool deliver(UdpFlow& flow, ProxyDirection direction, ByteView bytes);

  Loop& loop;
  const Address target;
  const UdpProxy::Options options;
  UdpProxyStatistic statistic;

 private:
  using Flows = std::map<Address, eddy::detail::CountedPtr<UdpFlow>>;

  void on_datagram(const DatagramView& datagram) noexcept override;
  void on_error(const Error& error) noexcept override;
  UdpFlow* flow_of(const Address& client);
  void evict();
  void forget(Flows::iterator flow) noexcept;

  bool partitioned_ = false;
  Address address_;
  UdpLane to_server_;
  UdpLane to_client_;
  Flows flows_;
  Script script_;
  UdpSocket socket_;
};

}  // namespace eddy::testing::inner
