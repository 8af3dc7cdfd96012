// SPDX-License-Identifier: MIT
//
// connect() over several addresses: RFC 8305. The order of addresses is in connect_order_test.cpp.
#include <eddy/core/deadline.hpp>

#include <cerrno>
#include <string>

#include "io/system.hpp"
#include "place.hpp"
#include "silent.hpp"

using namespace eddy;
using namespace eddy::testing;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// A silent address of IPv6 and a good one of IPv4.
struct BadSix {
  explicit BadSix(Fixture& t)
      : six(t, "[::1]:0"_addr), four(Listener::bind(t.loop, "127.0.0.1:0"_addr).value()) {}
  std::vector<Address> both() const { return {six.address(), four.local()}; }

  Silent six;
  Listener four;
};

int no_ipv6(int domain, int type, int protocol) {
  if (domain != AF_INET6) return ::socket(domain, type, protocol);
  errno = EAFNOSUPPORT;
  return -1;
}

/// A kernel that was built without IPv6.
class WithoutIpv6 {
 public:
  WithoutIpv6() : calls_(detail::kernel_calls) {
    calls_.socket = &no_ipv6;
    detail::system_calls = &calls_;
  }
  WithoutIpv6(const WithoutIpv6&) = delete;
  WithoutIpv6& operator=(const WithoutIpv6&) = delete;
  ~WithoutIpv6() { detail::system_calls = &detail::kernel_calls; }

 private:
  detail::SystemCalls calls_;
};

/// Stands still while a turn runs, and may be moved between two of them.
struct HeldClock final : Clock {
  TimePoint time{std::chrono::hours(1000)};

  TimePoint now() const noexcept override { return time; }
  WallTime wall() const noexcept override { return {}; }
  bool manual() const noexcept override { return true; }
};

}  // namespace

// hardening 93
TEST_CASE("an address that hangs is joined by the next after 250 ms, and loses") {
  IoFixture t;
  BadSix hosts(t);
  const std::size_t before = open_descriptors();
  auto connecting = connect(t.loop, hosts.both());
  t.clock.advance(milliseconds(249));
  CHECK_FALSE(t.poll(connecting));
  CHECK(open_descriptors() == before + 1);

  t.clock.advance(milliseconds(1));
  const auto stream = t.get(std::move(connecting)).value();

  CHECK(stream.peer() == hosts.four.local());
  CHECK(open_descriptors() == before + 1);
}

TEST_CASE("of two attempts that succeed in one turn the first wins, and the other is closed") {
  HeldClock clock;
  Loop loop(Loop::Options{.clock = &clock});
  auto six = Listener::bind(loop, "[::1]:0"_addr).value();
  auto four = Listener::bind(loop, "127.0.0.1:0"_addr).value();
  const Pair any = OverUnix::pair(loop);  // from the first stream on libuv keeps a spare descriptor
  const std::size_t before = open_descriptors();

  // The kernel connects at once. The second attempt begins in the turn that hears of the first.
  auto connecting = connect(loop, std::vector{six.local(), four.local()});
  clock.time += milliseconds(250);
  CHECK_FALSE(connecting.ready());
  loop.turn();

  CHECK(connecting.ready());
  CHECK(open_descriptors() == before + 1);
  const auto winner = loop.run_until(std::move(connecting)).value();
  CHECK(winner.peer() == six.local());
  auto loser = loop.run_until(four.accept()).value();
  CHECK_FALSE(loop.run_until(loser.read()).has_value());
}

TEST_CASE("the delay between attempts is the caller's choice, of 10 ms at least") {
  IoFixture t;
  BadSix hosts(t);
  auto hasty = connect(t.loop, hosts.both(), {.attempt_delay = {}});
  auto patient = connect(t.loop, hosts.both(), {.attempt_delay = seconds(2)});
  t.clock.advance(milliseconds(9));
  CHECK_FALSE(t.poll(hasty));

  t.clock.advance(milliseconds(1));

  CHECK(t.get(std::move(hasty)));
  t.clock.advance(milliseconds(1989));
  CHECK_FALSE(t.poll(patient));
  t.clock.advance(milliseconds(1));
  CHECK(t.get(std::move(patient)));
}

TEST_CASE("an address that refuses is followed by the next at once") {
  IoFixture t;
  auto good = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
  const std::vector<Address> addresses = {nobody_at(t, "[::1]:0"_addr), good.local()};

  const auto stream = t.get(connect(t.loop, addresses)).value();

  CHECK(stream.peer() == good.local());
}

TEST_CASE("a family that the kernel does not know is followed by the other at once") {
  IoFixture t;
  BadSix hosts(t);
  const WithoutIpv6 kernel;

  const auto stream = t.get(connect(t.loop, hosts.both())).value();

  CHECK(stream.peer() == hosts.four.local());
}

TEST_CASE("addresses that refuse are passed over at once, also behind one that hangs") {
  IoFixture t;
  Silent six(t, "[::1]:0"_addr);
  auto good = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
  const std::vector<Address> addresses = {
      six.address(), nobody_at(t), nobody_at(t, "[::1]:0"_addr), good.local()};
  auto connecting = connect(t.loop, addresses);
  t.clock.advance(milliseconds(249));
  CHECK_FALSE(t.poll(connecting));

  t.clock.advance(milliseconds(1));

  CHECK(t.get(std::move(connecting)).value().peer() == good.local());
}

TEST_CASE("if all addresses fail the error names each with its own error") {
  IoFixture t;
  const Address six = nobody_at(t, "[::1]:0"_addr);
  const Address four = nobody_at(t);
  const WithoutIpv6 kernel;

  const auto stream = t.get(connect(t.loop, std::vector<Address>{six, four}));

  CHECK(says(stream.error(), "connect to 2 addresses ("));
  CHECK(says(stream.error(), six.to_string() + ": Address family not supported"));
  CHECK(says(stream.error(), four.to_string() + ": Connection refused"));
}

TEST_CASE("the code of many errors is that of the first that came from beyond this machine") {
  IoFixture t;
  const WithoutIpv6 kernel;
  const std::vector<Address> addresses = {"[::1]:1"_addr, nobody_at(t)};

  CHECK(t.get(connect(t.loop, addresses)).error() == std::errc::connection_refused);
  CHECK(t.get(connect(t.loop, std::vector<Address>{"[::1]:1"_addr, "[::1]:2"_addr})).error() ==
        std::errc::address_family_not_supported);
}

TEST_CASE("the limit holds for all attempts together, and names those that waited") {
  IoFixture t;
  Silent six(t, "[::1]:0"_addr);
  Silent four(t);
  const Address refused = nobody_at(t);
  const std::vector<Address> addresses = {six.address(), refused, four.address()};
  auto connecting = connect(t.loop, addresses, {.limit = seconds(3)});
  t.clock.advance(milliseconds(2999));
  CHECK_FALSE(t.poll(connecting));
  const std::size_t before = open_descriptors();

  t.clock.advance(milliseconds(1));
  const auto stream = t.get(std::move(connecting));

  CHECK(stream.error() == Errc::timed_out);
  CHECK(says(stream.error(), six.address().to_string() + ": limit of 3000 ms"));
  CHECK(says(stream.error(), four.address().to_string() + ": limit of 3000 ms"));
  CHECK(says(stream.error(), refused.to_string() + ": Connection refused"));
  CHECK(open_descriptors() == before - 2);
}

TEST_CASE("each attempt may have a limit of its own") {
  IoFixture t;
  Silent first(t, "[::1]:0"_addr);
  Silent second(t);
  const std::vector<Address> addresses = {first.address(), second.address()};
  auto connecting = connect(t.loop, addresses, {.attempt_limit = seconds(1)});
  const std::size_t before = open_descriptors();
  t.clock.advance(milliseconds(1249));
  CHECK_FALSE(t.poll(connecting));
  CHECK(open_descriptors() == before);  // the first has given up

  t.clock.advance(milliseconds(1));

  CHECK(t.get(std::move(connecting)).error() == Errc::timed_out);
}

TEST_CASE("an attempt that has ended has no limit any more") {
  IoFixture t;
  Silent silent(t);
  const Address refuses = nobody_at(t, "[::1]:0"_addr);
  auto good = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();

  CHECK(t.get(connect(t.loop, good.local(), {.attempt_limit = seconds(1)})).has_value());
  CHECK(t.loop.statistic().active_timers == 0);
  auto connecting = connect(
      t.loop, std::vector{refuses, silent.address()}, {.limit = {}, .attempt_limit = seconds(1)});
  t.clock.advance(seconds(1));

  const auto stream = t.get(std::move(connecting));
  CHECK(says(stream.error(), refuses.to_string() + ": Connection refused"));
  CHECK(says(stream.error(), silent.address().to_string() + ": limit of 1000 ms"));
}

TEST_CASE("the limit never exceeds the deadline around it, also if there is none") {
  IoFixture t;
  Silent silent(t);
  auto connecting = with_deadline(seconds(2), [&] {
    return connect(t.loop, silent.address(), ConnectOptions{.limit = {}}).then([](TcpStream) {});
  });
  t.clock.advance(seconds(1));
  CHECK_FALSE(t.poll(connecting));

  t.clock.advance(seconds(1));

  CHECK(t.get(std::move(connecting)).error() == Errc::timed_out);
}

TEST_CASE("no more addresses are tried than the options allow, and the error says so") {
  IoFixture t;
  std::vector<Address> addresses(1000);
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    addresses[i] = "127.0.0.1:0"_addr.with_port(static_cast<std::uint16_t>(i + 1));
  }
  const auto stream = t.get(connect(t.loop, addresses, {.bind_to = "[::1]:0"_addr}));

  CHECK(says(stream.error(), "connect to 16 addresses"));
  CHECK(says(stream.error(), "; 984 not tried)"));
}

TEST_CASE("an error names the addresses that there was no time for by their number") {
  IoFixture t;
  Silent silent(t);
  const std::vector<Address> three = {silent.address(), "127.0.0.2:1"_addr, "127.0.0.3:1"_addr};
  auto connecting = connect(t.loop, three, {.limit = seconds(1), .attempt_delay = seconds(5)});

  t.clock.advance(seconds(1));

  const auto stream = t.get(std::move(connecting));
  CHECK(stream.error() == Errc::timed_out);
  CHECK(says(stream.error(), "connect to one address (" + silent.address().to_string()));
  CHECK(says(stream.error(), "; 2 not tried)"));
}

TEST_CASE("one address that is given twice is one") {
  IoFixture t;
  const Address nobody = nobody_at(t);

  const auto stream = t.get(connect(t.loop, std::vector<Address>{nobody, nobody}));

  CHECK(stream.error().context() == "connect " + nobody.to_string());
}

TEST_CASE("without an address nothing is connected to") {
  IoFixture t;

  CHECK(t.get(connect(t.loop, std::vector<Address>())).error() == Errc::invalid);
  CHECK(t.get(connect(t.loop, std::vector<Address>(2))).error() == Errc::invalid);
  CHECK(t.get(connect(t.loop, std::vector{"127.0.0.1:1"_addr}, {.max_addresses = 0})).error() ==
        Errc::invalid);
}

TEST_CASE("dropping a connect closes all its sockets before the destructor returns") {
  IoFixture t;
  Silent six(t, "[::1]:0"_addr);
  Silent four(t);
  const std::size_t before = open_descriptors();
  auto connecting = connect(t.loop, std::vector<Address>{six.address(), four.address()});
  t.clock.advance(milliseconds(250));
  CHECK(open_descriptors() == before + 2);

  connecting = {};

  CHECK(open_descriptors() == before);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("a connect over several addresses can be cancelled softly and leaves nothing") {
  IoFixture t;
  Silent six(t, "[::1]:0"_addr);
  Silent four(t);
  const std::size_t before = open_descriptors();
  auto connecting =
      connect(t.loop, std::vector<Address>{six.address(), four.address()}).timeout(seconds(1));

  t.clock.advance(seconds(1));

  CHECK(t.get(std::move(connecting)).error() == Errc::timed_out);
  CHECK(open_descriptors() == before);
}

TEST_CASE("the continuation of a connect may destroy its stream and its own future") {
  IoFixture t;
  BadSix hosts(t);
  Future<void> connecting;
  bool ran = false;
  connecting = connect(t.loop, hosts.both()).then([&](TcpStream stream) {
    stream.close();
    ran = true;
    connecting = {};
  });
  t.run_until_idle();
  CHECK_FALSE(ran);

  t.clock.advance(milliseconds(250));
  t.run_until_idle();

  CHECK(ran);
}

TEST_CASE("a connect over several addresses that waits when its loop ends never settles") {
  ManualClock clock;
  auto loop = std::make_unique<Loop>(Loop::Options{.clock = &clock});
  auto good = Listener::bind(*loop, "127.0.0.1:0"_addr).value();
  auto waiting = connect(*loop, std::vector<Address>{good.local(), "[::1]:1"_addr});

  loop.reset();

  CHECK_FALSE(waiting.ready());
}
