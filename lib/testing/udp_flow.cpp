// SPDX-License-Identifier: MIT
#include "testing/udp_flow.hpp"

#include <utility>

#include "testing/udp_proxy_impl.hpp"

namespace eddy::testing::inner {

UdpFlow::UdpFlow(UdpProxyImpl& proxy, const Address& client)
    : proxy_(proxy), client_(client), idle_(proxy.loop, [this] { proxy_.expire(*this); }) {}

Result<void> UdpFlow::open() {
  Result<UdpSocket> made = UdpSocket::connect(proxy_.loop, proxy_.target);
  if (!made) return std::move(made).error();
  socket_ = std::move(made).value();
  socket_.start(*this);
  used();
  return {};
}

void UdpFlow::close() noexcept {
  idle_.stop();
  socket_.close();
}

void UdpFlow::used() noexcept {
  last_used_ = proxy_.loop.now();
  idle_.start(proxy_.options.flow_idle);
}

bool UdpFlow::send(ByteView bytes) {
  const Result<void> sent = socket_.send(bytes);
  if (!sent && sent.error() == std::errc::connection_refused) ++proxy_.statistic.unreachable;
  return sent.has_value();
}

void UdpFlow::on_datagram(const DatagramView& datagram) noexcept {
  proxy_.from_server(*this, datagram.bytes);
}

void UdpFlow::on_error(const Error&) noexcept {
  ++proxy_.statistic.unreachable;
}

}  // namespace eddy::testing::inner
