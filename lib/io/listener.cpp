// SPDX-License-Identifier: MIT
#include <eddy/io/listener.hpp>

#include <utility>

#include "io/bind.hpp"
#include "io/listener_block.hpp"
#include "io/socket_name.hpp"

namespace eddy {

using detail::BoundSocket;
using detail::Descriptor;
using detail::ListenerBlock;

Result<Listener> Listener::over(Loop& loop, BoundSocket&& bound, Site site) {
  Listener listener(new ListenerBlock(detail::LoopImpl::of(loop), std::move(bound), site));
  const int status = listener.block_->init();
  if (status != 0) return detail::uv_error(status, "watch a listening socket");
  return listener;
}

Result<Listener> Listener::bind(Loop& loop,
                                const Address& address,
                                const BindOptions& options,
                                Site site) {
  Result<BoundSocket> bound = detail::bind_socket(address, options);
  if (!bound) return std::move(bound).error();
  return over(loop, *std::move(bound), site);
}

Result<Listener> Listener::bind(Loop& loop,
                                const ListenOn& where,
                                const BindOptions& options,
                                Site site) {
  if (!where.passed()) return bind(loop, where.address(), options, site);
  Result<int> descriptor = where.passed()->duplicate();
  if (!descriptor) return std::move(descriptor).error();
  Result<Listener> listener = adopt(loop, *descriptor, options, site);
  if (!listener) return std::move(listener).error().with("listen on " + where.to_string());
  return listener;
}

Result<Listener> Listener::adopt(Loop& loop,
                                 int descriptor,
                                 const BindOptions& options,
                                 Site site) {
  Result<BoundSocket> adopted = detail::adopt_listening(Descriptor(descriptor), options);
  if (!adopted) return std::move(adopted).error();
  return over(loop, *std::move(adopted), site);
}

Listener& Listener::operator=(Listener&& other) noexcept {
  Listener old(std::move(*this));
  block_ = std::exchange(other.block_, nullptr);
  return *this;
}

Listener::~Listener() {
  if (block_ != nullptr) block_->release();
}

ListenerBlock& Listener::checked() const noexcept {
  EDDY_ASSERT(block_ != nullptr, "an empty Listener was used");
  return *block_;
}

void Listener::start(Function<void(TcpStream)> callback) {
  checked().start(std::move(callback));
}

Future<TcpStream> Listener::accept(Site site) {
  return checked().accept(site);
}

void Listener::pause() noexcept {
  checked().pause();
}

void Listener::resume() noexcept {
  checked().resume();
}

void Listener::finish() noexcept {
  if (block_ != nullptr) block_->finish();
}

void Listener::close() noexcept {
  if (block_ != nullptr) block_->close();
}

bool Listener::open() const noexcept {
  return block_ != nullptr && block_->open();
}

Address Listener::local() const noexcept {
  return detail::socket_name(native_handle(), ::getsockname);
}

const ListenerStatistic& Listener::statistic() const noexcept {
  return checked().statistic();
}

int Listener::native_handle() const noexcept {
  return block_ == nullptr ? -1 : block_->descriptor();
}

}  // namespace eddy
