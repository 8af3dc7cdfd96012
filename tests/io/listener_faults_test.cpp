// SPDX-License-Identifier: MIT
#include <eddy/base/log_writer.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "descriptor_limit.hpp"
#include "io/system.hpp"
#include "support.hpp"

using namespace eddy;
using namespace eddy::testing;
using std::chrono::milliseconds;

namespace {

/// What the replaced accept4 fails with, one a call, then the kernel's own is called.
std::vector<int> scripted;
int calls = 0;

int scripted_accept(int descriptor, sockaddr* address, socklen_t* size, int flags) {
  ++calls;
  if (scripted.empty()) return ::accept4(descriptor, address, size, flags);
  errno = scripted.front();
  scripted.erase(scripted.begin());
  return -1;
}

/// Replaces accept4 for as long as it lives.
class ScriptedAccept {
 public:
  explicit ScriptedAccept(std::vector<int> errors) : table_(*detail::system_calls) {
    scripted = std::move(errors);
    calls = 0;
    table_.accept4 = &scripted_accept;
    detail::system_calls = &table_;
  }
  ScriptedAccept(const ScriptedAccept&) = delete;
  ScriptedAccept& operator=(const ScriptedAccept&) = delete;
  ~ScriptedAccept() { detail::system_calls = &detail::kernel_calls; }

 private:
  detail::SystemCalls table_;
};

}  // namespace

// hardening 80
TEST_CASE("without descriptors accepting rests, the loop lives, and nobody is turned away") {
  IoFixture t;
  auto listener = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
  TcpPair existing = a_tcp_pair(t);
  auto accepting = listener.accept();
  Future<TcpStream> connecting;
  {
    const DescriptorLimit limit(1);
    connecting = connect(t.loop, listener.local());
    CHECK_FALSE(t.poll(accepting));
    CHECK(listener.statistic().exhausted.value() == 1);
    existing.ours.write("alive");
    CHECK(t.get(existing.theirs.read()).value() == "alive");
    t.clock.advance(milliseconds(350));
    CHECK(listener.statistic().exhausted.value() == 4);
    CHECK_FALSE(t.poll(accepting));
  }

  t.clock.advance(Listener::back_off);
  auto theirs = t.get(std::move(accepting)).value();
  theirs.write("welcome");

  CHECK(t.get(t.get(std::move(connecting)).value().read()).value() == "welcome");
}

// hardening 80
TEST_CASE("the log says at most once a second that accepting rests") {
  IoFixture t;
  auto listener = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
  const ScriptedAccept accept(std::vector<int>(100, EMFILE));
  auto accepting = listener.accept();
  auto ours = t.get(connect(t.loop, listener.local())).value();
  CHECK_FALSE(t.poll(accepting));  // the first line goes to stderr
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  std::uint64_t lines = 0;
  {
    log::Writer writer({.output = nowhere});
    t.clock.advance(milliseconds(2450));
    CHECK(writer.flush(std::chrono::seconds(10)));
    lines = writer.statistic().written.value();
  }
  close(nowhere);

  CHECK(listener.statistic().exhausted.value() == 25);
  CHECK(lines == 2);
}

TEST_CASE("the log says which listener rests, why, and what helps") {
  IoFixture t;
  auto listener = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
  const ScriptedAccept accept({EMFILE});
  auto accepting = listener.accept();
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  {
    log::Writer writer({.format = log::Format::plain, .output = ends[1]});
    auto ours = t.get(connect(t.loop, listener.local())).value();
    CHECK_FALSE(t.poll(accepting));
    CHECK(writer.flush(std::chrono::seconds(10)));
  }
  std::string line(1000, '\0');
  line.resize(static_cast<std::size_t>(read(ends[0], line.data(), line.size())));
  close(ends[0]);
  close(ends[1]);

  CHECK(line.find("listener=" + listener.local().to_string()) != std::string::npos);
  CHECK(line.find("error=\"Too many open files\"") != std::string::npos);
  CHECK(line.find("ulimit -n") != std::string::npos);
}

// hardening 81
TEST_CASE_TEMPLATE_DEFINE("a shortage of the kernel makes accepting rest, once",
                          Number,
                          shortages) {
  IoFixture t;
  auto listener = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
  const ScriptedAccept accept({Number::value});
  auto accepting = listener.accept();
  auto ours = t.get(connect(t.loop, listener.local())).value();
  CHECK_FALSE(t.poll(accepting));
  CHECK(calls == 1);
  CHECK(listener.statistic().exhausted.value() == 1);

  t.clock.advance(Listener::back_off);

  CHECK(t.get(std::move(accepting)));
  CHECK(calls == 2);
}
TEST_CASE_TEMPLATE_INVOKE(shortages,
                          std::integral_constant<int, EMFILE>,
                          std::integral_constant<int, ENFILE>,
                          std::integral_constant<int, ENOMEM>,
                          std::integral_constant<int, ENOBUFS>);

// hardening 81, 85
TEST_CASE("a connection that is gone, or a signal, does not stop accepting") {
  IoFixture t;
  auto listener = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
  const ScriptedAccept accept({ECONNABORTED, EPROTO, EINTR, EINTR, EPERM, ENETDOWN});
  auto accepting = listener.accept();

  auto ours = t.get(connect(t.loop, listener.local())).value();

  CHECK(t.get(std::move(accepting)));
  CHECK(calls == 7);
  CHECK(listener.statistic().aborted.value() == 4);
  CHECK(listener.statistic().exhausted.value() == 0);
}

TEST_CASE("a listener that rests may be closed, and the timer goes with it") {
  IoFixture t;
  auto listener = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
  const ScriptedAccept accept({EMFILE});
  auto accepting = listener.accept();
  auto ours = t.get(connect(t.loop, listener.local())).value();
  CHECK_FALSE(t.poll(accepting));

  listener.close();

  CHECK(t.get(std::move(accepting)).error() == Errc::closed);
  CHECK(t.loop.statistic().active_timers == 0);
}
