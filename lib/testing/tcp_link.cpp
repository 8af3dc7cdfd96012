// SPDX-License-Identifier: MIT
#include "testing/tcp_link.hpp"

#include <sys/socket.h>

#include <utility>

#include "testing/tcp_proxy_impl.hpp"

namespace eddy::testing::inner {
namespace {

using eddy::detail::CountedPtr;

/// So many octets are read and forgotten before a close, 64 KiB at a time.
constexpr int reads_at_close = 256;

std::uint64_t seed_of(const TcpProxyImpl& proxy, std::uint64_t number, std::uint64_t lane) {
  return Random(proxy.options.seed + 2 * number + lane).next();
}

/// The kernel makes a reset of a close where octets wait that nobody read.
void close_in_order(TcpStream& stream) noexcept {
  char forgotten[64 * 1024];
  for (int reads = 0; reads < reads_at_close; ++reads)
    if (recv(stream.native_handle(), forgotten, sizeof forgotten, MSG_DONTWAIT) <= 0) break;
  stream.close();
}

void end_stream(TcpStream& stream, Cut how) noexcept {
  if (!stream.open()) return;
  if (how == Cut::reset) return stream.reset();
  close_in_order(stream);
}

}  // namespace

TcpLink::TcpLink(TcpProxyImpl& proxy, TcpStream client, std::uint64_t number)
    : proxy_(&proxy),
      client_(std::move(client)),
      to_server_(*this,
                 {client_,
                  server_,
                  proxy.settings.to_server,
                  proxy.statistic.client_to_server,
                  seed_of(proxy, number, 0)}),
      to_client_(*this,
                 {server_,
                  client_,
                  proxy.settings.to_client,
                  proxy.statistic.server_to_client,
                  seed_of(proxy, number, 1)}) {}

void TcpLink::connect() {
  connecting_ = eddy::connect(proxy_->loop, proxy_->target, proxy_->options.connect_limit)
                    .complete([this](Result<TcpStream>&& made) { connected(std::move(made)); });
}

void TcpLink::connected(Result<TcpStream> server) {
  const CountedPtr<TcpLink> keep(this);
  if (!server.has_value()) {
    ++proxy_->statistic.unreachable;
    return end(Cut::reset);
  }
  server_ = std::move(server).value();
  to_server_.start();
  if (!ended_) to_client_.start();
}

void TcpLink::end(Cut how) noexcept {
  if (std::exchange(ended_, true)) return;
  const CountedPtr<TcpLink> keep(this);
  connecting_ = {};
  to_server_.stop();
  to_client_.stop();
  end_stream(client_, how);
  end_stream(server_, how);
  proxy_->forget(*this);
}

TcpLane& TcpLink::opposite(const TcpLane& lane) noexcept {
  return &lane == &to_server_ ? to_client_ : to_server_;
}

void TcpLink::lane_finished() noexcept {
  if (ended_) return;
  if (to_server_.finished() && to_client_.finished()) return end(Cut::end);
  if (proxy_->settings.half_close_kept) return;
  const CountedPtr<TcpLink> keep(this);
  to_server_.half_close();
  if (!ended_) to_client_.half_close();
}

}  // namespace eddy::testing::inner
