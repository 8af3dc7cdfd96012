// SPDX-License-Identifier: MIT
#include <eddy/testing/udp_proxy.hpp>

#include <utility>

#include "testing/udp_proxy_impl.hpp"

namespace eddy::testing {

using eddy::detail::CountedPtr;
using inner::UdpLaneSettings;
using inner::UdpProxyImpl;

namespace {

/// Settings as they were, to be put back at the end.
struct Snapshot final : eddy::detail::Counted {
  explicit Snapshot(CountedPtr<UdpProxyImpl> owner)
      : proxy(std::move(owner)), settings(proxy->settings()) {}
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  ~Snapshot() override { proxy->set(settings); }

  CountedPtr<UdpProxyImpl> proxy;
  inner::UdpSettings settings;
};

}  // namespace

Result<UdpProxy> UdpProxy::start(Loop& loop, const Address& target, const Options& options) {
  const CountedPtr<UdpProxyImpl> impl(new UdpProxyImpl(loop, target, options));
  if (Result<void> bound = impl->listen(); !bound) return std::move(bound).error();
  return UdpProxy(impl);
}

Result<UdpProxy> UdpProxy::start(Loop& loop, const Address& target) {
  return start(loop, target, Options());
}

UdpProxy::UdpProxy(CountedPtr<UdpProxyImpl> impl) noexcept : impl_(std::move(impl)) {}
UdpProxy::UdpProxy(UdpProxy&& other) noexcept = default;

UdpProxy& UdpProxy::operator=(UdpProxy&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}

UdpProxy::~UdpProxy() {
  if (impl_) impl_->close();
}

Address UdpProxy::address() const noexcept {
  return impl_->address();
}

Result<UdpSocket> UdpProxy::create_client() {
  return UdpSocket::connect(impl_->loop, impl_->address());
}

void UdpProxy::lose(double share, ProxyDirection direction) {
  impl_->change(direction, [share](UdpLaneSettings& lane) { lane.loss = share; });
}

void UdpProxy::duplicate(double share, ProxyDirection direction) {
  impl_->change(direction, [share](UdpLaneSettings& lane) { lane.duplication = share; });
}

void UdpProxy::reorder(double share, Duration by, ProxyDirection direction) {
  impl_->change(direction, [share, by](UdpLaneSettings& lane) {
    lane.reordering = share;
    lane.reordered_by = by;
  });
}

void UdpProxy::latency(Latency length, ProxyDirection direction) {
  impl_->change(direction, [length](UdpLaneSettings& lane) { lane.latency = length; });
}

void UdpProxy::bandwidth(std::uint64_t octets_per_second, ProxyDirection direction) {
  impl_->change(direction,
                [octets_per_second](UdpLaneSettings& lane) { lane.bandwidth = octets_per_second; });
}

void UdpProxy::corrupt(double share, ProxyDirection direction) {
  impl_->change(direction, [share](UdpLaneSettings& lane) { lane.corruption = share; });
}

void UdpProxy::truncate(std::size_t size, ProxyDirection direction) {
  impl_->change(direction, [size](UdpLaneSettings& lane) { lane.truncation = size; });
}

void UdpProxy::partition(bool on) {
  impl_->set_partition(on);
}

RestoredSettings UdpProxy::scoped() {
  return RestoredSettings(CountedPtr<eddy::detail::Counted>(new Snapshot(impl_)));
}

void UdpProxy::forget_flows() {
  impl_->forget_flows();
}

UdpProxy& UdpProxy::at(Duration after, Function<void()> action, Site site) {
  impl_->at(after, std::move(action), site);
  return *this;
}

void UdpProxy::close() noexcept {
  impl_->close();
}

const UdpProxyStatistic& UdpProxy::statistic() const noexcept {
  return impl_->statistic;
}

}  // namespace eddy::testing
