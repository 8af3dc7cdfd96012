// SPDX-License-Identifier: MIT
//
// Datagrams under random schedules: whatever the kernel refuses or takes only in part, and however
// often the receiver pauses, each datagram arrives once, whole and in order.
#include <eddy/testing/random_fixture.hpp>

#include <string>
#include <utility>
#include <vector>

#include "udp_support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

constexpr std::uint64_t seeds = 300;
constexpr int scripted_calls = 40;

ScriptedDatagramCalls::Step some_step(Random& random) {
  switch (random.below(6)) {
    case 0:
      return {.error = EAGAIN};
    case 1:
      return {.error = ENOBUFS};
    case 2:
      return {.error = EINTR};
    case 3:
      return {.at_most = static_cast<unsigned>(1 + random.below(3))};
    default:
      return {};
  }
}

/// Sends numbered datagrams of some lengths, a few at a time, to a receiver that pauses.
class Flood {
 public:
  explicit Flood(RandomFixture& fixture)
      : t_(fixture),
        receiver_(a_socket(fixture, {.receive_buffer = 1024 * 1024})),
        sender_(a_socket(fixture, {.offload = t_.random.one_in(2)})) {
    for (int i = 0; i < scripted_calls; ++i) {
      calls_.sendto.push_back(some_step(t_.random));
      calls_.sendmmsg.push_back(some_step(t_.random));
      calls_.recvmmsg.push_back(some_step(t_.random));
    }
    sink_.when_datagram = [this](const DatagramView&) {
      if (!t_.random.one_in(8)) return;
      receiver_.pause();
      t_.at_some_time([this] { receiver_.resume(); });
    };
    receiver_.start(sink_);
  }

  void run() {
    for (std::size_t bursts = 1 + t_.random.below(10); bursts > 0; --bursts)
      t_.at_some_time([this] { send_some(); });
    t_.run_to_end();
    CHECK(sender_.queued() == 0);
    CHECK(sink_.texts() == sent_);
  }

 private:
  void send_some() {
    const std::size_t length = t_.random.below(40);
    for (std::size_t count = 1 + t_.random.below(12); count > 0; --count) {
      const std::size_t this_length = t_.random.one_in(4) ? t_.random.below(40) : length;
      sent_.push_back(std::to_string(sent_.size()) + ":" + std::string(this_length, 'x'));
      CHECK(sender_.send_to(receiver_.local(), sent_.back()));
    }
  }

  RandomFixture& t_;
  UdpSocket receiver_;
  UdpSocket sender_;
  DatagramRecorder sink_;
  std::vector<std::string> sent_;
  ScriptedDatagramCalls calls_;
};

}  // namespace

TEST_CASE("under any schedule datagrams arrive once, whole and in order") {
  for_each_seed(fewer_if_watched(seeds), [](RandomFixture& t) {
    Flood flood(t);
    flood.run();
  });
}
