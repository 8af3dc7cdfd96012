// SPDX-License-Identifier: MIT
//
// What a Resolver keeps and for how long, and how much it does at a time. The back end is the test.
#include <algorithm>
#include <iterator>

#include "io/name_cache.hpp"
#include "resolver_kit.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

/// Looks `name` up; the answer is `one_address`, to be kept for `ttl`.
void look_up(Fixture& t,
             Desk& desk,
             Resolver& resolver,
             std::string_view name,
             std::optional<Duration> ttl = {}) {
  auto found = resolver.resolve(name);
  desk.answer(desk.asked() - 1, one_address, ttl);
  REQUIRE(t.get(std::move(found)).value() == one_address);
}

/// Looks `name` up; there is none.
Error look_up_in_vain(Fixture& t, Desk& desk, Resolver& resolver, Error why) {
  auto found = resolver.resolve("missing.example");
  desk.fail(desk.asked() - 1, std::move(why));
  return t.get(std::move(found)).error();
}

/// Whether the answer is there without anybody being asked.
bool known(Resolver& resolver, std::string_view name) {
  auto found = resolver.resolve(name);
  return found.ready() && detail::take_result(std::move(found)).has_value();
}

}  // namespace

TEST_CASE("an answer is kept for 30 seconds if the back end does not know for how long") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  look_up(t, desk, resolver, "example.org");

  t.advance(29'999ms);
  CHECK(known(resolver, "Example.org"));
  CHECK(resolver.statistic().hits.value() == 1);
  t.advance(1ms);

  CHECK_FALSE(known(resolver, "example.org"));
  CHECK(desk.asked() == 2);
}

TEST_CASE("what is kept is given with the port of who asks") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  look_up(t, desk, resolver, "example.org");

  auto found = resolver.resolve("example.org", {.port = 443});

  CHECK(found.ready());
  CHECK(t.get(std::move(found)).value() == Addresses{"192.0.2.1:443"_addr});
}

TEST_CASE("an answer is kept for as long as the back end says, but for an hour at most") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  look_up(t, desk, resolver, "short.example", 7s);
  look_up(t, desk, resolver, "long.example", 24h);

  t.advance(6999ms);
  CHECK(known(resolver, "short.example"));
  t.advance(1ms);
  CHECK_FALSE(known(resolver, "short.example"));
  t.advance(1h - 7001ms);
  CHECK(known(resolver, "long.example"));
  t.advance(1ms);
  CHECK_FALSE(known(resolver, "long.example"));
}

TEST_CASE("an answer that holds for no time is shared but not kept") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  look_up(t, desk, resolver, "example.org", 0s);

  CHECK_FALSE(known(resolver, "example.org"));
  CHECK(resolver.statistic().names.value() == 0);
}

TEST_CASE("that there is no such host is kept for five seconds") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  std::ignore = look_up_in_vain(t, desk, resolver, DnsErrc::no_such_host);

  t.advance(4999ms);
  auto again = resolver.resolve("missing.example");
  CHECK(again.ready());
  CHECK(t.get(std::move(again)).error().message() == "resolve missing.example: no such host");
  t.advance(1ms);

  CHECK_FALSE(known(resolver, "missing.example"));
  CHECK(desk.asked() == 2);
}

TEST_CASE("that a host has no address is kept too, for the family that was asked for") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  auto v6 = resolver.resolve("example.org", {.family = AddressFamily::ipv6});
  desk.answer(0, {});
  CHECK(t.get(std::move(v6)).error() == DnsErrc::no_address);

  auto again = resolver.resolve("example.org", {.family = AddressFamily::ipv6});
  auto v4 = resolver.resolve("example.org", {.family = AddressFamily::ipv4});

  CHECK(t.get(std::move(again)).error() == DnsErrc::no_address);
  CHECK_FALSE(v4.ready());
}

TEST_CASE("a failure of a server is not kept: the next to ask may have luck") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);

  CHECK(look_up_in_vain(t, desk, resolver, DnsErrc::temporary_failure) == retryable);
  CHECK(look_up_in_vain(t, desk, resolver, DnsErrc::server_failure) == DnsErrc::server_failure);
  CHECK(look_up_in_vain(t, desk, resolver, Error(std::errc::not_enough_memory, "")) == retryable);

  CHECK(desk.asked() == 3);
  CHECK(resolver.statistic().failures.value() == 3);
  CHECK(resolver.statistic().names.value() == 0);
}

TEST_CASE("a full cache forgets the name that nobody asked for longest") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop, {.max_names = 2});
  look_up(t, desk, resolver, "a.example");
  look_up(t, desk, resolver, "b.example");
  CHECK(known(resolver, "a.example"));

  look_up(t, desk, resolver, "c.example");

  CHECK(known(resolver, "a.example"));
  CHECK(known(resolver, "c.example"));
  CHECK_FALSE(known(resolver, "b.example"));
  CHECK(resolver.statistic().names.value() == 2);
}

TEST_CASE("a cache for no names keeps none") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop, {.max_names = 0});
  look_up(t, desk, resolver, "example.org");

  CHECK_FALSE(known(resolver, "example.org"));
}

TEST_CASE("what is put again replaces what was kept") {
  const TimePoint now{};
  detail::NameCache cache(2);
  cache.put("a", {.failure = DnsErrc::no_such_host}, now + 10s);
  cache.put("a", {.addresses = one_address}, now + 5s);

  CHECK(cache.size() == 1);
  REQUIRE(cache.find("a", now + 4s) != nullptr);
  CHECK(cache.find("a", now + 4s)->addresses == one_address);
  CHECK(cache.find("a", now + 5s) == nullptr);
  CHECK(cache.size() == 0);
}

TEST_CASE("who wants a fresh answer gets one, which is kept instead of the old one") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  look_up(t, desk, resolver, "example.org");

  auto fresh = resolver.resolve("example.org", {.fresh = true});
  auto also_fresh = resolver.resolve("example.org", {.fresh = true});
  CHECK(desk.asked() == 2);
  desk.answer(1, other_address);

  CHECK(t.get(std::move(fresh)).value() == other_address);
  CHECK(t.get(std::move(also_fresh)).value() == other_address);
  CHECK(t.get(resolver.resolve("example.org")).value() == other_address);
}

TEST_CASE("flush forgets what is kept") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  look_up(t, desk, resolver, "example.org");

  resolver.flush();

  CHECK(resolver.statistic().names.value() == 0);
  CHECK_FALSE(known(resolver, "example.org"));
}

TEST_CASE("who asks after a flush shares no lookup from before, whose answer is not kept") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  auto before = resolver.resolve("example.org");

  resolver.flush();
  auto after = resolver.resolve("example.org");
  CHECK(desk.asked() == 2);
  desk.answer(0, other_address);
  CHECK(t.get(std::move(before)).value() == other_address);
  CHECK_FALSE(t.poll(after));
  auto shares = resolver.resolve("example.org");
  desk.answer(1, one_address);

  CHECK(t.get(std::move(after)).value() == one_address);
  CHECK(t.get(std::move(shares)).value() == one_address);
  CHECK(desk.asked() == 2);
  CHECK(known(resolver, "example.org"));
}

TEST_CASE("so many lookups are under way, the next names wait for their turn") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop, {.max_running = 2});
  auto a = resolver.resolve("a.example");
  auto b = resolver.resolve("b.example");
  auto c = resolver.resolve("c.example");
  auto d = resolver.resolve("d.example");
  CHECK(desk.asked() == 2);

  desk.answer(0, one_address);
  CHECK(t.get(std::move(a)).value() == one_address);
  CHECK(desk.asked() == 3);
  CHECK(desk.name(2) == "c.example");
  b = {};

  CHECK(desk.asked() == 4);
  CHECK(desk.name(3) == "d.example");
}

TEST_CASE("a name that waits for its turn can be shared, and is never asked for if all have gone") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop, {.max_running = 1});
  auto a = resolver.resolve("a.example");
  auto b = resolver.resolve("b.example");
  auto also_b = resolver.resolve("b.example");
  auto c = resolver.resolve("c.example");
  CHECK(resolver.statistic().lookups.value() == 3);

  b = {};
  also_b = {};
  a = {};

  CHECK(desk.asked() == 2);
  CHECK(desk.name(1) == "c.example");
  CHECK(resolver.statistic().lookups.value() == 1);
}

TEST_CASE("when the queue is full a new name is refused, one that is in it is not") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop, {.max_running = 1, .max_waiting = 1});
  auto a = resolver.resolve("a.example");
  auto b = resolver.resolve("b.example");

  const Error error = t.get(resolver.resolve("c.example")).error();
  auto also_b = resolver.resolve("b.example");

  CHECK(error == Errc::overloaded);
  CHECK(error == retryable);
  CHECK(std::string(error.context()).starts_with("resolve c.example: "));
  CHECK_FALSE(also_b.ready());
  CHECK(resolver.statistic().refused.value() == 1);
}

TEST_CASE("a limit of time counts from the call, also for a name that waits for its turn") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop, {.max_running = 1});
  auto a = resolver.resolve("a.example", {.limit = 0s});
  auto b = resolver.resolve("b.example", {.limit = 1s});

  t.advance(1s);

  CHECK(t.get(std::move(b)).error() == Errc::timed_out);
  CHECK_FALSE(a.ready());
  CHECK(desk.asked() == 1);
}

TEST_CASE("case 93: of 2,000 calls for one dead name one lookup is made, and each has its limit") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  std::vector<Future<Addresses>> calls;
  std::generate_n(
      std::back_inserter(calls), 2'000, [&] { return resolver.resolve("dead.example"); });

  t.advance(5s);

  CHECK(desk.asked() == 1);
  CHECK_FALSE(desk.wanted(0));
  CHECK(resolver.statistic().timeouts.value() == 2'000);
  const auto late = std::count_if(calls.begin(), calls.end(), [](Future<Addresses>& call) {
    return detail::take_result(std::move(call)).error() == Errc::timed_out;
  });
  CHECK(late == 2'000);
}
