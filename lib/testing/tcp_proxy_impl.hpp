// SPDX-License-Identifier: MIT
//
// The inside of a TcpProxy. Private to testing.
#pragma once

#include <eddy/io/listener.hpp>
#include <eddy/testing/unused_port.hpp>

#include <optional>
#include <vector>

#include "testing/script.hpp"
#include "testing/tcp_link.hpp"

namespace eddy::testing::inner {

/// Lives as long as the proxy, its connections, and the settings that are to be restored.
class TcpProxyImpl final : public eddy::detail::Counted {
 public:
  TcpProxyImpl(Loop& where, const Address& to, const TcpProxy::Options& how);

  Result<void> listen();
  /// Makes the settings those of `wanted`, and tells the lanes what has changed.
  void set(const ProxySettings& wanted);
  /// Calls `change` with the settings of the directions, then `tell` of the lanes.
  template <class Change>
  void change(ProxyDirection direction, Change&& change, void (TcpLane::*tell)()) {
    const auto chosen = static_cast<unsigned>(direction);
    if ((chosen & 1U) != 0) change(settings.to_server);
    if ((chosen & 2U) != 0) change(settings.to_client);
    tell_lanes(direction, tell);
  }
  /// For each connection, also if the call ends some.
  template <class F>
  void for_links(F&& call) {
    const std::vector<eddy::detail::CountedPtr<TcpLink>> now = links_;
    for (const auto& link : now)
      if (!link->ended()) call(*link);
  }
  void set_partition(bool on);
  void set_refusal(Refusal how);
  void at(Duration after, Function<void()> action, Site site);
  void close() noexcept;
  /// A link has ended.
  void forget(TcpLink& link) noexcept;
  Address address() const noexcept { return address_; }

  Loop& loop;
  const Address target;
  const TcpProxy::Options options;
  ProxySettings settings;
  TcpProxyStatistic statistic;

 private:
  void accepted(TcpStream client);
  void update_listener() noexcept;
  void tell_lanes(ProxyDirection direction, void (TcpLane::*tell)());
  void set(ProxyDirection direction, LaneSettings& lane, const LaneSettings& wanted);

  std::optional<UnusedPort> port_;  // ours also while nobody listens
  Address address_;
  std::vector<eddy::detail::CountedPtr<TcpLink>> links_;
  std::uint64_t number_ = 0;
  bool closed_ = false;
  Script script_;
  Listener listener_;
};

}  // namespace eddy::testing::inner
