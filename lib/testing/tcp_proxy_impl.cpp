// SPDX-License-Identifier: MIT
#include "testing/tcp_proxy_impl.hpp"

#include <algorithm>
#include <utility>

namespace eddy::testing::inner {

using eddy::detail::CountedPtr;

TcpProxyImpl::TcpProxyImpl(Loop& where, const Address& to, const TcpProxy::Options& how)
    : loop(where), target(to), options(how), address_(how.listen), script_(where) {}

Result<void> TcpProxyImpl::listen() {
  if (!address_.local() && address_.port() == 0) {
    if (!port_) port_.emplace();
    address_ = address_.with_port(port_->number());
  }
  Result<Listener> bound = Listener::bind(loop, address_);
  if (!bound) return std::move(bound).error();
  listener_ = std::move(bound).value();
  listener_.start([this](TcpStream client) { accepted(std::move(client)); });
  return {};
}

void TcpProxyImpl::accepted(TcpStream client) {
  const CountedPtr<TcpProxyImpl> keep(this);
  ++statistic.clients;
  if (settings.refusal == Refusal::at_once) {
    ++statistic.refused;
    return client.reset();
  }
  const CountedPtr<TcpLink> link(new TcpLink(*this, std::move(client), ++number_));
  links_.push_back(link);
  ++statistic.open;
  link->connect();
  update_listener();
}

void TcpProxyImpl::forget(TcpLink& link) noexcept {
  const auto same = [&link](const CountedPtr<TcpLink>& other) {
    return other.get() == &link;
  };
  const auto found = std::find_if(links_.begin(), links_.end(), same);
  if (found == links_.end()) return;
  std::swap(*found, links_.back());
  links_.pop_back();
  --statistic.open;
  update_listener();
}

void TcpProxyImpl::update_listener() noexcept {
  if (closed_) return;
  if (settings.refusal == Refusal::closed) return listener_.close();
  if (!listener_.open()) {
    const Result<void> again = listen();
    EDDY_ASSERT(again.has_value(), "somebody else took the port of a proxy that refused clients");
  }
  if (settings.partitioned || links_.size() >= options.max_connections) {
    listener_.pause();
  } else {
    listener_.resume();
  }
}

void TcpProxyImpl::set_partition(bool on) {
  settings.partitioned = on;
  update_listener();
  tell_lanes(ProxyDirection::both, &TcpLane::pump);
}

void TcpProxyImpl::set_refusal(Refusal how) {
  settings.refusal = how;
  update_listener();
}

void TcpProxyImpl::tell_lanes(ProxyDirection direction, void (TcpLane::*tell)()) {
  for_links([direction, tell](TcpLink& link) {
    link.for_lanes(direction, [tell](TcpLane& lane) { (lane.*tell)(); });
  });
}

void TcpProxyImpl::set(const ProxySettings& wanted) {
  if (closed_) return;
  settings.partitioned = wanted.partitioned;
  settings.half_close_kept = wanted.half_close_kept;
  settings.refusal = wanted.refusal;
  update_listener();
  set(ProxyDirection::client_to_server, settings.to_server, wanted.to_server);
  set(ProxyDirection::server_to_client, settings.to_client, wanted.to_client);
}

/// Only what differs: a latency that is set anew releases what is on its way, and a cut counts
/// anew.
void TcpProxyImpl::set(ProxyDirection direction, LaneSettings& lane, const LaneSettings& wanted) {
  const LaneSettings before = std::exchange(lane, wanted);
  if (before.latency != wanted.latency) tell_lanes(direction, &TcpLane::latency_changed);
  if (before.bandwidth != wanted.bandwidth) tell_lanes(direction, &TcpLane::bandwidth_changed);
  if (before.cut_after != wanted.cut_after || before.cut != wanted.cut) {
    tell_lanes(direction, &TcpLane::cut_changed);
  }
  tell_lanes(direction, &TcpLane::pump);
}

void TcpProxyImpl::at(Duration after, Function<void()> action, Site site) {
  if (!closed_) script_.at(after, std::move(action), site);
}

void TcpProxyImpl::close() noexcept {
  if (std::exchange(closed_, true)) return;
  listener_.close();
  script_.clear();
  for_links([](TcpLink& link) { link.end(Cut::end); });
  port_.reset();
}

}  // namespace eddy::testing::inner
