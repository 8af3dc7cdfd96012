// SPDX-License-Identifier: MIT
#include <eddy/testing/tcp_proxy.hpp>

#include <utility>

#include "testing/tcp_proxy_impl.hpp"

namespace eddy::testing {

using eddy::detail::CountedPtr;
using inner::LaneSettings;
using inner::TcpLane;
using inner::TcpLink;
using inner::TcpProxyImpl;

namespace {

/// Settings as they were, to be put back at the end.
struct Snapshot final : eddy::detail::Counted {
  explicit Snapshot(CountedPtr<TcpProxyImpl> owner)
      : proxy(std::move(owner)), settings(proxy->settings) {}
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  ~Snapshot() override { proxy->set(settings); }

  CountedPtr<TcpProxyImpl> proxy;
  inner::ProxySettings settings;
};

}  // namespace

Result<TcpProxy> TcpProxy::start(Loop& loop, const Address& target, const Options& options) {
  const CountedPtr<TcpProxyImpl> impl(new TcpProxyImpl(loop, target, options));
  if (Result<void> bound = impl->listen(); !bound) return std::move(bound).error();
  return TcpProxy(impl);
}

Result<TcpProxy> TcpProxy::start(Loop& loop, const Address& target) {
  return start(loop, target, Options());
}

TcpProxy::TcpProxy(CountedPtr<TcpProxyImpl> impl) noexcept : impl_(std::move(impl)) {}
TcpProxy::TcpProxy(TcpProxy&& other) noexcept = default;

TcpProxy& TcpProxy::operator=(TcpProxy&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}

TcpProxy::~TcpProxy() {
  if (impl_) impl_->close();
}

Address TcpProxy::address() const noexcept {
  return impl_->address();
}

Future<TcpStream> TcpProxy::create_client() {
  return eddy::connect(impl_->loop, impl_->address());
}

void TcpProxy::latency(Latency length, ProxyDirection direction) {
  impl_->change(
      direction,
      [length](LaneSettings& lane) { lane.latency = length; },
      &TcpLane::latency_changed);
}

void TcpProxy::bandwidth(std::uint64_t octets_per_second, ProxyDirection direction) {
  impl_->change(
      direction,
      [octets_per_second](LaneSettings& lane) { lane.bandwidth = octets_per_second; },
      &TcpLane::bandwidth_changed);
}

void TcpProxy::corrupt(double share, ProxyDirection direction) {
  impl_->change(
      direction, [share](LaneSettings& lane) { lane.corruption = share; }, &TcpLane::pump);
}

void TcpProxy::transform(Transform function, ProxyDirection direction) {
  CountedPtr<inner::SharedTransform> shared;
  if (function) {
    shared = CountedPtr<inner::SharedTransform>(new inner::SharedTransform(std::move(function)));
  }
  impl_->change(
      direction, [&shared](LaneSettings& lane) { lane.transform = shared; }, &TcpLane::pump);
}

void TcpProxy::stall(ProxyDirection direction) {
  impl_->change(
      direction, [](LaneSettings& lane) { lane.stalled = true; }, &TcpLane::pump);
}

void TcpProxy::resume(ProxyDirection direction) {
  impl_->change(
      direction, [](LaneSettings& lane) { lane.stalled = false; }, &TcpLane::pump);
}

void TcpProxy::partition(bool on) {
  impl_->set_partition(on);
}

void TcpProxy::refuse(Refusal how) {
  impl_->set_refusal(how);
}

void TcpProxy::cut_after(std::uint64_t octets, Cut how, ProxyDirection direction) {
  impl_->change(
      direction,
      [octets, how](LaneSettings& lane) {
        lane.cut_after = octets;
        lane.cut = how;
      },
      &TcpLane::cut_changed);
}

void TcpProxy::keep_half_close(bool on) {
  impl_->settings.half_close_kept = on;
}

RestoredSettings TcpProxy::scoped() {
  return RestoredSettings(CountedPtr<eddy::detail::Counted>(new Snapshot(impl_)));
}

RestoredSettings TcpProxy::slowdown(Latency client_to_server, Latency server_to_client) {
  RestoredSettings before = scoped();
  latency(client_to_server, ProxyDirection::client_to_server);
  latency(server_to_client, ProxyDirection::server_to_client);
  return before;
}

void TcpProxy::half_close(ProxyDirection direction) {
  impl_->for_links([direction](TcpLink& link) {
    link.for_lanes(direction, [](TcpLane& lane) { lane.half_close(); });
  });
}

void TcpProxy::reset() {
  impl_->for_links([](TcpLink& link) { link.end(Cut::reset); });
}

Future<void> TcpProxy::disconnect_all(Site site) {
  impl_->for_links([](TcpLink& link) { link.end(Cut::end); });
  return impl_->loop.next_turn(site);
}

TcpProxy& TcpProxy::at(Duration after, Function<void()> action, Site site) {
  impl_->at(after, std::move(action), site);
  return *this;
}

void TcpProxy::close() noexcept {
  impl_->close();
}

const TcpProxyStatistic& TcpProxy::statistic() const noexcept {
  return impl_->statistic;
}

}  // namespace eddy::testing
