// SPDX-License-Identifier: MIT
//
// c-ares asks for the families apart, wherever that is the same question. The name server is the
// test.
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "families_kit.hpp"
#include "io/cares_calls.hpp"
#include "io/cares_names.hpp"
#include "name_server.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

using Replies = std::vector<Reply>;

Replies loopback(const Question& question) {
  return {reply(question,
                {question.ipv4() ? a_record(question.name, "127.0.0.1")
                                 : aaaa_record(question.name, "::1")})};
}

/// Answers questions for IPv4 alone; the others are lost.
Replies ipv4_alone(const Question& question) {
  return question.ipv4() ? loopback(question) : Replies();
}

Replies ipv6_alone(const Question& question) {
  return question.ipv4() ? Replies() : loopback(question);
}

ResolverOptions at(const NameServer& server) {
  return {.servers = {server.address()}};
}

/// Waits until the name server has told what it tells of what it was asked before.
void wait_for_answer(Fixture& t, Resolver& resolver) {
  const LookupOptions ipv4{.family = AddressFamily::ipv4};
  REQUIRE(t.get(resolver.resolve("other.test", ipv4)));
  t.run_until_idle();
}

/// The system's configuration with a search list, and the name server of the test wherever the
/// system has its own.
class Searched {
 public:
  Searched(const NameServer& server, const char* domain) {
    std::memcpy(&stub, server.address().data(), sizeof stub);
    calls_.socket = [](int, int type, int protocol) {
      return ::socket(AF_INET, type, protocol);
    };
    calls_.connect = [](int descriptor, const sockaddr* address, socklen_t size) {
      if (!is_server(address)) return ::connect(descriptor, address, size);  // c-ares sorts
      std::memcpy(&wanted, address, size);
      return ::connect(descriptor, generic(&stub), sizeof stub);
    };
    calls_.recvfrom = [](int descriptor,
                         void* into,
                         size_t size,
                         int flags,
                         sockaddr* from,
                         socklen_t* from_size) {
      const ssize_t got = ::recvfrom(descriptor, into, size, flags, from, from_size);
      if (got >= 0) std::memcpy(from, &wanted, *from_size);
      return got;
    };
    detail::cares_calls = &calls_;
    ::setenv("LOCALDOMAIN", domain, 1);
  }
  Searched(const Searched&) = delete;
  Searched& operator=(const Searched&) = delete;
  ~Searched() {
    ::unsetenv("LOCALDOMAIN");
    detail::cares_calls = &detail::kernel_cares_calls;
  }

 private:
  template <class Name>
  static sockaddr* generic(Name* name) {
    return reinterpret_cast<sockaddr*>(name);
  }

  static bool is_server(const sockaddr* address) {
    sockaddr_in name{};  // the port is where IPv6 has it too
    std::memcpy(&name, address, sizeof name);
    return name.sin_port == htons(53);
  }

  inline static sockaddr_in stub{};
  inline static sockaddr_storage wanted{};
  detail::CaresCalls calls_ = detail::kernel_cares_calls;
};

/// A host that has IPv4 addresses under one name, and IPv6 addresses under another.
class TwoHosts {
 public:
  TwoHosts(std::string with_ipv4, std::string with_ipv6)
      : server_([this, with_ipv4, with_ipv6](const Question& question) {
          const std::lock_guard lock(mutex_);
          asked_ += question.name + (question.ipv4() ? " A, " : " AAAA, ");
          const bool has = question.name == (question.ipv4() ? with_ipv4 : with_ipv6);
          if (has) return loopback(question);
          return Replies{reply(question, {}, Rcode::no_such_name)};
        }) {}

  const NameServer& server() const { return server_; }
  bool was_asked(std::string_view what) {
    const std::lock_guard lock(mutex_);
    return asked_.find(what) != std::string::npos;
  }

 private:
  std::mutex mutex_;
  std::string asked_ = ", ";
  NameServer server_;
};

}  // namespace

TEST_CASE("c-ares: a name server that loses questions for IPv6 costs a connect 50 ms") {
  IoFixture t;
  NameServer server(&ipv4_alone);
  Resolver resolver(t.loop, at(server));
  BothHear host(t);
  const Endpoint endpoint = Endpoint::of("server.test", host.port()).value();
  auto connecting = connect(t.loop, endpoint, {.resolver = &resolver});
  wait_for_answer(t, resolver);
  t.advance(49ms);
  CHECK_FALSE(t.poll(connecting));

  t.advance(1ms);

  CHECK(t.get(std::move(connecting)).value().peer() == four.with_port(host.port()));
}

TEST_CASE("c-ares: a name server that loses questions for IPv4 costs a connect nothing") {
  IoFixture t;
  NameServer server(&ipv6_alone);
  Resolver resolver(t.loop, at(server));
  BothHear host(t);
  const Endpoint endpoint = Endpoint::of("server.test", host.port()).value();

  auto connecting = connect(t.loop, endpoint, {.resolver = &resolver});

  CHECK(t.get(std::move(connecting)).value().peer() == six.with_port(host.port()));
}

TEST_CASE("c-ares: a family of which there is nothing is not waited for") {
  IoFixture t;
  NameServer server([](const Question& question) {
    if (question.ipv4()) return loopback(question);
    return Replies{reply(question, {}, Rcode::server_failure)};
  });
  Resolver resolver(t.loop, at(server));
  BothHear host(t);
  const Endpoint endpoint = Endpoint::of("server.test", host.port()).value();

  auto connecting = connect(t.loop, endpoint, {.resolver = &resolver});

  CHECK(t.get(std::move(connecting)).value().peer() == four.with_port(host.port()));
}

TEST_CASE("c-ares: resolve() has both families in the order in which they are to be tried") {
  IoFixture t;
  NameServer server(&loopback);
  Resolver resolver(t.loop, at(server));

  CHECK(t.get(resolver.resolve("server.test")).value() == both_families);
}

TEST_CASE("c-ares: if both families fail that is told which may be otherwise the next time") {
  IoFixture t;
  NameServer server([](const Question& question) {
    const Rcode code = question.ipv4() ? Rcode::no_such_name : Rcode::server_failure;
    return Replies{reply(question, {}, code)};
  });
  Resolver resolver(t.loop, at(server));

  CHECK(t.get(resolver.resolve("server.test")).error() == DnsErrc::temporary_failure);
}

TEST_CASE(
    "c-ares: a connect that waits for a family is dropped, and the sockets go a second later") {
  IoFixture t;
  NameServer server(&ipv4_alone);
  Resolver resolver(t.loop, at(server));
  const std::size_t before = open_descriptors();
  const Endpoint endpoint = Endpoint::of("server.test", 1).value();
  auto connecting = connect(t.loop, endpoint, {.resolution_delay = 1h, .resolver = &resolver});
  wait_for_answer(t, resolver);
  CHECK_FALSE(t.poll(connecting));
  CHECK(open_descriptors() > before);

  connecting = {};
  t.advance(1s);
  t.run_until_idle();

  CHECK(open_descriptors() == before);
}

TEST_CASE("c-ares: for what the hosts file has for one family no server is asked for the other") {
  IoFixture t;
  NameServer server(&loopback);
  Resolver resolver(t.loop, at(server));

  CHECK_FALSE(detail::ways_for("localhost", false).apart);
  CHECK(detail::ways_for("no-such-host.test", false).apart);
  CHECK(t.get(resolver.resolve("localhost")));
  CHECK(server.asked() == 0);
}

TEST_CASE("c-ares: the search list does not make one host of two: a short name") {
  IoFixture t;
  TwoHosts hosts("single.a.test", "single.b.test");
  const Searched system(hosts.server(), "a.test b.test");
  Resolver resolver(t.loop, {.backend = ResolverBackend::cares});

  CHECK(t.get(resolver.resolve("single")).value() == Addresses{four});
  CHECK_FALSE(hosts.was_asked(", single A,"));
  CHECK_FALSE(hosts.was_asked("single.b.test AAAA"));
}

TEST_CASE("c-ares: the search list does not make one host of two: a name that stands for itself") {
  IoFixture t;
  TwoHosts hosts("www.test", "www.test.a.test");
  const Searched system(hosts.server(), "a.test");
  Resolver resolver(t.loop, {.backend = ResolverBackend::cares});

  CHECK(t.get(resolver.resolve("www.test")).value() == Addresses{four});
  CHECK_FALSE(hosts.was_asked("www.test.a.test"));
}

TEST_CASE("c-ares: a name that does not stand for itself is searched for") {
  IoFixture t;
  TwoHosts hosts("www.test.a.test", "www.test.a.test");
  const Searched system(hosts.server(), "a.test");
  Resolver resolver(t.loop, {.backend = ResolverBackend::cares});

  CHECK(t.get(resolver.resolve("www.test")).value().size() == 2);
  const int asked = hosts.server().asked();
  CHECK(t.get(resolver.resolve("www.test.")).error() == DnsErrc::no_such_host);
  CHECK(hosts.server().asked() == asked + 2);
}

TEST_CASE("c-ares: a name is not searched for while it is unknown whether it stands for itself") {
  IoFixture t;
  NameServer server(
      [](const Question& question) { return Replies{reply(question, {}, Rcode::server_failure)}; });
  const Searched system(server, "a.test");
  Resolver resolver(t.loop, {.backend = ResolverBackend::cares, .attempts = 1});

  CHECK(t.get(resolver.resolve("www.test")).error() == DnsErrc::temporary_failure);
  CHECK(server.asked() == 2);
}

TEST_CASE("c-ares: with a search list too a name's families are told apart") {
  IoFixture t;
  NameServer server(&ipv6_alone);
  const Searched system(server, "a.test");
  Resolver resolver(t.loop, {.backend = ResolverBackend::cares});
  BothHear host(t);
  const Endpoint endpoint = Endpoint::of("www.test", host.port()).value();

  auto connecting = connect(t.loop, endpoint, {.resolver = &resolver});

  CHECK(t.get(std::move(connecting)).value().peer() == six.with_port(host.port()));
}
