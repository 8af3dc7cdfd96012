// SPDX-License-Identifier: MIT
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "io/system.hpp"
#include "place.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

/// Binds as a user without privileges, in a child, and gives the message it gets.
std::string message_without_privileges(const Address& address) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    std::string text = "cannot become another user";
    if (setuid(65534) == 0 || geteuid() != 0) {
      Loop* const loop = this_thread_loop();
      const auto listener = Listener::bind(*loop, address);
      text = listener ? "bound" : listener.error().message();
    }
    std::ignore = write(ends[1], text.data(), text.size());
    _exit(0);
  }
  close(ends[1]);
  char text[512];
  const ssize_t size = read(ends[0], text, sizeof text);
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

TEST_CASE("the address says of which family the socket is, and port 0 becomes a real one") {
  IoFixture t;
  const auto four = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
  const auto six = Listener::bind(t.loop, "[::1]:0"_addr).value();
  const auto local = Listener::bind(t.loop, "unix:@eddy-family"_addr).value();

  CHECK(four.local().ipv4());
  CHECK(four.local().port() != 0);
  CHECK(six.local().ipv6());
  CHECK(six.local().port() != 0);
  CHECK(local.local() == "unix:@eddy-family"_addr);
}

// hardening 86
TEST_CASE("a port in use says which process has it, and what to do") {
  IoFixture t;
  auto listener = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();

  const auto second = Listener::bind(t.loop, listener.local());

  CHECK(second.error() == std::errc::address_in_use);
  CHECK(says(second.error(), "listen on " + listener.local().to_string()));
  CHECK(says(second.error(), "pid " + std::to_string(getpid()) + " ("));
  CHECK(says(second.error(), "stop it or choose another port"));
}

// hardening 86
TEST_CASE("a port below 1024 without privileges says what is needed") {
  IoFixture t;

  const std::string message = message_without_privileges("127.0.0.1:81"_addr);

  CHECK(message.find("CAP_NET_BIND_SERVICE") != std::string::npos);
}

// hardening 86
TEST_CASE("an address of no interface says so") {
  IoFixture t;

  const auto listener = Listener::bind(t.loop, "192.0.2.1:0"_addr);

  CHECK(listener.error() == std::errc::address_not_available);
  CHECK(says(listener.error(), "no interface of this machine has the address"));
}

TEST_CASE("no address cannot be listened on") {
  IoFixture t;

  CHECK(Listener::bind(t.loop, Address()).error() == Errc::invalid);
}

// hardening 87
TEST_CASE("a Unix path is listened on, and its stale socket is replaced") {
  IoFixture t;
  const Place place;
  const Address address = place.address("socket");
  auto first = Listener::bind(t.loop, address, {.unix_unlink = false}).value();
  first.close();
  CHECK(std::filesystem::exists(place.file("socket")));

  auto second = Listener::bind(t.loop, address).value();
  auto accepting = second.accept();
  auto ours = t.get(connect(t.loop, address)).value();
  ours.write("hello");

  CHECK(t.get(t.get(std::move(accepting)).value().read()).value() == "hello");
}

// hardening 87
TEST_CASE("a Unix socket that somebody listens on is left alone") {
  IoFixture t;
  const Place place;
  auto first = Listener::bind(t.loop, place.address("socket")).value();

  const auto second = Listener::bind(t.loop, place.address("socket"));

  CHECK(second.error() == std::errc::address_in_use);
  CHECK(says(second.error(), "somebody listens there"));
  CHECK(t.get(connect(t.loop, place.address("socket"))));
}

// hardening 87
TEST_CASE("a Unix socket whose queue is full is not taken for a stale one") {
  IoFixture t;
  const Place place;
  const Address address = place.address("socket");
  const auto first = Listener::bind(t.loop, address, {.backlog = 0}).value();
  const detail::Descriptor client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto* const name = static_cast<const sockaddr*>(address.data());
  REQUIRE(::connect(client.number(), name, static_cast<socklen_t>(address.size())) == 0);

  const auto second = Listener::bind(t.loop, address);

  CHECK(second.error() == std::errc::address_in_use);
  CHECK(std::filesystem::exists(place.file("socket")));
}

TEST_CASE("a Unix path that is something else is left alone") {
  IoFixture t;
  const Place place;
  mkdir(place.file("directory").c_str(), 0700);
  std::ofstream(place.file("file")) << "precious";

  const auto directory = Listener::bind(t.loop, place.address("directory"));
  const auto file = Listener::bind(t.loop, place.address("file"));

  CHECK(says(directory.error(), "the path is a directory"));
  CHECK(says(file.error(), "the path is a file that is no socket"));
  CHECK(std::filesystem::file_size(place.file("file")) == 8);
}

// hardening 87
TEST_CASE("a Unix path in no directory says so, one that is too long is no address") {
  IoFixture t;
  const Place place;

  CHECK(says(Listener::bind(t.loop, place.address("no/such")).error(), "no such directory"));
  CHECK_FALSE(Address::parse("unix:/" + std::string(108, 'x')));
}

TEST_CASE("a directory that may be written to and not read can still be listened in") {
  IoFixture t;
  const Place place;
  chmod(place.file(".").c_str(), 0733);

  CHECK(message_without_privileges(place.address("socket")) == "bound");
}

TEST_CASE("a directory that lets this user not in says so") {
  IoFixture t;
  const Place place;

  const std::string message = message_without_privileges(place.address("socket"));

  CHECK(message.find("the directory does not let this user in") != std::string::npos);
}
