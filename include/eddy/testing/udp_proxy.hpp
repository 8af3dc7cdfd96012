// SPDX-License-Identifier: MIT
//
// A UDP proxy that does harm on purpose: it loses, doubles, reorders, delays and spoils datagrams.
//
//     UdpProxy proxy = UdpProxy::start(t.loop, server.local()).value();
//     Client client(t.loop, proxy.address());  // the client under test
//     proxy.lose(0.1);
//     proxy.latency(Latency::normal(50ms, 20ms));
//
// Until told otherwise it passes on everything. Time is the loop's, so that with a Fixture none
// passes; chance follows from a seed. For streams see testing/tcp_proxy.hpp.
#pragma once

#include <eddy/base/function.hpp>
#include <eddy/core/detail/counted.hpp>
#include <eddy/io/udp_socket.hpp>
#include <eddy/testing/latency.hpp>
#include <eddy/testing/proxy_direction.hpp>
#include <eddy/testing/restored_settings.hpp>
#include <eddy/testing/udp_proxy_statistic.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>

namespace eddy::testing {

namespace inner {
class UdpProxyImpl;
}

/// Stands between clients and one server, and passes on their datagrams, or not.
///
/// As an address translator does, it sends each client's datagrams from a port of their own and
/// what comes back to that port to the client; that is a flow. In each direction one link is shared
/// by all flows. A target that is not there is silent to the clients.
/// Thread: loop.
/// Lifetime: destroyed it closes its sockets. After its loop it can only be destroyed.
class EDDY_EXPORT UdpProxy {
 public:
  struct Options {
    Address listen = "127.0.0.1:0"_addr;
    /// For one more, the flow that was idle longest is given up.
    std::size_t max_flows = 1024;
    /// A flow without a datagram either way for so long is given up, as translators do.
    Duration flow_idle = std::chrono::minutes(2);
    /// So many datagrams are on their way in each direction; more are lost, as in a router.
    std::size_t max_held = 1024;
    /// Chance follows from it and from how many datagrams have come by a direction.
    std::uint64_t seed = 1;
  };
  /// For truncate().
  static constexpr std::size_t whole = std::numeric_limits<std::size_t>::max();

  /// Binds, for clients of `target`.
  ///
  /// Errors: those of UdpSocket::bind().
  [[nodiscard]] static Result<UdpProxy> start(Loop& loop,
                                              const Address& target,
                                              const Options& options);
  [[nodiscard]] static Result<UdpProxy> start(Loop& loop, const Address& target);
  UdpProxy(UdpProxy&& other) noexcept;
  UdpProxy& operator=(UdpProxy&& other) noexcept;
  ~UdpProxy();

  /// Where clients send to.
  Address address() const noexcept;
  /// A socket that talks to it alone.
  [[nodiscard]] Result<UdpSocket> create_client();

  // What the network is like. Shares are from 0 to 1.

  /// This share of the datagrams does not arrive.
  void lose(double share, ProxyDirection direction = ProxyDirection::both);
  /// This share arrives twice. Each copy has a latency of its own.
  void duplicate(double share, ProxyDirection direction = ProxyDirection::both);
  /// This share is `by` later than the others, which overtake it.
  void reorder(double share, Duration by, ProxyDirection direction = ProxyDirection::both);
  /// Each datagram is so long on its way; those that get different lengths by chance overtake each
  /// other. What is on its way when this is called arrives at once, in order.
  void latency(Latency length, ProxyDirection direction = ProxyDirection::both);
  /// So many octets a second go over the link, which the flows share; zero: any number.
  void bandwidth(std::uint64_t octets_per_second, ProxyDirection direction = ProxyDirection::both);
  /// Flips one bit in this share of the datagrams.
  void corrupt(double share, ProxyDirection direction = ProxyDirection::both);
  /// What is longer arrives without its end.
  void truncate(std::size_t size, ProxyDirection direction = ProxyDirection::both);
  /// Whatever comes meanwhile is lost; what is on its way arrives.
  void partition(bool on);

  /// Puts all the settings above back to what they are now, at the end of its life.
  [[nodiscard]] RestoredSettings scoped();

  /// Gives up all flows, so that the server sees the clients come from other ports from now on:
  /// clients that roam, or a translator that was restarted.
  void forget_flows();

  /// Runs `action` when `after` has passed from now, unless the proxy is closed before. It may
  /// close and destroy the proxy.
  UdpProxy& at(Duration after, Function<void()> action, Site site = EDDY_HERE);

  /// Closes its sockets; what is on its way is lost. Closing twice is the same as once.
  void close() noexcept;

  /// Lifetime: the proxy's.
  const UdpProxyStatistic& statistic() const noexcept;

 private:
  explicit UdpProxy(eddy::detail::CountedPtr<inner::UdpProxyImpl> impl) noexcept;

  eddy::detail::CountedPtr<inner::UdpProxyImpl> impl_;
};

}  // namespace eddy::testing
