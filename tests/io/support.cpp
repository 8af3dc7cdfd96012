// SPDX-License-Identifier: MIT
#include "support.hpp"

#include <sys/socket.h>

#include <filesystem>
#include <iterator>
#include <thread>
#include <tuple>

namespace eddy::testing {

std::size_t open_descriptors() {
  // The first loop of a process makes descriptors that libuv keeps for all of them. This thread may
  // have its own loop by now.
  [[maybe_unused]] static const bool made = (std::thread([] { const Loop loop; }).join(), true);
  const std::filesystem::directory_iterator all("/proc/self/fd");
  // The iterator has one of its own, before and after.
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

IoFixture::IoFixture(Loop::Options options, Site site) : Fixture(std::move(options), site) {
  // With the first stream of a loop libuv opens a descriptor in reserve, which it keeps.
  std::ignore = OverUnix::pair(loop);
  run_until_idle();
  before_ = open_descriptors();
}

TcpPair a_tcp_pair(Fixture& t) {
  auto listener = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
  auto accepted = listener.accept();
  auto ours = t.get(connect(t.loop, listener.local())).value();
  return {std::move(ours), t.get(std::move(accepted)).value()};
}

Pair OverUnix::pair(Loop& loop) {
  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  return {TcpStream::adopt(loop, ends[0]).value(), TcpStream::adopt(loop, ends[1]).value()};
}

}  // namespace eddy::testing
