// SPDX-License-Identifier: MIT
//
// How lookups by c-ares end other than with an answer: sockets and channels go at once.
#include <eddy/core/task_group.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

#include "io/cares_calls.hpp"
#include "name_server.hpp"
#include "resolver_kit.hpp"
#include "support.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

using Replies = std::vector<Reply>;

Replies plain_answer(const Question& question) {
  return {reply(question, {a_record(question.name, "192.0.2.1")})};
}

Replies no_answer(const Question&) {
  return {};
}

ResolverOptions at(const NameServer& server) {
  return {.servers = {server.address()}};
}

constexpr LookupOptions v4{.family = AddressFamily::ipv4};

/// Puts other system calls in the place of c-ares' own.
class OtherCalls {
 public:
  explicit OtherCalls(const detail::CaresCalls& calls) { detail::cares_calls = &calls; }
  OtherCalls(const OtherCalls&) = delete;
  OtherCalls& operator=(const OtherCalls&) = delete;
  ~OtherCalls() { detail::cares_calls = &detail::kernel_cares_calls; }
};

int interruptions = 0;

/// Calls `call`, but for every first time of two, which fails with EINTR.
template <auto call, class Result, class... Args>
Result every_other(Args... args) {
  static bool interrupt = false;
  interrupt = !interrupt;
  if (!interrupt) return call(args...);
  ++interruptions;
  errno = EINTR;
  return -1;
}

constexpr detail::CaresCalls interrupted_calls{
    .socket = &every_other<&::socket, int, int, int, int>,
    .connect = &every_other<&::connect, int, int, const sockaddr*, socklen_t>,
    .recvfrom = &every_other<&::recvfrom, ssize_t, int, void*, size_t, int, sockaddr*, socklen_t*>,
    .writev = &every_other<&::writev, ssize_t, int, const iovec*, int>,
    .close = &::close,
};

int no_socket(int, int, int) {
  errno = EMFILE;
  return -1;
}

/// For TCP a file, which no loop can watch.
int file_for_tcp(int domain, int type, int protocol) {
  if ((type & SOCK_STREAM) == 0) return ::socket(domain, type, protocol);
  return ::open("/etc/hosts", O_RDONLY | O_CLOEXEC);
}

int connect_or_pretend(int descriptor, const sockaddr* address, socklen_t size) {
  const int result = ::connect(descriptor, address, size);
  return result < 0 && errno == ENOTSOCK ? 0 : result;
}

int connect_broken_off(int descriptor, const sockaddr* address, socklen_t size) {
  static bool first = true;
  const int result = ::connect(descriptor, address, size);
  if (!std::exchange(first, false)) return result;
  errno = EINTR;  // the kernel goes on all the same
  return -1;
}

}  // namespace

TEST_CASE("a lookup that is dropped closes its sockets before the destructor returns") {
  IoFixture t;
  NameServer server(&no_answer);
  Resolver resolver(t.loop, at(server));
  const std::size_t before = open_descriptors();
  auto found = resolver.resolve("example.test");
  CHECK_FALSE(t.poll(found));
  CHECK(open_descriptors() > before);

  found = {};

  CHECK(open_descriptors() == before);
}

TEST_CASE("a lookup that is cancelled fails at once and closes its sockets") {
  IoFixture t;
  NameServer server(&no_answer);
  Resolver resolver(t.loop, at(server));
  const std::size_t before = open_descriptors();
  TaskGroup group(t.loop);
  Task task = group.spawn("asks", resolver.resolve("example.test").then([](const Addresses&) {}));
  t.run_until_idle();

  task.cancel();

  CHECK(open_descriptors() == before);
  t.run_until_idle();
  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("a resolver dies in the continuation of its own lookup by c-ares") {
  IoFixture t;
  NameServer server(&plain_answer);
  auto resolver = std::make_unique<Resolver>(t.loop, at(server));
  auto chain = resolver->resolve("example.test", v4).then([&](const Addresses& found) {
    resolver.reset();
    return found;
  });

  CHECK(t.get(std::move(chain)).value() == one_address);
}

TEST_CASE("a resolver dies while c-ares waits, and who waits with it fails with closed") {
  IoFixture t;
  NameServer server(&no_answer);
  auto resolver = std::make_unique<Resolver>(t.loop, at(server));
  auto found = resolver->resolve("example.test");
  CHECK_FALSE(t.poll(found));

  resolver.reset();

  CHECK(t.get(std::move(found)).error() == Errc::closed);
}

TEST_CASE("a loop dies while c-ares waits: its sockets go with it") {
  NameServer server(&no_answer);
  const std::size_t before = open_descriptors();
  auto loop = std::make_unique<Loop>();
  Resolver resolver(*loop, at(server));
  auto found = resolver.resolve("example.test");
  loop->turn();

  loop.reset();

  CHECK(open_descriptors() == before);
  CHECK_FALSE(found.ready());
}

TEST_CASE("a hundred lookups by c-ares are under way, and half of them are dropped") {
  IoFixture t;
  NameServer server(&plain_answer);
  ResolverOptions options = at(server);
  options.max_running = 100;
  Resolver resolver(t.loop, std::move(options));
  std::vector<Future<Addresses>> calls;
  int number = 0;
  std::generate_n(std::back_inserter(calls), 100, [&] {
    return resolver.resolve("host-" + std::to_string(++number) + ".test", v4);
  });

  calls.erase(calls.begin(), calls.begin() + 50);

  CHECK(std::all_of(calls.begin(), calls.end(), [&](Future<Addresses>& call) {
    return t.get(std::move(call)).value() == one_address;
  }));
}

TEST_CASE("cases 84, 85: signals in the middle of c-ares' calls have no effect, over TCP too") {
  IoFixture t;
  NameServer server([](const Question& question) {
    return question.tcp ? plain_answer(question) : Replies{truncated(question)};
  });
  Resolver resolver(t.loop, at(server));
  const OtherCalls calls(interrupted_calls);
  interruptions = 0;

  CHECK(t.get(resolver.resolve("example.test", v4)).value() == one_address);
  CHECK(interruptions >= 6);
}

TEST_CASE("case 85: a signal that breaks connect off has no effect, for the kernel goes on") {
  IoFixture t;
  NameServer server(&plain_answer);
  Resolver resolver(t.loop, at(server));
  detail::CaresCalls calls = detail::kernel_cares_calls;
  calls.connect = &connect_broken_off;
  const OtherCalls other(calls);

  CHECK(t.get(resolver.resolve("example.test", v4)).value() == one_address);
}

TEST_CASE("without descriptors a lookup fails with an error that may be tried again") {
  IoFixture t;
  NameServer server(&plain_answer);
  Resolver resolver(t.loop, at(server));
  detail::CaresCalls calls = detail::kernel_cares_calls;
  calls.socket = &no_socket;
  const OtherCalls other(calls);

  CHECK(t.get(resolver.resolve("example.test", v4)).error() == retryable);
}

TEST_CASE("a socket that the loop cannot watch ends the lookup with the kernel's error") {
  IoFixture t;
  NameServer server([](const Question& question) { return Replies{truncated(question)}; });
  Resolver resolver(t.loop, at(server));
  detail::CaresCalls calls = detail::kernel_cares_calls;
  calls.socket = &file_for_tcp;
  calls.connect = &connect_or_pretend;
  const OtherCalls other(calls);

  CHECK(t.get(resolver.resolve("example.test", v4)).error() == std::errc::operation_not_permitted);
}
