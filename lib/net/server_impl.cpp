// SPDX-License-Identifier: MIT
#include "server_impl.hpp"

#include <eddy/base/log.hpp>
#include <eddy/io/descriptor_share.hpp>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace eddy::http::detail {

namespace {

/// Spreads a count over 64 bits, so that an id tells a client nothing about other errors.
std::uint64_t scattered(std::uint64_t number) noexcept {
  number += 0x9e3779b97f4a7c15;  // splitmix64
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
  number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
  return number ^ (number >> 31);
}

std::string hex(std::uint64_t number) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text(16, '0');
  for (char& digit : text) {
    digit = digits[number >> 60];
    number <<= 4;
  }
  return text;
}

}  // namespace

ServerImpl::ServerImpl(Loop& owner, Router&& table, const ServerOptions& settings)
    : loop(owner),
      options(settings),
      router(std::move(table)),
      heads(options.limits.sizes),
      pool(*BlockPool::make(eddy::detail::core_of(owner).keeps_blocks)),
      max_connections_(std::min(settings.max_connections, descriptor_share())),
      grace_(owner, [this] { reset_all(); }),
      last_call_(owner, [this] { dismiss(TimePoint::max()); }) {}

ServerImpl::~ServerImpl() {
  pool.abandon();
}

void ServerImpl::release() noexcept {
  if (--holds_ == 0) delete this;
}

void ServerImpl::listen(Listener&& accepting) {
  listener_ = std::move(accepting);
  listener_.start([this](TcpStream stream) {
    const Address peer = stream.peer();
    serve(std::move(stream), peer);
  });
}

void ServerImpl::serve(Stream&& stream, const Address& peer) {
  if (draining_) return;
  ++statistic.connections;
  auto* connection = new HttpConnection(*this, std::move(stream), peer);
  connection->start();
}

void ServerImpl::enter(HttpConnection& connection) noexcept {
  connections_.push_back(connection);
  ++size_;
  ++statistic.open;
  check_room();
}

void ServerImpl::leave(HttpConnection& connection, const StreamStatistic& traffic) noexcept {
  static_cast<eddy::detail::ListLink<HttpConnection>&>(connection).unlink();
  --size_;
  --statistic.open;
  statistic.bytes_sent += traffic.bytes_out;
  check_room();
  check_stopped();
}

void ServerImpl::check_room() noexcept {
  const bool full = size_ >= max_connections_;
  if (full == full_) return;
  full_ = full;
  if (full) {
    ++statistic.reached_connection_limit;
    listener_.pause();
    newcomers_wait();
  } else {
    listener_.resume();
  }
}

/// At most once a second, for who connects must not write our log.
void ServerImpl::newcomers_wait() noexcept {
  const auto others = complaints_.admit(loop.now());
  if (!others) return;
  log::warning("http server is full, newcomers have to wait",
               {{"listener", listener_.local()},
                {"count", size_},
                {"cure", "raise max_connections and the limit of open files"},
                {"others_unlogged", *others}});
}

Future<void> ServerImpl::stop(Duration grace) {
  listener_.finish();
  draining_ = true;
  Future<void> stopped = stopped_.emplace_back(loop).future();
  if (grace <= Duration::zero()) {
    reset_all();
  } else if (size_ != 0) {
    grace_.start(grace);
    // What has come is read first: a turn later the kernel has been asked, whatever this one is at.
    last_turn_ = loop.next_turn().then([this] { return loop.next_turn(); }).then([this] {
      last_call_.start(options.limits.last_call);
      dismiss(loop.now() - options.limits.last_call);
    });
  }
  check_stopped();
  return stopped;
}

// Closes all connections that have been idle since then or longer. The others learn from their
// response that it was the last.
void ServerImpl::dismiss(TimePoint idle_since) {
  dismissed_ = idle_since;
  // Closing one connection may run destructors of users, and so end others, and the Server.
  retain();
  std::vector<HttpConnection*> all;
  for (HttpConnection* at = connections_.first(); at != nullptr; at = connections_.next(*at)) {
    at->hold();
    all.push_back(at);
  }
  for (HttpConnection* connection : all) {
    connection->finish();
    connection->unhold();
  }
  release();
}

void ServerImpl::check_stopped() noexcept {
  if (!draining_ || size_ != 0) return;
  grace_.stop();
  last_call_.stop();
  last_turn_ = {};
  for (Promise<void>& promise : std::exchange(stopped_, {}))
    std::move(promise).set_value();
}

void ServerImpl::reset_all() noexcept {
  if (size_ != 0) log::warning("http connections were reset", {{"connections", size_}});
  while (!connections_.empty())
    connections_.front().kill();
}

void ServerImpl::abandon() noexcept {
  draining_ = true;
  listener_ = Listener();
  while (!connections_.empty())
    connections_.front().kill();
  check_stopped();
  release();
}

void ServerImpl::renew_date_line() noexcept {
  const WallTime wall = loop.clock().wall();
  const auto second = std::chrono::floor<std::chrono::seconds>(wall);
  date_line_ = date_.at(wall);
  next_second_ = now() + (second + std::chrono::seconds(1) - wall);
}

Response ServerImpl::internal_error(const Error& error, const Address& peer) {
  ++statistic.failed;
  const auto start = static_cast<std::uint64_t>(loop.clock().wall().time_since_epoch().count());
  const std::string id = hex(scattered(start ^ ++errors_));
  log::error("http handler failed", {{"id", id}, {"peer", peer}, {"error", error}});
  return Response::text("internal server error " + id + "\n").status(Status::internal_server_error);
}

void ServerImpl::count(Status status) noexcept {
  Counter* const classes[] = {&statistic.informational,
                              &statistic.success,
                              &statistic.redirection,
                              &statistic.client_error,
                              &statistic.server_error};
  ++*classes[code_of(status) / 100 - 1];
}

}  // namespace eddy::http::detail
