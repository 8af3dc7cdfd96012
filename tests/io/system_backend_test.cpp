// SPDX-License-Identifier: MIT
//
// The back end that asks the system: what the threads do, with a getaddrinfo() of the test's, and
// the real one for names that need no name server.
#include <eddy/core/thread_pool.hpp>
#include <eddy/testing/log_capture.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <sstream>

#include "io/resolve_calls.hpp"
#include "resolver_kit.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

/// Holds up whoever asks the system until the test lets them go.
class Gate {
 public:
  void wait() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    --waiting_;
    changed_.notify_all();
  }
  void await_waiting(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this, count] { return waiting_ == count; });
  }
  int waiting() {
    const std::lock_guard lock(mutex_);
    return waiting_;
  }
  /// Lets all go, and waits until they have gone.
  void open() {
    std::unique_lock lock(mutex_);
    open_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return waiting_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool open_ = false;
};

/// What the pretended system does.
Gate* gate = nullptr;
std::atomic<int> status = 0;
std::atomic<int> system_error = 0;
std::atomic<int> interruptions = 0;
std::atomic<int> lists = 0;  // given and not freed

sockaddr_in the_address() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  ::inet_pton(AF_INET, "192.0.2.1", &address.sin_addr);
  return address;
}

int pretended_getaddrinfo(const char*, const char*, const addrinfo*, addrinfo** result) {
  static sockaddr_in address = the_address();
  static addrinfo unknown_family{};
  static const addrinfo known = [] {
    addrinfo info{};
    info.ai_family = AF_INET;
    info.ai_addrlen = sizeof address;
    info.ai_addr = reinterpret_cast<sockaddr*>(&address);
    info.ai_next = &unknown_family;
    return info;
  }();
  static addrinfo first = known;
  if (gate != nullptr) gate->wait();
  if (interruptions.fetch_sub(1) > 0) {
    errno = EINTR;
    return EAI_SYSTEM;
  }
  errno = system_error;
  if (status != 0) return status;
  ++lists;
  *result = &first;
  return 0;
}

void pretended_freeaddrinfo(addrinfo*) {
  --lists;
}

constexpr detail::ResolveCalls pretended_calls{&pretended_getaddrinfo, &pretended_freeaddrinfo};

/// Puts the pretended system in the place of the real one.
class PretendedSystem {
 public:
  explicit PretendedSystem(int answer = 0, int error = 0) {
    status = answer;
    system_error = error;
    interruptions = 0;
    lists = 0;
    detail::resolve_calls = &pretended_calls;
  }
  PretendedSystem(const PretendedSystem&) = delete;
  PretendedSystem& operator=(const PretendedSystem&) = delete;
  ~PretendedSystem() {
    gate = nullptr;
    detail::resolve_calls = &detail::real_resolve_calls;
  }
};

Error failure_of(int answer, int error = 0) {
  Fixture t;
  const PretendedSystem system(answer, error);
  Resolver resolver(t.loop, {.backend = ResolverBackend::system});
  return t.get(resolver.resolve("example.org")).error();
}

/// A name that the hosts file of this machine gives an address, other than localhost if there is
/// one.
std::string name_of_the_hosts_file() {
  std::ifstream hosts("/etc/hosts");
  std::string found = "localhost";
  for (std::string line; std::getline(hosts, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string address;
    std::string name;
    words >> address >> name;
    if (address == "127.0.0.1" && !name.empty()) found = name;
  }
  return found;
}

}  // namespace

TEST_CASE("the system's answer is the answer; what is no address in it is left out") {
  Fixture t;
  const PretendedSystem system;
  Resolver resolver(t.loop);

  CHECK(t.get(resolver.resolve("example.org", {.port = 80})).value() ==
        Addresses{"192.0.2.1:80"_addr});
  CHECK(lists == 0);
}

TEST_CASE("what the system says of a failure becomes an error of names") {
  CHECK(failure_of(EAI_NONAME) == DnsErrc::no_such_host);
  CHECK(failure_of(EAI_NODATA) == DnsErrc::no_address);
  CHECK(failure_of(EAI_ADDRFAMILY) == DnsErrc::no_address);
  CHECK(failure_of(EAI_AGAIN) == DnsErrc::temporary_failure);
  CHECK(failure_of(EAI_AGAIN) == retryable);
  CHECK(failure_of(EAI_FAIL) == DnsErrc::server_failure);
  CHECK(failure_of(EAI_MEMORY) == std::errc::not_enough_memory);
  CHECK(failure_of(EAI_SYSTEM, EMFILE) == std::errc::too_many_files_open);
  CHECK(failure_of(EAI_BADFLAGS) == Errc::invalid);
  CHECK(failure_of(EAI_NONAME).message() == "resolve example.org: no such host");
}

TEST_CASE("case 85: signals in the middle of a lookup have no effect") {
  Fixture t;
  const PretendedSystem system;
  interruptions = 3;
  Resolver resolver(t.loop);

  CHECK(t.get(resolver.resolve("example.org")).value() == one_address);
  CHECK(interruptions < 0);
}

TEST_CASE("a lookup that hangs holds up neither the loop nor other pools") {
  Fixture t;
  const PretendedSystem system;
  Gate hung;
  gate = &hung;
  Resolver resolver(t.loop, {.max_running = 2});
  auto a = resolver.resolve("a.example");
  auto b = resolver.resolve("b.example");
  auto c = resolver.resolve("c.example");
  hung.await_waiting(2);

  ThreadPool pool({.min = 1, .max = 1});
  CHECK(t.get(pool.run([] { return 7; })).value() == 7);
  CHECK_FALSE(t.poll(a));
  CHECK(hung.waiting() == 2);
  hung.open();

  CHECK(t.get(std::move(a)));
  CHECK(t.get(std::move(b)));
  CHECK(t.get(std::move(c)));
}

TEST_CASE("who waits for a lookup that hangs is let go by the limit, by cancel and by drop") {
  Fixture t;
  const PretendedSystem system;
  Gate hung;
  gate = &hung;
  Resolver resolver(t.loop);
  auto limited = resolver.resolve("a.example");
  auto dropped = resolver.resolve("b.example");
  hung.await_waiting(2);

  dropped = {};
  t.advance(5s);

  CHECK(t.get(std::move(limited)).error() == Errc::timed_out);
  CHECK(hung.waiting() == 2);
  hung.open();
}

TEST_CASE("threads that hang count against the limit: there are never more of them") {
  Fixture t;
  const PretendedSystem system;
  Gate hung;
  gate = &hung;
  Resolver resolver(t.loop, {.max_running = 2});
  {
    auto a = resolver.resolve("a.example"), b = resolver.resolve("b.example");
    hung.await_waiting(2);
  }

  auto next = resolver.resolve("c.example");

  CHECK_FALSE(t.poll(next));
  CHECK(hung.waiting() == 2);
  hung.open();
  CHECK(t.get(std::move(next)).value() == one_address);
}

TEST_CASE("a resolver goes while its threads hang, and its loop too; they end when they can") {
  const PretendedSystem system;
  Gate hung;
  gate = &hung;
  {
    Fixture t;
    Resolver resolver(t.loop, {.linger = 0ms});
    auto waiting = resolver.resolve("a.example");
    hung.await_waiting(1);
    resolver = Resolver(t.loop);
    CHECK(t.get(std::move(waiting)).error() == Errc::closed);
  }

  hung.open();

  CHECK(hung.waiting() == 0);
}

TEST_CASE("a loop goes first, with a lookup that hangs, and its resolver after it") {
  const PretendedSystem system;
  Gate hung;
  gate = &hung;
  LogCapture log;
  {
    auto loop = std::make_unique<Loop>();
    Resolver resolver(*loop, {.linger = 0ms});
    auto waiting = resolver.resolve("a.example");
    hung.await_waiting(1);
    loop.reset();
    CHECK_FALSE(waiting.ready());
  }

  hung.open();
  log.expect_none(log::Level::error, "an error was not read");

  CHECK(hung.waiting() == 0);
}

TEST_CASE("localhost and other names of the hosts file are known without a name server") {
  Fixture t;
  Resolver resolver(t.loop, {.backend = ResolverBackend::system});

  auto localhost = resolver.resolve("localhost", {.port = 80, .family = AddressFamily::ipv4});
  auto other = resolver.resolve(name_of_the_hosts_file(), {.family = AddressFamily::ipv4});

  CHECK(t.get(std::move(localhost)).value().at(0) == "127.0.0.1:80"_addr);
  CHECK(t.get(std::move(other)).value().at(0) == "127.0.0.1:0"_addr);
}
