// SPDX-License-Identifier: MIT
//
// Who may go when while a connect() to a name knows one family and waits for the other.
#include <eddy/core/task_group.hpp>

#include <netinet/in.h>
#include <sys/socket.h>

#include <memory>

#include "families_kit.hpp"
#include "io/system.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

/// A Silent that needs no loop.
class SilentSocket {
 public:
  SilentSocket() {
    REQUIRE(::bind(listener_.number(), generic(), sizeof name_) == 0);
    REQUIRE(::listen(listener_.number(), 0) == 0);
    socklen_t size = sizeof name_;
    REQUIRE(::getsockname(listener_.number(), generic(), &size) == 0);
    for (const auto* filler : {&first_, &second_})
      std::ignore = ::connect(filler->number(), generic(), sizeof name_);
  }
  std::uint16_t port() const { return ntohs(name_.sin_port); }

 private:
  static detail::Descriptor a_socket() {
    return detail::Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  }
  sockaddr* generic() { return reinterpret_cast<sockaddr*>(&name_); }

  sockaddr_in name_{
      .sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
  detail::Descriptor listener_ = a_socket();
  detail::Descriptor first_ = a_socket();
  detail::Descriptor second_ = a_socket();
};

/// One connect in each state in which a family is awaited.
struct EachState {
  explicit EachState(Fixture& t) : host(t), hangs(t) {
    delayed = host.connect(hangs.port(), {.resolution_delay = 1h});
    trying = host.connect(hangs.port());
    refused = host.connect(nobodys_port);
    host.desk.tell(0, {four});
    t.advance(50ms);
    t.run_until_idle();
    CHECK_FALSE(delayed.ready());
    CHECK_FALSE(trying.ready());
    CHECK_FALSE(refused.ready());
  }

  NamedHost host;
  FourHangs hangs;
  Future<TcpStream> delayed;
  Future<TcpStream> trying;
  Future<TcpStream> refused;
};

}  // namespace

TEST_CASE("connects that wait for a family are dropped, and the last ends the lookup") {
  IoFixture t;
  EachState state(t);
  const std::size_t before = open_descriptors();

  state.trying = {};
  CHECK(open_descriptors() == before - 1);
  state.delayed = {};
  CHECK(state.host.desk.wanted(0));
  state.refused = {};

  CHECK_FALSE(state.host.asks_on(t));
  CHECK(state.host.resolver.statistic().lookups.value() == 0);
}

TEST_CASE("a connect that is dropped in the turn in which it would begin does not begin") {
  IoFixture t;
  NamedHost host(t);
  BothHear server(t);
  const std::size_t before = open_descriptors();
  auto connecting = host.connect(server.port());
  host.desk.tell(0, {six});

  connecting = {};

  t.run_until_idle();
  CHECK(open_descriptors() == before);
  CHECK_FALSE(host.asks_on(t));
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("connects that wait for a family are cancelled softly, and end at once") {
  IoFixture t;
  EachState state(t);
  TaskGroup group(t.loop);
  const auto forget = [](TcpStream) {
  };
  Task delayed = group.spawn("delayed", std::move(state.delayed).then(forget));
  Task trying = group.spawn("trying", std::move(state.trying).then(forget));
  Task refused = group.spawn("refused", std::move(state.refused).then(forget));
  t.run_until_idle();

  delayed.cancel();
  trying.cancel();
  CHECK(state.host.desk.wanted(0));
  refused.cancel();
  t.run_until_idle();

  CHECK(delayed.state() == TaskState::canceled);
  CHECK(trying.state() == TaskState::canceled);
  CHECK(refused.state() == TaskState::canceled);
  CHECK_FALSE(state.host.asks_on(t));
}

TEST_CASE("a resolver goes: who has nothing to try fails with closed, who has goes on") {
  IoFixture t;
  NamedHost host(t);
  FourHangs hangs(t);
  auto other = std::make_unique<Resolver>(host.desk.resolver(t.loop));
  const ConnectOptions options{.resolver = other.get()};
  const Endpoint endpoint = Endpoint::of("server.test", hangs.port()).value();
  ConnectOptions patient = options;
  patient.resolution_delay = 1h;
  auto delayed = connect(t.loop, endpoint, patient);
  auto trying = connect(t.loop, endpoint, options);
  auto refused = connect(t.loop, Endpoint::of("server.test", nobodys_port).value(), options);
  host.desk.tell(0, {four});
  t.advance(50ms);
  CHECK_FALSE(t.poll(refused));

  other.reset();

  CHECK(t.get(std::move(delayed)).error() == Errc::closed);
  CHECK(t.get(std::move(refused)).error() == std::errc::connection_refused);
  CHECK_FALSE(t.poll(trying));
  t.advance(10s);
  CHECK(t.get(std::move(trying)).error() == Errc::timed_out);
}

TEST_CASE("a resolver goes in the turn in which a connect would begin") {
  IoFixture t;
  Desk desk;
  auto resolver = std::make_unique<Resolver>(desk.resolver(t.loop));
  auto connecting = connect(
      t.loop, Endpoint::of("server.test", nobodys_port).value(), {.resolver = resolver.get()});
  desk.tell(0, {six});

  resolver.reset();

  CHECK(t.get(std::move(connecting)).error() == Errc::closed);
}

TEST_CASE("a connect that is dropped when the lookup of a family fails leaves no error unread") {
  IoFixture t;
  NamedHost host(t);
  const Silent silent(t);
  Future<TcpStream> connecting;
  bool failed = false;
  auto found = host.resolver.resolve("server.test").complete([&](const Result<Addresses>& all) {
    failed = !all;
    connecting = {};
  });
  connecting = host.connect(silent.address().port(), {.resolution_delay = {}});
  host.desk.tell(0, {four});
  CHECK_FALSE(t.poll(connecting));

  host.desk.fail(0, DnsErrc::server_failure);

  CHECK(t.get(std::move(found)));
  CHECK(failed);
}

TEST_CASE("a loop goes while connects wait for a family: nothing settles any more") {
  const SilentSocket hangs;
  const std::size_t before = open_descriptors();
  ManualClock clock;
  auto loop = std::make_unique<Loop>(Loop::Options{.clock = &clock});
  const Pair any = OverUnix::pair(*loop);  // from the first stream on libuv keeps a descriptor
  Desk desk;
  Resolver resolver = desk.resolver(*loop);
  const Endpoint silent = Endpoint::of("server.test", hangs.port()).value();
  const Endpoint nobody = Endpoint::of("server.test", nobodys_port).value();
  const ConnectOptions at_once{.resolution_delay = {}, .resolver = &resolver};
  auto delayed = connect(*loop, silent, {.resolution_delay = 1h, .resolver = &resolver});
  auto trying = connect(*loop, silent, at_once);
  auto refused = connect(*loop, nobody, at_once);
  const std::size_t without_attempts = open_descriptors();
  desk.tell(0, {four});
  run_until_idle(*loop);
  CHECK(open_descriptors() == without_attempts + 1);

  loop.reset();

  CHECK(open_descriptors() == before);
  CHECK_FALSE(delayed.ready());
  CHECK_FALSE(trying.ready());
  CHECK_FALSE(refused.ready());
  delayed = {};
  trying = {};
  refused = {};
  CHECK_FALSE(desk.wanted(0));
}

TEST_CASE(
    "the continuation of a connect may destroy its resolver, which still waits for a family") {
  IoFixture t;
  Desk desk;
  auto resolver = std::make_unique<Resolver>(desk.resolver(t.loop));
  BothHear server(t);
  bool ran = false;
  auto other = resolver->resolve("server.test");
  auto connecting =
      connect(
          t.loop, Endpoint::of("server.test", server.port()).value(), {.resolver = resolver.get()})
          .then([&](TcpStream) {
            resolver.reset();
            ran = true;
          });
  desk.tell(0, {six});

  CHECK(t.get(std::move(connecting)));
  CHECK(ran);
  CHECK(t.get(std::move(other)).error() == Errc::closed);
}
