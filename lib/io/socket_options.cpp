// SPDX-License-Identifier: MIT
#include "io/socket_options.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace eddy::detail {
namespace {

constexpr Duration::rep max_keepalive_seconds = 32'767;  // what Linux takes
constexpr unsigned max_keepalive_count = 127;

/// In units of `Unit`, rounded up, from 1 to `limit`.
template <class Unit>
int whole(Duration length, Duration::rep limit) noexcept {
  // Not chrono::ceil, which would overflow near the end of time.
  const auto units = std::chrono::duration_cast<Unit>(length).count();
  const bool more = Duration(Unit(units)) < length;
  return static_cast<int>(std::min<Duration::rep>(units + (more ? 1 : 0), limit));
}

int set_seconds(int descriptor, int option, Duration length) noexcept {
  if (length <= Duration::zero()) return 0;
  const int seconds = whole<std::chrono::seconds>(length, max_keepalive_seconds);
  return set_option(descriptor, IPPROTO_TCP, option, seconds);
}

}  // namespace

int set_option(int descriptor, int level, int option, int value) noexcept {
  return setsockopt(descriptor, level, option, &value, sizeof value) == 0 ? 0 : -errno;
}

int set_keepalive(int descriptor, const KeepAlive& how) noexcept {
  const bool on = how.idle > Duration::zero();
  int status = set_option(descriptor, SOL_SOCKET, SO_KEEPALIVE, on ? 1 : 0);
  if (!on || status != 0) return status;
  status = set_seconds(descriptor, TCP_KEEPIDLE, how.idle);
  if (status == 0) status = set_seconds(descriptor, TCP_KEEPINTVL, how.interval);
  if (status != 0 || how.count == 0) return status;
  const auto count = static_cast<int>(std::min(how.count, max_keepalive_count));
  return set_option(descriptor, IPPROTO_TCP, TCP_KEEPCNT, count);
}

int set_user_timeout(int descriptor, Duration limit) noexcept {
  const int most = std::numeric_limits<int>::max();
  const int value = limit > Duration::zero() ? whole<std::chrono::milliseconds>(limit, most) : 0;
  return set_option(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, value);
}

int set_defer_accept(int descriptor, Duration limit) noexcept {
  return set_seconds(descriptor, TCP_DEFER_ACCEPT, limit);
}

}  // namespace eddy::detail
