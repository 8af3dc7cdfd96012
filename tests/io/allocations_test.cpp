// SPDX-License-Identifier: MIT
//
// A program of its own, because it replaces the allocation functions with ones that count.
#include <cstdlib>
#include <new>

#include "support.hpp"
#include "tls_kit.hpp"
#include "udp_support.hpp"

namespace {
std::size_t allocations = 0;
}

void* operator new(std::size_t size) {
  ++allocations;
  if (void* block = std::malloc(size)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept {
  std::free(block);
}
void operator delete(void* block, std::size_t) noexcept {
  std::free(block);
}

using namespace eddy;
using namespace eddy::testing;

namespace {

/// Sends a message to and fro many times; true if none of the later ones made an allocation.
bool echoes_without_allocations(Fixture& t, Stream& ours, Stream& theirs) {
  Recorder answers;
  Recorder echo;
  echo.when_bytes = [&](ByteView bytes) {
    theirs.write(bytes);
  };
  int left = 1010;
  std::size_t before = 0;
  std::size_t after = 0;
  answers.when_bytes = [&](ByteView bytes) {
    answers.bytes.clear();
    echo.bytes.clear();
    if (left == 1000) before = allocations;  // the first messages have filled the pools
    if (left == 1) after = allocations;
    if (--left > 0) ours.write(bytes);
  };
  theirs.start(echo);
  ours.start(answers);

  ours.write("hello");
  t.run_until_idle();

  CHECK(left == 0);
  CHECK(before > 0);
  return after == before;
}

}  // namespace

TEST_CASE("a message that is echoed by push makes no allocation") {
  IoFixture t;
  TcpPair pair = a_tcp_pair(t);

  CHECK(echoes_without_allocations(t, pair.ours, pair.theirs));
}

TEST_CASE("a message that is echoed through TLS makes none but OpenSSL's own") {
  TlsFixture t;
  TcpPair pair = a_tcp_pair(t);
  Handshake done =
      shake_hands(t, {std::move(pair.ours), std::move(pair.theirs)}, a_client(), a_server());

  CHECK(echoes_without_allocations(t, *done.client, *done.server));
}

namespace {

/// Sends back what it gets, `left` times.
struct Ping final : DatagramSink {
  explicit Ping(UdpSocket& from) : socket(from) {}
  void on_datagram(const DatagramView& datagram) noexcept override {
    if (left == 1000) before = allocations;  // the first ones have filled the pools
    if (left == 1) after = allocations;
    if (left == 0) return;
    --left;
    std::ignore = socket.send_to(datagram.peer, datagram.bytes);
  }

  UdpSocket& socket;
  int left = 1100;
  std::size_t before = 0;
  std::size_t after = 0;
};

}  // namespace

TEST_CASE("a datagram that is echoed by push makes no allocation, alone or in a batch") {
  IoFixture t;
  auto ours = a_socket(t);
  auto theirs = a_socket(t);
  Ping ping(ours);
  Ping pong(theirs);
  ours.start(ping);
  theirs.start(pong);

  send_all(ours, theirs.local(), {"one", "two", "three", "four"});
  t.run_until_idle();
  CHECK(ping.after == ping.before);
  CHECK(pong.after == pong.before);
  ping.left = pong.left = 1100;
  send_all(ours, theirs.local(), {"alone"});
  t.run_until_idle();

  CHECK(ping.left == 0);
  CHECK(ping.before > 0);
  CHECK(ping.after == ping.before);
  CHECK(pong.after == pong.before);
}
