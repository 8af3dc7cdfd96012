// SPDX-License-Identifier: MIT
#include <eddy/io/pipe.hpp>
#include <eddy/io/unix_stream.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <vector>

#include "support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

/// A pipe of the kernel, and whether it is one that a descriptor leads to.
struct RawPipe {
  OwnedDescriptor reader;
  OwnedDescriptor writer;

  RawPipe() {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    reader = OwnedDescriptor(ends[0]);
    writer = OwnedDescriptor(ends[1]);
  }
  /// What comes out of the pipe when `text` is written to `descriptor`.
  std::string through(const OwnedDescriptor& descriptor, std::string_view text) const {
    REQUIRE(write(descriptor.number(), text.data(), text.size()) ==
            static_cast<ssize_t>(text.size()));
    std::string room(text.size(), '\0');
    REQUIRE(read(reader.number(), room.data(), room.size()) == static_cast<ssize_t>(room.size()));
    return room;
  }
};

/// Sends `count` descriptors in one message, as a peer that is not eddy may.
void send_at_once(int socket, int descriptor, std::size_t count) {
  std::vector<char> control(CMSG_SPACE(count * sizeof(int)));
  char octet = 'x';
  iovec part{&octet, 1};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(count * sizeof(int));
  const std::vector<int> all(count, descriptor);
  std::memcpy(CMSG_DATA(header), all.data(), count * sizeof(int));
  REQUIRE(sendmsg(socket, &message, MSG_NOSIGNAL) == 1);
}

/// For as long as it lives the process can open so many more descriptors.
class FewDescriptors {
 public:
  explicit FewDescriptors(std::size_t more) {
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before_) == 0);
    rlimit few = before_;
    const OwnedDescriptor next(fcntl(0, F_DUPFD_CLOEXEC, 0));
    few.rlim_cur = static_cast<rlim_t>(next.number()) + more;
    REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
  }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;
  ~FewDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("a descriptor is passed to the peer, who has a copy that is closed on exec") {
  IoFixture t;
  auto [ours, theirs] = UnixStream::pair(t.loop).value();
  const RawPipe pipe;
  auto received = theirs.receive_descriptor();
  CHECK_FALSE(t.poll(received));

  CHECK(ours.send_descriptor(pipe.writer.number(), "here"));

  const OwnedDescriptor copy = t.get(std::move(received)).value();
  CHECK(copy.number() != pipe.writer.number());
  CHECK(pipe.through(copy, "hello") == "hello");
  CHECK((fcntl(copy.number(), F_GETFD) & FD_CLOEXEC) != 0);
  CHECK(t.get(theirs.read()).value() == "here");
}

TEST_CASE("the caller may close the descriptor as soon as it is sent") {
  IoFixture t;
  auto [ours, theirs] = UnixStream::pair(t.loop).value();
  RawPipe pipe;
  CHECK(ours.send_descriptor(pipe.writer.number(), "x"));
  pipe.writer.close();

  const OwnedDescriptor copy = t.get(theirs.receive_descriptor()).value();

  CHECK(pipe.through(copy, "hello") == "hello");
}

TEST_CASE("descriptors come in the order in which they were sent, and so do octets") {
  IoFixture t;
  auto [ours, theirs] = UnixStream::pair(t.loop).value();
  const RawPipe first;
  const RawPipe second;
  ours.write("begin,");
  CHECK(ours.send_descriptor(first.writer.number(), "one,"));
  ours.write("between,");
  CHECK(ours.send_descriptor(second.writer.number(), "two,"));
  ours.write("end");

  auto one = theirs.receive_descriptor();
  auto two = theirs.receive_descriptor();

  CHECK(first.through(t.get(std::move(one)).value(), "1") == "1");
  CHECK(second.through(t.get(std::move(two)).value(), "2") == "2");
  CHECK(t.get(theirs.read_exactly(25)).value() == "begin,one,between,two,end");
}

TEST_CASE("a descriptor that follows more than the socket takes comes when the peer has read") {
  IoFixture t;
  auto [ours, theirs] = UnixStream::pair(t.loop).value();
  const RawPipe pipe;
  const std::string much(2'000'000, 'x');
  ours.write(much);
  CHECK(ours.send_descriptor(pipe.writer.number(), "!"));
  auto received = theirs.receive_descriptor();
  CHECK_FALSE(t.poll(received));

  CHECK(t.get(theirs.read_exactly(much.size())).value() == much);

  CHECK(pipe.through(t.get(std::move(received)).value(), "hello") == "hello");
  CHECK(t.get(theirs.read()).value() == "!");
}

TEST_CASE("what was sent is sent by closing, the descriptor too") {
  IoFixture t;
  auto [ours, theirs] = UnixStream::pair(t.loop).value();
  const RawPipe pipe;
  ours.write("a");
  CHECK(ours.send_descriptor(pipe.writer.number(), "b"));
  ours.write("c");
  ours = {};

  const OwnedDescriptor copy = t.get(theirs.receive_descriptor()).value();

  CHECK(pipe.through(copy, "hello") == "hello");
  CHECK(t.get(theirs.read_exactly(3)).value() == "abc");
}

TEST_CASE("descriptors that nobody took are closed with the stream") {
  IoFixture t;
  auto [ours, theirs] = UnixStream::pair(t.loop).value();
  const RawPipe pipe;
  const std::size_t before = open_descriptors();
  CHECK(ours.send_descriptor(pipe.writer.number(), "x"));
  CHECK(ours.send_descriptor(pipe.writer.number(), "y"));
  CHECK(t.get(theirs.read_exactly(2)));
  CHECK(open_descriptors() == before + 2);

  theirs = {};
  t.run_until_idle();

  CHECK(open_descriptors() == before - 1);
}

TEST_CASE("a descriptor is lost to nobody when the future that waits for it is dropped") {
  IoFixture t;
  auto [ours, theirs] = UnixStream::pair(t.loop).value();
  const RawPipe pipe;
  auto dropped = theirs.receive_descriptor();
  CHECK_FALSE(t.poll(dropped));
  dropped = {};
  CHECK(ours.send_descriptor(pipe.writer.number(), "x"));

  const OwnedDescriptor copy = t.get(theirs.receive_descriptor()).value();

  CHECK(pipe.through(copy, "hello") == "hello");
}

TEST_CASE("a descriptor that has come is closed with the future that nobody reads") {
  IoFixture t;
  auto [ours, theirs] = UnixStream::pair(t.loop).value();
  const RawPipe pipe;
  const std::size_t before = open_descriptors();
  auto received = theirs.receive_descriptor();
  CHECK(ours.send_descriptor(pipe.writer.number(), "x"));
  CHECK(t.poll(received));
  CHECK(open_descriptors() == before + 1);

  received = {};

  CHECK(open_descriptors() == before);
}

TEST_CASE("waiting for a descriptor ends with the stream") {
  IoFixture t;
  auto [ours, theirs] = UnixStream::pair(t.loop).value();
  auto at_end = theirs.receive_descriptor();
  CHECK_FALSE(t.poll(at_end));
  CHECK(t.get(ours.shutdown()));
  CHECK(t.get(std::move(at_end)).error() == Errc::end_of_stream);
  CHECK(t.get(theirs.receive_descriptor()).error() == Errc::end_of_stream);

  auto at_close = ours.receive_descriptor();
  CHECK_FALSE(t.poll(at_close));
  ours.close();

  CHECK(t.get(std::move(at_close)).error() == Errc::closed);
}

TEST_CASE("no more than so many descriptors wait to be sent") {
  IoFixture t;
  auto [ours, theirs] = UnixStream::pair(t.loop).value();
  const RawPipe pipe;
  for (std::size_t i = 0; i < UnixStream::max_descriptors; ++i)
    REQUIRE(ours.send_descriptor(pipe.writer.number(), "x"));

  CHECK(ours.send_descriptor(pipe.writer.number(), "x").error() == Errc::overloaded);
}

TEST_CASE("a peer that sends more descriptors than are taken kills the stream, and none leaks") {
  IoFixture t;
  auto [ours, theirs] = UnixStream::pair(t.loop).value();
  const RawPipe pipe;
  const std::size_t before = open_descriptors();
  auto waiting = theirs.read_exactly(1000);
  for (std::size_t i = 0; i <= UnixStream::max_descriptors; ++i) {
    REQUIRE(ours.send_descriptor(pipe.writer.number(), "x"));
    t.run_until_idle();
  }

  CHECK(t.get(std::move(waiting)).error() == Errc::overloaded);
  CHECK(open_descriptors() == before - 1);
}

TEST_CASE("a peer that sends too many descriptors in one message kills the stream") {
  IoFixture t;
  auto [ours, theirs] = UnixStream::pair(t.loop).value();
  const RawPipe pipe;
  const std::size_t before = open_descriptors();
  auto waiting = theirs.receive_descriptor();

  send_at_once(ours.native_handle(), pipe.writer.number(), UnixStream::max_descriptors + 1);

  CHECK(t.get(std::move(waiting)).value().number() >= 0);
  CHECK(t.get(theirs.read_exactly(10)).error() == Errc::overloaded);
  CHECK(open_descriptors() == before - 1);
}

TEST_CASE("descriptors that the process has no room for kill the stream and say so") {
  IoFixture t;
  auto [ours, theirs] = UnixStream::pair(t.loop).value();
  const RawPipe pipe;
  auto waiting = theirs.receive_descriptor();
  CHECK_FALSE(t.poll(waiting));
  send_at_once(ours.native_handle(), pipe.writer.number(), 3);

  const FewDescriptors few(1);
  t.run_until_idle();

  CHECK(t.get(std::move(waiting)).error() == std::errc::too_many_files_open);
}

TEST_CASE("a descriptor is refused without octets, when it is none, and after the end") {
  IoFixture t;
  auto [ours, theirs] = UnixStream::pair(t.loop).value();

  CHECK(ours.send_descriptor(0, "").error() == Errc::invalid);
  CHECK(ours.send_descriptor(-1, "x").error() == std::errc::bad_file_descriptor);
  CHECK(t.get(ours.shutdown()));
  const std::size_t before = open_descriptors();
  CHECK(ours.send_descriptor(0, "x").error() == Errc::closed);
  CHECK(open_descriptors() == before);
  ours.close();
  CHECK(ours.send_descriptor(0, "x").error() == Errc::closed);
}

TEST_CASE("a stream knows who its peer is") {
  IoFixture t;
  auto [ours, theirs] = UnixStream::pair(t.loop).value();

  const PeerCredentials peer = ours.peer_credentials().value();

  CHECK(peer.process == getpid());
  CHECK(peer.user == getuid());
  CHECK(peer.group == getgid());
  ours.close();
  CHECK(ours.peer_credentials().error() == Errc::closed);
}

TEST_CASE("what connect and a listener give becomes a UnixStream, by path and by abstract name") {
  IoFixture t;
  auto listener = Listener::bind(t.loop, "unix:@eddy-unix-stream-test"_addr).value();
  auto accepting = listener.accept().then(UnixStream::from);
  auto ours = t.get(connect(t.loop, listener.local()).then(UnixStream::from)).value();
  auto theirs = t.get(std::move(accepting)).value();
  const RawPipe pipe;

  CHECK(theirs.send_descriptor(pipe.writer.number(), "x"));

  CHECK(pipe.through(t.get(ours.receive_descriptor()).value(), "hello") == "hello");
  CHECK(theirs.peer_credentials().value().process == getpid());
}

TEST_CASE("a stream that is no Unix socket, was used, or is closed does not become a UnixStream") {
  IoFixture t;
  TcpPair tcp = a_tcp_pair(t);
  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  auto used = TcpStream::adopt(t.loop, ends[0]).value();
  auto peer = TcpStream::adopt(t.loop, ends[1]).value();
  peer.write("hello");
  CHECK(t.get(used.read_exactly(1)));

  CHECK(UnixStream::from(std::move(tcp.ours)).error() == Errc::invalid);
  CHECK(UnixStream::from(std::move(used)).error() == Errc::invalid);
  CHECK(UnixStream::from(TcpStream()).error() == Errc::closed);
  CHECK(UnixStream::adopt(t.loop, -1).error() == std::errc::bad_file_descriptor);
}

TEST_CASE("octets alone go both ways, with half-close") {
  IoFixture t;
  auto [ours, theirs] = UnixStream::pair(t.loop).value();
  ours.write("question");
  CHECK(t.get(ours.shutdown()));
  CHECK(t.get(theirs.read_exactly(8)).value() == "question");
  CHECK(t.get(theirs.read()).error() == Errc::end_of_stream);

  theirs.write("answer");

  CHECK(t.get(ours.read()).value() == "answer");
}
