// SPDX-License-Identifier: MIT
//
// The inside of a Server, shared by its connections. Private to net.
#pragma once

#include <eddy/base/log_throttle.hpp>
#include <eddy/codec/http_date.hpp>
#include <eddy/codec/http_head_space.hpp>
#include <eddy/core/detail/list.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/core/timer.hpp>
#include <eddy/net/http_server.hpp>
#include <eddy/net/router.hpp>

#include <optional>
#include <string>
#include <vector>

#include "block_pool.hpp"
#include "http_connection.hpp"

namespace eddy::http::detail {

/// Held by the Server and by each connection, so that a handler may destroy its own server.
class ServerImpl {
 public:
  ServerImpl(Loop& owner, Router&& table, const ServerOptions& settings);
  ServerImpl(const ServerImpl&) = delete;
  ServerImpl& operator=(const ServerImpl&) = delete;

  void retain() noexcept { ++holds_; }
  void release() noexcept;

  // The server's side.
  void listen(Listener&& accepting);
  void serve(Stream&& stream, const Address& peer);
  Future<void> stop(Duration grace);
  /// The Server is destroyed: every connection ends now.
  void abandon() noexcept;
  Address bound_address() const noexcept { return listener_.local(); }
  std::size_t size() const noexcept { return size_; }

  // The connections' side.
  void enter(HttpConnection& connection) noexcept;
  void leave(HttpConnection& connection, const StreamStatistic& traffic) noexcept;
  bool draining() const noexcept { return draining_; }
  /// Whether a connection that has been idle since then is to close.
  bool dismisses(TimePoint idle_since) const noexcept { return idle_since <= dismissed_; }
  /// The loop's coarse clock, read once an event: many requests may come and go in one.
  TimePoint now() noexcept {
    if (!now_) now_ = loop.clock().coarse();
    return *now_;
  }
  /// As of the wall clock; one that was set meanwhile is noticed within a second.
  ///
  /// Lifetime: until the next call.
  ByteView date_line() noexcept {
    if (now() >= next_second_) [[unlikely]]
      renew_date_line();
    return date_line_;
  }
  /// Time may have passed: to be called when an event has been dealt with.
  void forget_time() noexcept { now_.reset(); }
  /// Logs why a handler failed, and gives what its client is told: a number to ask with.
  Response internal_error(const Error& error, const Address& peer);
  void count(Status status) noexcept;

  Loop& loop;
  const ServerOptions options;
  const Router router;
  ServerStatistic statistic;
  HeadSpace heads;
  BlockPool& pool;

 private:
  ~ServerImpl();
  void renew_date_line() noexcept;
  void check_room() noexcept;
  void newcomers_wait() noexcept;
  void check_stopped() noexcept;
  void dismiss(TimePoint idle_since);
  void reset_all() noexcept;

  Listener listener_;
  eddy::detail::List<HttpConnection> connections_;
  std::size_t size_ = 0;
  std::size_t max_connections_;
  Timer grace_;
  Timer last_call_;
  std::vector<Promise<void>> stopped_;
  DateLine date_;
  ByteView date_line_;
  TimePoint next_second_ = TimePoint::min();  // when the date is to be made anew
  std::optional<TimePoint> now_;
  std::uint64_t errors_ = 0;
  std::uint32_t holds_ = 1;
  TimePoint dismissed_ = TimePoint::min();  // see dismisses()
  bool draining_ = false;
  bool full_ = false;
  log::Throttle complaints_;  // of being full
  Future<void> last_turn_;
};

}  // namespace eddy::http::detail
