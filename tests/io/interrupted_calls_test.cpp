// SPDX-License-Identifier: MIT
//
// hardening 85 for the system calls that io makes itself: every other one is interrupted. Those of
// libuv are interrupted in interrupted/.
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "io/system.hpp"
#include "support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

int interruptions = 0;

/// Calls `call`, but for every first time of two, which fails with EINTR.
template <auto call, class... Args>
int every_other(Args... args) {
  static bool interrupt = false;
  interrupt = !interrupt;
  if (!interrupt) return call(args...);
  ++interruptions;
  errno = EINTR;
  return -1;
}

constexpr detail::SystemCalls interrupted_calls{
    .socket = &every_other<&::socket, int, int, int>,
    .connect = &every_other<&::connect, int, const sockaddr*, socklen_t>,
    .bind = &every_other<&::bind, int, const sockaddr*, socklen_t>,
    .listen = &every_other<&::listen, int, int>,
    .accept4 = &every_other<&::accept4, int, sockaddr*, socklen_t*, int>,
    .shutdown = &every_other<&::shutdown, int, int>,
    .close = &::close,
};

class Interrupted {
 public:
  Interrupted() {
    interruptions = 0;
    detail::system_calls = &interrupted_calls;
  }
  Interrupted(const Interrupted&) = delete;
  Interrupted& operator=(const Interrupted&) = delete;
  ~Interrupted() { detail::system_calls = &detail::kernel_calls; }
};

void exchange(IoFixture& t, const Address& address) {
  auto listener = Listener::bind(t.loop, address).value();
  auto accepting = listener.accept();
  auto ours = t.get(connect(t.loop, listener.local())).value();
  auto theirs = t.get(std::move(accepting)).value();
  ours.write("hello");
  CHECK(t.get(ours.shutdown()));
  CHECK(t.get(theirs.read_exactly(5)).value() == "hello");
  CHECK(t.get(theirs.read()).error() == Errc::end_of_stream);
}

}  // namespace

TEST_CASE("signals during the calls for a TCP exchange have no effect") {
  IoFixture t;
  const Interrupted interrupted;

  exchange(t, "127.0.0.1:0"_addr);

  CHECK(interruptions >= 5);
}

TEST_CASE("signals during the calls for a Unix exchange have no effect") {
  IoFixture t;
  const Interrupted interrupted;

  exchange(t, "unix:@eddy-interrupted-test"_addr);

  CHECK(interruptions >= 6);
}
