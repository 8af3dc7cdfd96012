// SPDX-License-Identifier: MIT
//
// Names by c-ares, which asks a name server of the test.
#include <eddy/core/task_group.hpp>

#include <algorithm>
#include <cstdlib>

#include "name_server.hpp"
#include "resolver_kit.hpp"
#include "support.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

using Replies = std::vector<Reply>;

/// "192.0.2.1" for 60 seconds, whatever the name, and nothing else.
Replies plain_answer(const Question& question) {
  if (!question.ipv4()) return {reply(question)};
  return {reply(question, {a_record(question.name, "192.0.2.1")})};
}

Replies no_answer(const Question&) {
  return {};
}

Resolver resolver_at(Loop& loop, const NameServer& server, ResolverOptions options = {}) {
  options.servers = {server.address()};
  return Resolver(loop, std::move(options));
}

/// What comes of a lookup if the server answers with `code`.
Error failure_of(Rcode code) {
  IoFixture t;
  NameServer server(
      [code](const Question& question) { return Replies{reply(question, {}, code)}; });
  Resolver resolver = resolver_at(t.loop, server, {.attempts = 1});
  return t.get(resolver.resolve("example.test", {.family = AddressFamily::ipv4})).error();
}

/// What comes of a lookup if `replies` arrive, and then the right one.
Addresses found_after(Function<Replies(const Question&)> replies) {
  IoFixture t;
  NameServer server([&replies](const Question& question) {
    Replies all = replies(question);
    all.push_back(plain_answer(question).front());
    return all;
  });
  Resolver resolver = resolver_at(t.loop, server);
  return t.get(resolver.resolve("example.test", {.family = AddressFamily::ipv4})).value();
}

Reply about(const Question& question, std::string name) {
  Question other = question;
  other.name = std::move(name);
  const std::size_t first_label = 13;
  other.wire[first_label] = static_cast<char>(other.wire[first_label] ^ 0x01);
  return reply(other, {a_record(other.name, "192.0.2.66")});
}

}  // namespace

TEST_CASE("c-ares: both families are asked for, and the port is put in") {
  IoFixture t;
  NameServer server([](const Question& question) {
    const Record record =
        question.ipv4() ? a_record(question.name, "127.0.0.1") : aaaa_record(question.name, "::1");
    return Replies{reply(question, {record})};
  });
  Resolver resolver = resolver_at(t.loop, server);

  Addresses found = t.get(resolver.resolve("example.test", {.port = 80})).value();

  std::sort(found.begin(), found.end());
  CHECK(found == Addresses{"127.0.0.1:80"_addr, "[::1]:80"_addr});
  CHECK(server.asked() == 2);
}

TEST_CASE("c-ares: one family is asked for, and the others have nothing to say") {
  IoFixture t;
  NameServer server(&plain_answer);
  Resolver resolver = resolver_at(t.loop, server);

  auto v4 = resolver.resolve("example.test", {.family = AddressFamily::ipv4});
  CHECK(t.get(std::move(v4)).value() == one_address);
  auto v6 = resolver.resolve("example.test", {.family = AddressFamily::ipv6});

  CHECK(t.get(std::move(v6)).error() == DnsErrc::no_address);
  CHECK(server.asked() == 2);
}

TEST_CASE("c-ares: an answer is kept as long as its record says") {
  IoFixture t;
  NameServer server([](const Question& question) {
    return Replies{reply(question, {a_record(question.name, "192.0.2.1", 7)})};
  });
  Resolver resolver = resolver_at(t.loop, server);
  const LookupOptions v4{.family = AddressFamily::ipv4};
  CHECK(t.get(resolver.resolve("example.test", v4)).value() == one_address);

  t.advance(6999ms);
  CHECK(t.get(resolver.resolve("example.test", v4)).value() == one_address);
  CHECK(server.asked() == 1);
  t.advance(1ms);

  CHECK(t.get(resolver.resolve("example.test", v4)).value() == one_address);
  CHECK(server.asked() == 2);
}

TEST_CASE(
    "c-ares: a chain of aliases leads to the address, and holds as long as its weakest link") {
  IoFixture t;
  NameServer server([](const Question& question) {
    return Replies{reply(question,
                         {cname_record(question.name, "b.test", 3),
                          cname_record("b.test", "c.test", 50),
                          a_record("c.test", "192.0.2.1", 60)})};
  });
  Resolver resolver = resolver_at(t.loop, server);
  const LookupOptions v4{.family = AddressFamily::ipv4};
  CHECK(t.get(resolver.resolve("a.test", v4)).value() == one_address);

  t.advance(3s);

  CHECK(t.get(resolver.resolve("a.test", v4)).value() == one_address);
  CHECK(server.asked() == 2);
}

TEST_CASE("c-ares: aliases in a ring end in an error, not in a hang") {
  IoFixture t;
  NameServer server([](const Question& question) {
    return Replies{
        reply(question, {cname_record(question.name, "b.test"), cname_record("b.test", "a.test")})};
  });
  Resolver resolver = resolver_at(t.loop, server);

  const Error error = t.get(resolver.resolve("a.test", {.family = AddressFamily::ipv4})).error();

  CHECK(error.code().category() == dns_category());
}

TEST_CASE("c-ares: what the server says of a failure becomes an error of names") {
  CHECK(failure_of(Rcode::no_such_name) == DnsErrc::no_such_host);
  CHECK(failure_of(Rcode::no_error) == DnsErrc::no_address);
  CHECK(failure_of(Rcode::server_failure) == DnsErrc::temporary_failure);
  CHECK(failure_of(Rcode::server_failure) == retryable);
  CHECK(failure_of(Rcode::format) == DnsErrc::server_failure);
}

TEST_CASE("c-ares: a server that refuses counts as one that has no answer, for another may have") {
  CHECK(failure_of(Rcode::refused) == DnsErrc::temporary_failure);
}

TEST_CASE("case 172: an answer with the wrong number is dropped") {
  CHECK(found_after([](const Question& question) {
          return Replies{with_other_id(reply(question, {a_record(question.name, "192.0.2.66")}))};
        }) == one_address);
}

TEST_CASE("case 172: an answer to another question is dropped") {
  CHECK(found_after([](const Question& question) {
          return Replies{about(question, "fxample.test")};
        }) == one_address);
}

TEST_CASE("case 172: an answer from another address is dropped") {
  CHECK(found_after([](const Question& question) {
          Reply forged = reply(question, {a_record(question.name, "192.0.2.66")});
          forged.from_elsewhere = true;
          return Replies{forged};
        }) == one_address);
}

TEST_CASE("case 172: what is no message is dropped") {
  CHECK(found_after([](const Question& question) {
          return Replies{{.wire = question.wire.substr(0, 2)},
                         {.wire = question.wire.substr(0, 11)},
                         {.wire = std::string(60'000, '\xff')}};
        }) == one_address);
}

TEST_CASE("case 172: an address that comes with the answer for another name is not kept for that") {
  IoFixture t;
  NameServer server([](const Question& question) {
    if (question.name == "bank.test") return Replies{reply(question, {}, Rcode::no_such_name)};
    return Replies{reply(
        question, {a_record(question.name, "192.0.2.1"), a_record("bank.test", "192.0.2.66")})};
  });
  Resolver resolver = resolver_at(t.loop, server);
  const LookupOptions v4{.family = AddressFamily::ipv4};

  CHECK(t.get(resolver.resolve("evil.test", v4)).value().at(0) == "192.0.2.1:0"_addr);

  CHECK(t.get(resolver.resolve("bank.test", v4)).error() == DnsErrc::no_such_host);
}

TEST_CASE("c-ares: an answer that is too long for a datagram is fetched over TCP") {
  IoFixture t;
  NameServer server([](const Question& question) {
    return question.tcp ? plain_answer(question) : Replies{truncated(question)};
  });
  Resolver resolver = resolver_at(t.loop, server);

  CHECK(t.get(resolver.resolve("example.test", {.family = AddressFamily::ipv4})).value() ==
        one_address);
  CHECK(server.asked_over_tcp() == 1);
}

TEST_CASE("c-ares: a server that is silent costs the limit of time and nothing else") {
  IoFixture t;
  NameServer server(&no_answer);
  Resolver resolver = resolver_at(t.loop, server);
  auto found = resolver.resolve("example.test");

  t.advance(4999ms);
  CHECK_FALSE(t.poll(found));
  t.advance(1ms);

  CHECK(t.get(std::move(found)).error() == Errc::timed_out);
  t.run_until_idle();
  CHECK(t.loop.statistic().open_handles == 0);
}

TEST_CASE("c-ares: when a server is silent the next one is asked") {
  NameServer silent(&no_answer);
  NameServer server(&plain_answer);
  Loop loop;
  Resolver resolver(loop, {.servers = {silent.address(), server.address()}, .attempt_limit = 10ms});

  CHECK(loop.run_until(resolver.resolve("example.test", {.family = AddressFamily::ipv4})).value() ==
        one_address);
  silent.wait_until_asked(1);
  CHECK(silent.asked() == 1);
}

TEST_CASE("c-ares: when all servers were silent often enough the error may be tried again") {
  NameServer silent(&no_answer);
  Loop loop;
  Resolver resolver = resolver_at(loop, silent, {.attempt_limit = 5ms, .attempts = 2});

  const Error error =
      loop.run_until(resolver.resolve("example.test", {.family = AddressFamily::ipv4})).error();

  CHECK(error == DnsErrc::temporary_failure);
  CHECK(error == retryable);
  silent.wait_until_asked(2);
  CHECK(silent.asked() == 2);
}

TEST_CASE("c-ares: a server that is silent about one family does not cost the other's addresses") {
  NameServer server([](const Question& question) {
    return question.ipv4() ? plain_answer(question) : Replies();
  });
  Loop loop;
  Resolver resolver = resolver_at(loop, server, {.attempt_limit = 5ms, .attempts = 2});

  CHECK(loop.run_until(resolver.resolve("example.test")).value() == one_address);
}

TEST_CASE("c-ares: the hosts file is honoured, and no server is asked for what stands there") {
  IoFixture t;
  NameServer server(&no_answer);
  Resolver resolver = resolver_at(t.loop, server);

  auto found = resolver.resolve("localhost", {.port = 80, .family = AddressFamily::ipv4});

  CHECK(t.get(std::move(found)).value().at(0) == "127.0.0.1:80"_addr);
  CHECK(server.asked() == 0);
}

TEST_CASE("c-ares: with servers of one's own no search list is tried") {
  IoFixture t;
  NameServer server(
      [](const Question& question) { return Replies{reply(question, {}, Rcode::no_such_name)}; });
  Resolver resolver = resolver_at(t.loop, server);
  ::setenv("LOCALDOMAIN", "search.test", 1);

  CHECK(t.get(resolver.resolve("single", {.family = AddressFamily::ipv4})).error() ==
        DnsErrc::no_such_host);
  CHECK(server.asked() == 1);
  ::unsetenv("LOCALDOMAIN");
}

TEST_CASE("c-ares: an address that is no server's is refused with the call") {
  IoFixture t;
  Resolver resolver(t.loop, {.servers = {"unix:/run/dns.sock"_addr}});

  CHECK(t.get(resolver.resolve("example.test")).error() == Errc::invalid);
}
