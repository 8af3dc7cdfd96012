// SPDX-License-Identifier: MIT
//
// One client of a UdpProxy. Private to testing.
#pragma once

#include <eddy/core/detail/counted.hpp>
#include <eddy/core/timer.hpp>
#include <eddy/io/udp_socket.hpp>

namespace eddy::testing::inner {

class UdpProxyImpl;

/// The socket by which the server knows a client.
///
/// Datagrams that are on their way keep it alive; it is closed when the proxy gives it up.
class UdpFlow final : public eddy::detail::Counted, private DatagramSink {
 public:
  UdpFlow(UdpProxyImpl& proxy, const Address& client);

  Result<void> open();
  void close() noexcept;
  /// A datagram went either way.
  void used() noexcept;
  TimePoint last_used() const noexcept { return last_used_; }
  const Address& client() const noexcept { return client_; }
  bool is_open() const noexcept { return socket_.open(); }
  /// False if the socket did not take it.
  bool send(ByteView bytes);

 private:
  void on_datagram(const DatagramView& datagram) noexcept override;
  void on_error(const Error& error) noexcept override;

  UdpProxyImpl& proxy_;
  const Address client_;
  TimePoint last_used_{};
  Timer idle_;
  UdpSocket socket_;
};

}  // namespace eddy::testing::inner
