// SPDX-License-Identifier: MIT
//
// What a Resolver makes of questions and answers. The back end is the test.
#include <eddy/core/deadline.hpp>
#include <eddy/core/task_group.hpp>

#include "resolver_kit.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

std::string context_of(const Error& error) {
  return std::string(error.context());
}

}  // namespace

TEST_CASE("a name becomes the addresses of the answer, in its order, with the port") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);

  auto found = resolver.resolve("example.org", {.port = 80});
  CHECK_FALSE(t.poll(found));
  desk.answer(0, {"[2001:db8::1]:0"_addr, "192.0.2.9:0"_addr, "192.0.2.1:0"_addr});

  CHECK(desk.name(0) == "example.org");
  CHECK(desk.family(0) == AddressFamily::any);
  CHECK(t.get(std::move(found)).value() ==
        Addresses{"[2001:db8::1]:80"_addr, "192.0.2.9:80"_addr, "192.0.2.1:80"_addr});
}

TEST_CASE("the back end is asked for the family that is wanted, and for a name in lower case") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);

  auto v4 = resolver.resolve("Example.ORG", {.family = AddressFamily::ipv4});
  auto v6 = resolver.resolve("example.org", {.family = AddressFamily::ipv6});

  CHECK(desk.family(0) == AddressFamily::ipv4);
  CHECK(desk.family(1) == AddressFamily::ipv6);
  CHECK(desk.name(0) == "example.org");
}

TEST_CASE("an IP address is its own answer, at once, and nobody is asked") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);

  auto v4 = resolver.resolve("192.0.2.1", {.port = 80});
  auto v6 = resolver.resolve("fe80::1%1", {.port = 81, .family = AddressFamily::ipv6});

  CHECK(v4.ready());
  CHECK(v6.ready());
  CHECK(t.get(std::move(v4)).value() == Addresses{"192.0.2.1:80"_addr});
  CHECK(t.get(std::move(v6)).value() == Addresses{"[fe80::1%1]:81"_addr});
  CHECK(desk.asked() == 0);
}

TEST_CASE("an IP address of the other family is no address") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);

  auto v6 = resolver.resolve("192.0.2.1", {.family = AddressFamily::ipv6});
  auto v4 = resolver.resolve("::1", {.family = AddressFamily::ipv4});

  CHECK(t.get(std::move(v6)).error() == DnsErrc::no_address);
  CHECK(t.get(std::move(v4)).error() == DnsErrc::no_address);
}

TEST_CASE("a malformed name fails at once, and nobody is asked") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);

  const Error error = t.get(resolver.resolve("a..b")).error();

  CHECK(error == Errc::invalid);
  CHECK(error == misuse);
  CHECK(context_of(error).starts_with("resolve: endpoint \"a..b\": "));
  CHECK(desk.asked() == 0);
}

TEST_CASE("an address that comes twice is given once, and a long answer is cut") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop, {.max_addresses = 2});

  auto found = resolver.resolve("example.org");
  desk.answer(0, {"192.0.2.1:0"_addr, "192.0.2.1:0"_addr, "192.0.2.2:0"_addr, "192.0.2.3:0"_addr});

  CHECK(t.get(std::move(found)).value() == Addresses{"192.0.2.1:0"_addr, "192.0.2.2:0"_addr});
}

TEST_CASE("an answer without addresses is an error of its own") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);

  auto found = resolver.resolve("example.org");
  desk.answer(0, {});

  CHECK(t.get(std::move(found)).error() == DnsErrc::no_address);
  CHECK(resolver.statistic().failures.value() == 1);
}

TEST_CASE("an error names what was tried, and only a temporary one may be tried again") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);

  auto missing = resolver.resolve("missing.example");
  auto broken = resolver.resolve("broken.example");
  auto busy = resolver.resolve("busy.example");
  desk.fail(0, DnsErrc::no_such_host);
  desk.fail(1, DnsErrc::server_failure);
  desk.fail(2, DnsErrc::temporary_failure);

  const Error no_such_host = t.get(std::move(missing)).error();
  CHECK(no_such_host.message() == "resolve missing.example: no such host");
  CHECK_FALSE(no_such_host == retryable);
  CHECK_FALSE(t.get(std::move(broken)).error() == retryable);
  CHECK(t.get(std::move(busy)).error() == retryable);
}

TEST_CASE("all errors of names have a text, and the category is called dns") {
  CHECK(std::string_view(dns_category().name()) == "dns");
  CHECK(Error(DnsErrc::no_such_host).message() == "no such host");
  CHECK(Error(DnsErrc::no_address).message() == "the host has no address of this family");
  CHECK(Error(DnsErrc::temporary_failure).message() == "no name server has an answer for now");
  CHECK(Error(DnsErrc::server_failure).message() == "the name server gives no usable answer");
  CHECK(dns_category().message(99) == "unknown dns error 99");
}

TEST_CASE("all who ask for a name that is being looked up share the answer, each with its port") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);

  auto first = resolver.resolve("example.org", {.port = 1});
  auto second = resolver.resolve("EXAMPLE.org", {.port = 2});
  auto third = resolver.resolve("example.org", {.port = 3});
  CHECK(desk.asked() == 1);
  desk.answer(0, one_address);

  CHECK(t.get(std::move(first)).value() == Addresses{"192.0.2.1:1"_addr});
  CHECK(t.get(std::move(second)).value() == Addresses{"192.0.2.1:2"_addr});
  CHECK(t.get(std::move(third)).value() == Addresses{"192.0.2.1:3"_addr});
  CHECK(resolver.statistic().misses.value() == 1);
  CHECK(resolver.statistic().shared.value() == 2);
}

TEST_CASE("a lookup goes on while one waits for it, and ends when none is left") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  auto first = resolver.resolve("example.org");
  auto second = resolver.resolve("example.org");

  first = {};
  CHECK(desk.wanted(0));
  second = {};

  CHECK_FALSE(desk.wanted(0));
  CHECK(resolver.statistic().lookups.value() == 0);
}

TEST_CASE("who asks after a lookup was given up makes a new one") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  { auto dropped = resolver.resolve("example.org"); }

  auto again = resolver.resolve("example.org");
  desk.answer(0, other_address);
  CHECK_FALSE(t.poll(again));
  desk.answer(1, one_address);

  CHECK(t.get(std::move(again)).value() == one_address);
}

TEST_CASE("soft cancel of one who waits leaves the others their answer") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  TaskGroup group(t.loop);
  Task task = group.spawn("asks", resolver.resolve("example.org").then([](const Addresses&) {}));
  auto other = resolver.resolve("example.org");

  task.cancel();
  t.run_until_idle();
  CHECK(task.state() == TaskState::canceled);
  CHECK(desk.wanted(0));
  desk.answer(0, one_address);

  CHECK(t.get(std::move(other)).value() == one_address);
}

TEST_CASE("soft cancel of the only one who waits returns at once and ends the lookup") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  TaskGroup group(t.loop);
  Task task = group.spawn("asks", resolver.resolve("example.org").then([](const Addresses&) {}));

  task.cancel();

  CHECK_FALSE(desk.wanted(0));
  t.run_until_idle();
  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("the lookup belongs to no task: whoever asked first may end") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  TaskGroup group(t.loop);
  Future<Addresses> kept;
  group.spawn("asks first",
              [&] { return resolver.resolve("example.org").then([](const Addresses&) {}); });
  t.run_until_idle();
  CHECK_FALSE(desk.in_task(0));
  kept = resolver.resolve("example.org");

  auto stopped = group.stop(0s);
  t.run_until_idle();

  CHECK(all_tasks(t.loop).empty());
  CHECK(desk.wanted(0));
  desk.answer(0, one_address);
  CHECK(t.get(std::move(kept)).value() == one_address);
}

TEST_CASE("a call that takes too long fails by itself, the others wait on") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  auto hasty = resolver.resolve("example.org", {.limit = 1s});
  auto patient = resolver.resolve("example.org");

  t.advance(999ms);
  CHECK_FALSE(t.poll(hasty));
  t.advance(1ms);

  const Error late = t.get(std::move(hasty)).error();
  CHECK(late == Errc::timed_out);
  CHECK(late.message() == "resolve example.org: limit of 1000 ms, 1000 ms elapsed: timed out");
  CHECK(desk.wanted(0));
  CHECK_FALSE(t.poll(patient));
  CHECK(resolver.statistic().timeouts.value() == 1);
  desk.answer(0, one_address);
  CHECK(t.get(std::move(patient)).value() == one_address);
}

TEST_CASE("the usual limit is five seconds, and then nothing is asked any more") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  auto found = resolver.resolve("example.org");

  t.advance(4999ms);
  CHECK_FALSE(t.poll(found));
  t.advance(1ms);

  CHECK(t.get(std::move(found)).error() == Errc::timed_out);
  CHECK_FALSE(desk.wanted(0));
}

TEST_CASE("a limit of zero is none") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop, {.limit = 0s});
  auto found = resolver.resolve("example.org");

  t.advance(100h);
  CHECK_FALSE(t.poll(found));
  desk.answer(0, one_address);

  CHECK(t.get(std::move(found)).value() == one_address);
}

TEST_CASE("no lookup takes longer than the deadline of its task") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  std::string told;
  auto found = with_deadline(1s, [&] {
    return resolver.resolve("example.org").or_else(Errc::timed_out, [&told](const Error& late) {
      told = late.message();
      return Addresses();
    });
  });

  t.advance(999ms);
  CHECK_FALSE(t.poll(found));
  t.advance(1ms);

  std::ignore = t.get(std::move(found));
  CHECK(told.starts_with("resolve example.org: deadline of 1000 ms"));
  CHECK_FALSE(desk.wanted(0));
}

TEST_CASE("a back end that is not built in or cannot do as it is told fails with the cure") {
  Fixture t;
  Resolver resolver(t.loop, {.backend = ResolverBackend::system, .servers = {"127.0.0.1:53"_addr}});

  const Error error = t.get(resolver.resolve("example.org")).error();

  CHECK(error == std::errc::not_supported);
  CHECK(context_of(error).starts_with("resolve example.org: "));
  CHECK(context_of(error).find("ResolverBackend::cares") != std::string::npos);
  CHECK(t.get(resolver.resolve("127.0.0.1")).value() == Addresses{"127.0.0.1:0"_addr});
}

TEST_CASE("the numbers of a resolver are listed by name") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  std::string names;

  resolver.statistic().visit(
      [&names](std::string_view name, const auto&) { names.append(name).append(" "); });

  CHECK(names == "hits misses shared failures timeouts refused names lookups ");
}
