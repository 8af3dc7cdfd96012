// SPDX-License-Identifier: MIT
#include <eddy/io/udp_socket.hpp>

#include <utility>

#include "io/socket_name.hpp"
#include "io/udp_bind.hpp"
#include "io/udp_block.hpp"

namespace eddy {

using detail::BoundSocket;
using detail::Descriptor;
using detail::UdpBlock;

Result<UdpSocket> UdpSocket::over(Loop& loop,
                                  BoundSocket&& bound,
                                  const UdpOptions& options,
                                  Site site) {
  UdpSocket made(new UdpBlock(detail::LoopImpl::of(loop), std::move(bound), options, site));
  const int status = made.block_->init();
  if (status != 0) return detail::uv_error(status, "watch a datagram socket");
  return made;
}

Result<UdpSocket> UdpSocket::bind(Loop& loop,
                                  const Address& address,
                                  const UdpOptions& options,
                                  Site site) {
  Result<BoundSocket> bound = detail::bind_datagram_socket(address, options);
  if (!bound) return std::move(bound).error();
  return over(loop, *std::move(bound), options, site);
}

Result<UdpSocket> UdpSocket::bind(Loop& loop,
                                  const ListenOn& where,
                                  const UdpOptions& options,
                                  Site site) {
  if (!where.passed()) return bind(loop, where.address(), options, site);
  Result<int> descriptor = where.passed()->duplicate();
  if (!descriptor) return std::move(descriptor).error();
  Result<UdpSocket> made = adopt(loop, *descriptor, options, site);
  if (!made) return std::move(made).error().with("listen on " + where.to_string());
  return made;
}

Result<UdpSocket> UdpSocket::connect(Loop& loop,
                                     const Address& peer,
                                     const UdpOptions& options,
                                     Site site) {
  Result<Descriptor> socket = detail::open_datagram_socket(peer, options);
  if (!socket) return std::move(socket).error();
  Result<UdpSocket> made = over(loop, {*std::move(socket), nullptr}, options, site);
  if (!made) return made;
  if (Result<void> done = made->set_peer(peer); !done) return std::move(done).error();
  return made;
}

Result<UdpSocket> UdpSocket::adopt(Loop& loop,
                                   int descriptor,
                                   const UdpOptions& options,
                                   Site site) {
  Descriptor socket(descriptor);
  Result<void> fit = detail::prepare_datagram_socket(descriptor, options);
  if (!fit) return std::move(fit).error().with("adopt a datagram socket");
  return over(loop, {std::move(socket), nullptr}, options, site);
}

UdpSocket& UdpSocket::operator=(UdpSocket&& other) noexcept {
  UdpSocket old(std::move(*this));
  block_ = std::exchange(other.block_, nullptr);
  return *this;
}

UdpSocket::~UdpSocket() {
  if (block_ != nullptr) block_->release();
}

UdpBlock& UdpSocket::checked() const noexcept {
  EDDY_ASSERT(block_ != nullptr, "an empty UdpSocket was used");
  return *block_;
}

Result<void> UdpSocket::set_peer(const Address& peer) {
  return checked().set_peer(peer);
}

Result<void> UdpSocket::send_to(const Address& peer, ByteView bytes) {
  return checked().send(&peer, nullptr, bytes);
}

Result<void> UdpSocket::send(ByteView bytes) {
  return checked().send(nullptr, nullptr, bytes);
}

Result<void> UdpSocket::send_from(const Address& local, const Address& peer, ByteView bytes) {
  return checked().send(&peer, &local, bytes);
}

Future<void> UdpSocket::drain(Site site) {
  return checked().drain(site);
}

std::size_t UdpSocket::queued() const noexcept {
  return checked().queued();
}

std::size_t UdpSocket::queued_bytes() const noexcept {
  return checked().queued_bytes();
}

void UdpSocket::start(DatagramSink& sink) noexcept {
  checked().start(sink);
}

void UdpSocket::stop() noexcept {
  checked().stop();
}

void UdpSocket::pause() noexcept {
  checked().pause();
}

void UdpSocket::resume() noexcept {
  checked().resume();
}

void UdpSocket::finish_receiving() noexcept {
  checked().finish_receiving();
}

Future<Datagram> UdpSocket::receive(Site site) {
  return checked().receive(site);
}

Result<void> UdpSocket::join(const MulticastGroup& group) {
  if (!open()) return Error(Errc::closed, "join a group");
  return detail::change_membership(native_handle(), block_->family(), group, true);
}

Result<void> UdpSocket::leave(const MulticastGroup& group) {
  if (!open()) return Error(Errc::closed, "leave a group");
  return detail::change_membership(native_handle(), block_->family(), group, false);
}

void UdpSocket::close() noexcept {
  if (block_ != nullptr) block_->close();
}

bool UdpSocket::open() const noexcept {
  return block_ != nullptr && block_->open();
}

Address UdpSocket::local() const noexcept {
  return detail::socket_name(native_handle(), ::getsockname);
}

Address UdpSocket::peer() const noexcept {
  return detail::socket_name(native_handle(), ::getpeername);
}

const UdpStatistic& UdpSocket::statistic() const noexcept {
  return checked().statistic();
}

int UdpSocket::native_handle() const noexcept {
  return block_ == nullptr ? -1 : block_->descriptor();
}

}  // namespace eddy
