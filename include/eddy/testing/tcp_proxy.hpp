// SPDX-License-Identifier: MIT
//
// A TCP proxy that does harm on purpose: what networks, firewalls and dying hosts do to programs.
//
//     TcpProxy proxy = TcpProxy::start(t.loop, server.bound_address()).value();
//     Client client(t.loop, proxy.address());  // the client under test
//     proxy.latency(200ms);
//     proxy.at(2s, [&] { proxy.partition(true); }).at(5s, [&] { proxy.partition(false); });
//
// Until told otherwise it passes on everything, ends and resets too. Settings are for the
// connections that there are and for those that come. Time is the loop's, so that with a Fixture
// none passes; chance follows from a seed. For datagrams see testing/udp_proxy.hpp; where no kernel
// is needed a duplex() with a script is simpler.
#pragma once

#include <eddy/base/function.hpp>
#include <eddy/core/detail/counted.hpp>
#include <eddy/io/connect.hpp>
#include <eddy/testing/latency.hpp>
#include <eddy/testing/proxy_direction.hpp>
#include <eddy/testing/restored_settings.hpp>
#include <eddy/testing/tcp_proxy_statistic.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

namespace eddy::testing {

namespace inner {
class TcpProxyImpl;
}

/// How a connection ends.
enum class Cut : std::uint8_t {
  end,    ///< both sides get an end of the stream, as when the other process ended in order
  reset,  ///< both sides get a reset, as when the other host forgot the connection
};

/// What happens to clients that come.
enum class Refusal : std::uint8_t {
  none,     ///< they are connected to the target
  closed,   ///< nobody listens: connect() fails with std::errc::connection_refused
  at_once,  ///< they are accepted, and reset before an octet went either way
};

/// Stands between clients and one server, and passes on what they send, or not.
///
/// In each direction octets go first through transform() and corrupt(), then wait their turn by
/// bandwidth(), then are on their way for as long as latency() says, and arrive unless stall() or
/// partition() holds them up, where cut_after() counts them. A client whose target cannot be
/// reached is reset at once. Its own functions may be called in whatever it calls.
/// Thread: loop.
/// Lifetime: destroyed it closes all connections. After its loop it can only be destroyed.
class EDDY_EXPORT TcpProxy {
 public:
  struct Options {
    /// Port 0 takes one that nobody else gets while the proxy lives, also while it refuses.
    Address listen = "127.0.0.1:0"_addr;
    /// False: a side is not read as long as the other has not taken what came before.
    bool buffered = true;
    /// So many octets are held in each direction of a connection; then reading stops.
    std::size_t max_held = 1024 * 1024;
    /// At this number of connections others wait in the kernel's queue.
    std::size_t max_connections = 1024;
    /// For a connection to the target; its client is reset after that.
    Duration connect_limit = eddy::connect_limit;
    /// What latency and corruption draw follows from it and from the number of the connection.
    std::uint64_t seed = 1;
  };
  /// Gives the octets that are to go in place of those that came, in pieces of any size.
  using Transform = Function<std::string(ByteView)>;
  /// For cut_after().
  static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

  /// Listens, for clients that are connected to `target`.
  ///
  /// Errors: those of Listener::bind().
  [[nodiscard]] static Result<TcpProxy> start(Loop& loop,
                                              const Address& target,
                                              const Options& options);
  [[nodiscard]] static Result<TcpProxy> start(Loop& loop, const Address& target);
  TcpProxy(TcpProxy&& other) noexcept;
  TcpProxy& operator=(TcpProxy&& other) noexcept;
  ~TcpProxy();

  /// Where clients connect to.
  Address address() const noexcept;
  /// Connects to it. Errors, Cancel: as connect().
  [[nodiscard]] Future<TcpStream> create_client();

  // What the network is like.

  /// Octets arrive that much later, many at a time and in order. What is on its way when this is
  /// called arrives at once.
  void latency(Latency length, ProxyDirection direction = ProxyDirection::both);
  /// So many octets a second leave for the other side of each connection; zero: any number.
  void bandwidth(std::uint64_t octets_per_second, ProxyDirection direction = ProxyDirection::both);
  /// Flips one bit in this share of the octets, from 0 to 1. Which ones does not depend on the
  /// pieces in which they come.
  void corrupt(double share, ProxyDirection direction = ProxyDirection::both);
  /// An empty function passes octets on as they are. One that throws resets the connection; what
  /// it threw is reported as unread.
  void transform(Transform function, ProxyDirection direction = ProxyDirection::both);
  /// Nothing arrives any more, ends and resets neither; nothing is lost.
  void stall(ProxyDirection direction = ProxyDirection::both);
  void resume(ProxyDirection direction = ProxyDirection::both);
  /// As stall() of both ways; besides, clients that come get no answer. The kernel still completes
  /// their connect(), as far as its queue goes.
  void partition(bool on);
  /// What happens to clients that come; those that are there stay.
  void refuse(Refusal how);
  /// Each connection is cut when so many more octets have arrived by `direction`. Of more than a
  /// receiver's kernel has room for, a reset destroys the rest, as resets do.
  void cut_after(std::uint64_t octets,
                 Cut how = Cut::reset,
                 ProxyDirection direction = ProxyDirection::both);
  /// Whether an end of the stream is passed on as that, which is the default. False: it ends the
  /// other way too, as with the proxies that know no half-closed connections.
  void keep_half_close(bool on);

  /// Puts all the settings above back to what they are now, at the end of its life.
  [[nodiscard]] RestoredSettings scoped();
  /// scoped(), and a latency for each way.
  [[nodiscard]] RestoredSettings slowdown(Latency client_to_server, Latency server_to_client = {});

  // What happens to the connections that there are.

  /// Ends the stream by `direction`, after what is on its way; what its sender sends from now on is
  /// lost.
  void half_close(ProxyDirection direction);
  /// Cuts all connections; what is on its way is lost.
  void reset();
  /// The same with an end of the stream in place of a reset. Resolves when the sockets are gone.
  /// Cancel: partial; the connections are closed anyway.
  Future<void> disconnect_all(Site site = EDDY_HERE);

  /// Runs `action` when `after` has passed from now, unless the proxy is closed before. It may
  /// close and destroy the proxy.
  TcpProxy& at(Duration after, Function<void()> action, Site site = EDDY_HERE);

  /// Stops listening and closes all connections. Closing twice is the same as once.
  void close() noexcept;

  /// Lifetime: the proxy's.
  const TcpProxyStatistic& statistic() const noexcept;

 private:
  explicit TcpProxy(eddy::detail::CountedPtr<inner::TcpProxyImpl> impl) noexcept;

  eddy::detail::CountedPtr<inner::TcpProxyImpl> impl_;
};

}  // namespace eddy::testing
