// SPDX-License-Identifier: MIT
//
// Socket activation: what LISTEN_FDS and its like say, and listeners over passed sockets.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "io/passed_environment.hpp"
#include "place.hpp"

using namespace eddy;
using namespace eddy::testing;
using eddy::detail::PassedEnvironment;
using eddy::detail::read_passed;

namespace {

/// Sockets as a service manager has them: next to each other, and inherited by children.
class Manager {
 public:
  explicit Manager(const std::vector<Address>& addresses) {
    const int reserved = fcntl(0, F_DUPFD, first);  // where there is room
    ::close(reserved);
    REQUIRE(reserved == first);
    for (const Address& address : addresses)
      add(address);
  }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;
  ~Manager() {
    for (int socket : sockets_)
      ::close(socket);
  }
  int at(std::size_t index) const { return sockets_[index]; }

  static constexpr int first = 700;

 private:
  void add(const Address& address) {
    const int made = ::socket(address.family(), SOCK_STREAM, 0);
    const int socket = fcntl(made, F_DUPFD, first);
    ::close(made);
    sockets_.push_back(socket);
    REQUIRE(socket == first + static_cast<int>(sockets_.size()) - 1);
    REQUIRE(::bind(socket,
                   static_cast<const sockaddr*>(address.data()),
                   static_cast<socklen_t>(address.size())) == 0);
    REQUIRE(::listen(socket, 8) == 0);
  }

  std::vector<int> sockets_;
};

/// What a program tells that was started with `socket` as its only passed one, by the name "http".
std::string told_by_child(int socket) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    const int out = fcntl(ends[1], F_DUPFD, 100);
    dup2(socket, detail::first_passed);
    setenv("LISTEN_FDS", "1", 1);
    setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
    setenv("LISTEN_FDNAMES", "http", 1);
    const auto passed = PassedSockets::take();
    const std::string text = passed ? passed->listen_on("http").value().to_string() +
                                          (getenv("LISTEN_FDS") == nullptr ? ", once" : "")
                                    : passed.error().message();
    std::ignore = write(out, text.data(), text.size());
    _exit(0);
  }
  close(ends[1]);
  char text[512];
  const ssize_t size = read(ends[0], text, sizeof text);
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return {text, static_cast<std::size_t>(size)};
}

constexpr pid_t self = 4711;

/// Why what is passed is refused.
std::string refusal(const PassedEnvironment& environment) {
  const auto sockets = read_passed(environment, self, Manager::first);
  return sockets ? "none" : std::string(sockets.error().context());
}

std::vector<PassedSocket> taken(const PassedEnvironment& environment) {
  return read_passed(environment, self, Manager::first).value();
}

}  // namespace

TEST_CASE("without LISTEN_FDS no socket was passed, and that is no error") {
  CHECK(taken({}).empty());
  CHECK(taken({.count = nullptr, .pid = "junk", .names = "a:b"}).empty());
}

TEST_CASE("passed sockets have their names and addresses, and children do not inherit them") {
  IoFixture t;
  const Manager manager({"127.0.0.1:0"_addr, "unix:@eddy-passed"_addr});

  const auto sockets = taken({"2", "4711", "http:admin"});

  REQUIRE(sockets.size() == 2);
  CHECK(sockets[0].name() == "http");
  CHECK(sockets[0].local().loopback());
  CHECK(sockets[1].name() == "admin");
  CHECK(sockets[1].local() == "unix:@eddy-passed"_addr);
  CHECK((fcntl(manager.at(0), F_GETFD) & FD_CLOEXEC) != 0);
  CHECK((fcntl(manager.at(1), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("passed sockets without names are all unknown") {
  IoFixture t;
  const Manager manager({"127.0.0.1:0"_addr});

  CHECK(taken({"1", "4711", nullptr}).front().name() == "unknown");
}

// hardening 232
TEST_CASE("sockets for another process are refused with the reason") {
  CHECK(refusal({"1", "4712", nullptr}) ==
        "passed sockets: they are for process 4712 (LISTEN_PID), and this is 4711; was the program "
        "started by a script without exec?");
  CHECK(refusal({"1", nullptr, nullptr}) ==
        "passed sockets: LISTEN_FDS is set, but LISTEN_PID is not");
  CHECK(refusal({"1", "me", nullptr}) ==
        "passed sockets: LISTEN_PID is \"me\", which is no process");
  CHECK(refusal({"1", "", nullptr}) == "passed sockets: LISTEN_PID is \"\", which is no process");
}

// hardening 232
TEST_CASE("a number of sockets that makes no sense is refused with the reason") {
  const std::string expected = ", expected a number from 1 to 1024";

  CHECK(refusal({"0", "4711", nullptr}) == "passed sockets: LISTEN_FDS is \"0\"" + expected);
  CHECK(refusal({"", "4711", nullptr}) == "passed sockets: LISTEN_FDS is \"\"" + expected);
  CHECK(refusal({"-1", "4711", nullptr}) == "passed sockets: LISTEN_FDS is \"-1\"" + expected);
  CHECK(refusal({"1 ", "4711", nullptr}) == "passed sockets: LISTEN_FDS is \"1 \"" + expected);
  CHECK(refusal({"1025", "4711", nullptr}) == "passed sockets: LISTEN_FDS is \"1025\"" + expected);
  CHECK(refusal({"99999999999999999999", "4711", nullptr}) ==
        "passed sockets: LISTEN_FDS is \"99999999999999999999\"" + expected);
}

// hardening 232
TEST_CASE("more sockets than there are descriptors are refused with the reason") {
  IoFixture t;
  const Manager manager({"127.0.0.1:0"_addr});

  CHECK(refusal({"2", "4711", nullptr}) ==
        "passed sockets: descriptor 701 is not open, so that LISTEN_FDS is wrong");
  CHECK((fcntl(manager.at(0), F_GETFD) & FD_CLOEXEC) == 0);  // nothing has been changed
}

// hardening 232
TEST_CASE("a passed descriptor that is no socket is refused with the reason") {
  IoFixture t;
  const int file = open("/dev/null", O_RDONLY);
  REQUIRE(dup2(file, Manager::first) == Manager::first);

  CHECK(refusal({"1", "4711", nullptr}) ==
        "passed sockets: descriptor 700 is no socket, so that LISTEN_FDS is wrong");

  close(file);
  close(Manager::first);
}

// hardening 232
TEST_CASE("names that are not as many as the sockets are refused with the reason") {
  CHECK(refusal({"2", "4711", "http"}) ==
        "passed sockets: LISTEN_FDNAMES has 1 names for 2 descriptors");
  CHECK(refusal({"1", "4711", "a:b"}) ==
        "passed sockets: LISTEN_FDNAMES has 2 names for 1 descriptors");
}

TEST_CASE("a listener over a passed socket tells its address and accepts") {
  IoFixture t;
  const Manager manager({"127.0.0.1:0"_addr});
  const ListenOn where = taken({"1", "4711", "http"}).front();

  auto listener = Listener::bind(t.loop, where).value();
  auto accepting = listener.accept();
  const auto ours = t.get(connect(t.loop, where.address())).value();

  CHECK(listener.local() == where.address());
  CHECK(listener.local().port() != 0);
  CHECK(t.get(std::move(accepting)));
  CHECK(where.to_string() == where.address().to_string() + ", passed as http");
}

TEST_CASE("a passed socket can be listened on again when its listener is gone") {
  IoFixture t;
  const Manager manager({"127.0.0.1:0"_addr});
  const ListenOn where = taken({"1", "4711", "http"}).front();
  Listener::bind(t.loop, where).value().close();
  auto early = connect(t.loop, where.address());  // waits in the kernel, and is not lost

  auto listener = Listener::bind(t.loop, where).value();

  CHECK(t.get(listener.accept()));
  CHECK(t.get(std::move(early)));
}

TEST_CASE("a passed socket that cannot listen is refused with the reason") {
  IoFixture t;
  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  const int datagrams = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int unbound = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto listen = [&](int descriptor) {
    return Listener::bind(t.loop, PassedSocket("http", descriptor)).error();
  };

  CHECK(says(listen(ends[0]), "it is a connection; does the unit of systemd say Accept=yes?"));
  CHECK(says(listen(datagrams), "it is no stream socket"));
  CHECK(says(listen(unbound), "it is not bound to an address"));
  CHECK(says(listen(datagrams), "passed as http"));
  CHECK(listen(datagrams) == Errc::invalid);

  close(ends[0]), close(ends[1]), close(datagrams), close(unbound);
}

TEST_CASE("a descriptor that is no socket, or none at all, is not adopted") {
  IoFixture t;

  CHECK(Listener::adopt(t.loop, open("/dev/null", O_RDONLY)).error() == std::errc::not_a_socket);
  CHECK(Listener::adopt(t.loop, -1).error() == std::errc::bad_file_descriptor);
}

TEST_CASE("the socket of a name is listened on, or else the address that is given instead") {
  const PassedSockets passed({{"http", 700}, {"admin", 701}, {"twice", 702}, {"twice", 703}});
  const Address instead = "127.0.0.1:80"_addr;

  CHECK(passed.listen_on("admin").value().passed()->native_handle() == 701);
  CHECK(passed.listen_on("admin", instead).value().passed()->native_handle() == 701);
  CHECK(passed.listen_on("other", instead).value().address() == instead);
  CHECK(says(passed.listen_on("other").error(),
             "none is named \"other\", there are \"http\" \"admin\" \"twice\" \"twice\""));
  CHECK(says(passed.listen_on("twice", instead).error(), "several are named \"twice\""));
  CHECK(says(PassedSockets({}).listen_on("http").error(), "none was passed"));
  CHECK(passed.all()[2].name() == "twice");
}

TEST_CASE("what was passed is taken once, and children do not see it") {
  setenv("LISTEN_FDS", "1", 1);
  setenv("LISTEN_PID", "1", 1);
  CHECK_FALSE(PassedSockets::take());
  CHECK(getenv("LISTEN_FDS") != nullptr);
  unsetenv("LISTEN_FDS");

  CHECK(PassedSockets::take().value().size() == 0);

  CHECK(getenv("LISTEN_PID") == nullptr);
  CHECK(getenv("LISTEN_FDNAMES") == nullptr);
}

TEST_CASE("a program that is started with a socket finds it, once") {
  IoFixture t;
  const Manager manager({"unix:@eddy-passed-to-child"_addr});

  CHECK(told_by_child(manager.at(0)) == "unix:@eddy-passed-to-child, passed as http, once");
}
