// SPDX-License-Identifier: MIT
//
// The file of a Unix listener: its permissions, who removes it, and servers that start together.
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <optional>

#include "io/system.hpp"
#include "place.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

/// What happens at the system calls of a bind: after bind(), before listen(), after connect().
Function<void()> when_bound;
Function<void()> at_listen;
Function<void()> at_connect;

/// Runs `script` once: what it does may come here again.
void run_once(Function<void()>& script) {
  Function<void()> once = std::exchange(script, {});
  if (once) once();
}

int listen_after_script(int descriptor, int backlog) {
  run_once(at_listen);
  return ::listen(descriptor, backlog);
}
int bind_before_script(int descriptor, const sockaddr* address, socklen_t size) {
  const int status = ::bind(descriptor, address, size);
  run_once(when_bound);
  return status;
}
int connect_before_script(int descriptor, const sockaddr* address, socklen_t size) {
  const int status = ::connect(descriptor, address, size);
  const int why = errno;
  run_once(at_connect);
  errno = why;
  return status;
}
int no_buffers(int, int) {
  errno = ENOBUFS;
  return -1;
}

class Scripted {
 public:
  explicit Scripted(int (*listen)(int, int) = &listen_after_script) : calls_(detail::kernel_calls) {
    calls_.bind = &bind_before_script;
    calls_.listen = listen;
    calls_.connect = &connect_before_script;
    detail::system_calls = &calls_;
  }
  Scripted(const Scripted&) = delete;
  Scripted& operator=(const Scripted&) = delete;
  ~Scripted() {
    detail::system_calls = &detail::kernel_calls;
    when_bound = {};
    at_listen = {};
    at_connect = {};
  }

 private:
  detail::SystemCalls calls_;
};

/// Leaves a socket at `address` that nobody listens on.
void leave_stale(Fixture& t, const Address& address) {
  std::ignore = Listener::bind(t.loop, address, {.unix_unlink = false}).value();
}

}  // namespace

TEST_CASE("a Unix socket has the permissions that were asked for, whatever the umask") {
  IoFixture t;
  const Place place;
  const Umask strict(077);
  const auto open = Listener::bind(t.loop, place.address("a"), {.unix_mode = 0666}).value();
  const Umask none(0);
  const auto closed = Listener::bind(t.loop, place.address("b"), {.unix_mode = 0600}).value();
  const auto plain = Listener::bind(t.loop, place.address("c")).value();

  CHECK(mode_of(place.file("a")) == 0666);
  CHECK(mode_of(place.file("b")) == 0600);
  CHECK(mode_of(place.file("c")) == 0777);
}

TEST_CASE("a Unix socket is at no moment open to more than was asked for") {
  IoFixture t;
  const Place place;
  const Umask none(0);
  const Scripted kernel;
  std::optional<mode_t> first;
  std::optional<mode_t> meanwhile;
  when_bound = [&] {
    first = mode_of(place.file("socket"));
  };
  at_listen = [&] {
    meanwhile = mode_of(place.file("socket"));
  };

  const auto listener = Listener::bind(t.loop, place.address("socket"), {.unix_mode = 0600});

  CHECK(first == 0600);
  CHECK(meanwhile == 0600);
}

TEST_CASE("a link that takes the place of a Unix socket does not open another's") {
  IoFixture t;
  const Place place;
  const auto theirs = Listener::bind(t.loop, place.address("theirs"), {.unix_mode = 0600}).value();
  const Scripted kernel;
  when_bound = [&] {
    std::filesystem::remove(place.file("ours"));
    std::filesystem::create_symlink(place.file("theirs"), place.file("ours"));
  };

  const auto ours = Listener::bind(t.loop, place.address("ours"), {.unix_mode = 0666});

  CHECK(ours.error() == std::errc::not_a_socket);
  CHECK(mode_of(place.file("theirs")) == 0600);
}

TEST_CASE("the path of a Unix socket goes with its listener") {
  IoFixture t;
  const Place place;
  auto closed = Listener::bind(t.loop, place.address("closed")).value();
  auto finished = Listener::bind(t.loop, place.address("finished")).value();
  std::ignore = Listener::bind(t.loop, place.address("destroyed")).value();
  CHECK(std::filesystem::exists(place.file("closed")));

  closed.close();
  finished.finish();

  CHECK_FALSE(std::filesystem::exists(place.file("closed")));
  CHECK_FALSE(std::filesystem::exists(place.file("finished")));
  CHECK_FALSE(std::filesystem::exists(place.file("destroyed")));
}

TEST_CASE("the path of a Unix socket goes with its loop") {
  const Place place;
  auto loop = std::make_unique<Loop>();
  auto listener = Listener::bind(*loop, place.address("socket")).value();

  loop.reset();

  CHECK_FALSE(std::filesystem::exists(place.file("socket")));
}

TEST_CASE("the path of a Unix socket stays if the options say so") {
  IoFixture t;
  const Place place;

  leave_stale(t, place.address("socket"));

  CHECK(std::filesystem::exists(place.file("socket")));
}

TEST_CASE("a path that another has taken meanwhile stays when the listener goes") {
  IoFixture t;
  const Place place;
  auto first = Listener::bind(t.loop, place.address("socket")).value();
  auto second = Listener::bind(t.loop, place.address("file")).value();
  std::filesystem::remove(place.file("socket"));
  const auto successor = Listener::bind(t.loop, place.address("socket")).value();
  std::filesystem::remove(place.file("file"));
  std::ofstream(place.file("file")) << "precious";

  first.close();
  second.close();

  CHECK(std::filesystem::exists(place.file("file")));
  CHECK(t.get(connect(t.loop, place.address("socket"))));
}

TEST_CASE("the path of an adopted socket stays, for whoever bound it") {
  IoFixture t;
  const Place place;
  const Address address = place.address("socket");
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(::bind(socket,
                 static_cast<const sockaddr*>(address.data()),
                 static_cast<socklen_t>(address.size())) == 0);

  std::ignore = Listener::adopt(t.loop, socket).value();

  CHECK(std::filesystem::exists(place.file("socket")));
}

TEST_CASE("a socket that is bound and does not listen yet is not taken for a stale one") {
  IoFixture t;
  const Place place;
  const Scripted kernel;
  std::optional<Result<Listener>> rival;
  at_listen = [&] {
    rival = Listener::bind(t.loop, place.address("socket"));
  };

  const auto listener = Listener::bind(t.loop, place.address("socket"));

  CHECK(listener);
  CHECK(rival->error() == std::errc::device_or_resource_busy);
  CHECK(says(rival->error(), "another server is starting there, its directory is locked"));
  CHECK(t.get(connect(t.loop, place.address("socket"))));
}

TEST_CASE("a server cannot come between the proof that a socket is stale and its removal") {
  IoFixture t;
  const Place place;
  leave_stale(t, place.address("socket"));
  const Scripted kernel;
  std::optional<Result<Listener>> rival;
  at_connect = [&] {
    rival = Listener::bind(t.loop, place.address("socket"));
  };

  const auto listener = Listener::bind(t.loop, place.address("socket"));

  CHECK(listener);
  CHECK(says(rival->error(), "another server is starting there"));
}

TEST_CASE("the lock of a directory ends with the start of a server") {
  IoFixture t;
  const Place place;
  const auto first = Listener::bind(t.loop, place.address("first")).value();

  CHECK(Listener::bind(t.loop, place.address("second")));
}

TEST_CASE("a start that fails after the path was made leaves none") {
  IoFixture t;
  const Place place;
  const Scripted kernel(&no_buffers);

  const auto listener = Listener::bind(t.loop, place.address("socket"));

  CHECK(listener.error() == std::errc::no_buffer_space);
  CHECK_FALSE(std::filesystem::exists(place.file("socket")));
}

// hardening 87
TEST_CASE("a path whose directory is a file says so") {
  IoFixture t;
  const Place place;
  std::ofstream(place.file("file")) << "no directory";

  const auto listener = Listener::bind(t.loop, place.address("file/socket"));

  CHECK(says(listener.error(), "a part of the path is no directory"));
}
