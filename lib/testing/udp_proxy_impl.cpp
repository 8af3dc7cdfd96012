// SPDX-License-Identifier: MIT
#include "testing/udp_proxy_impl.hpp"

#include <algorithm>
#include <utility>

namespace eddy::testing::inner {

using eddy::detail::CountedPtr;

UdpProxyImpl::UdpProxyImpl(Loop& where, const Address& to, const UdpProxy::Options& how)
    : loop(where),
      target(to),
      options(how),
      to_server_(*this, ProxyDirection::client_to_server, statistic.client_to_server, how.seed),
      to_client_(*this, ProxyDirection::server_to_client, statistic.server_to_client, ~how.seed),
      script_(where) {}

Result<void> UdpProxyImpl::listen() {
  Result<UdpSocket> bound = UdpSocket::bind(loop, options.listen);
  if (!bound) return std::move(bound).error();
  socket_ = std::move(bound).value();
  address_ = socket_.local();
  socket_.start(*this);
  return {};
}

void UdpProxyImpl::close() noexcept {
  socket_.close();
  script_.clear();
  to_server_.clear();
  to_client_.clear();
  forget_flows();
}

UdpSettings UdpProxyImpl::settings() const {
  return {to_server_.settings(), to_client_.settings(), partitioned_};
}

void UdpProxyImpl::set(const UdpSettings& wanted) {
  if (!socket_.open()) return;
  partitioned_ = wanted.partitioned;
  to_server_.change(wanted.to_server);
  to_client_.change(wanted.to_client);
}

void UdpProxyImpl::at(Duration after, Function<void()> action, Site site) {
  if (socket_.open()) script_.at(after, std::move(action), site);
}

void UdpProxyImpl::on_datagram(const DatagramView& datagram) noexcept {
  if (UdpFlow* flow = flow_of(datagram.peer)) to_server_.take(*flow, datagram.bytes);
}

/// A client that is gone: its flow will be idle.
void UdpProxyImpl::on_error(const Error&) noexcept {}

/// Null if there is none and none can be made.
UdpFlow* UdpProxyImpl::flow_of(const Address& client) {
  if (const auto known = flows_.find(client); known != flows_.end()) return known->second.get();
  if (flows_.size() >= options.max_flows) evict();
  const CountedPtr<UdpFlow> made(new UdpFlow(*this, client));
  if (!made->open().has_value()) {
    ++statistic.unreachable;
    return nullptr;
  }
  ++statistic.flows;
  ++statistic.open;
  flows_.emplace(client, made);
  return made.get();
}

void UdpProxyImpl::evict() {
  const auto older = [](const Flows::value_type& one, const Flows::value_type& other) {
    return one.second->last_used() < other.second->last_used();
  };
  const auto oldest = std::min_element(flows_.begin(), flows_.end(), older);
  if (oldest == flows_.end()) return;
  ++statistic.evicted;
  forget(oldest);
}

void UdpProxyImpl::expire(UdpFlow& flow) noexcept {
  ++statistic.expired;
  forget(flows_.find(flow.client()));
}

void UdpProxyImpl::forget(Flows::iterator flow) noexcept {
  flow->second->close();
  flows_.erase(flow);
  --statistic.open;
}

void UdpProxyImpl::forget_flows() noexcept {
  while (!flows_.empty())
    forget(flows_.begin());
}

bool UdpProxyImpl::deliver(UdpFlow& flow, ProxyDirection direction, ByteView bytes) {
  if (!flow.is_open()) return false;
  if (direction == ProxyDirection::client_to_server) return flow.send(bytes);
  return socket_.send_to(flow.client(), bytes).has_value();
}

}  // namespace eddy::testing::inner
