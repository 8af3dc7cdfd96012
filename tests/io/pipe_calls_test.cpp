// SPDX-License-Identifier: MIT
//
// hardening 84 and 85 for pipes, Unix sockets and terminals: the system calls are interrupted, cut
// short, refused, and fail.
#include <eddy/io/standard_streams.hpp>
#include <eddy/io/tty.hpp>
#include <eddy/io/unix_stream.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "io/pipe_calls.hpp"
#include "io/thread_stream.hpp"
#include "terminal.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

/// Of three calls the first is interrupted by a signal, the second comes too early.
enum class Fault { none, interrupted, too_early };

template <auto>
Fault next_fault() {
  static unsigned count = 0;
  return static_cast<Fault>((++count) % 3);
}

int fail(int error) {
  errno = error;
  return -1;
}

/// Whether this call is to fail, by EINTR; and where a call may, by EAGAIN.
template <auto call, class... Args>
int interrupted(Args... args) {
  return next_fault<call>() == Fault::interrupted ? fail(EINTR) : call(args...);
}

constexpr int in_order() {
  return 0;
}

ssize_t read_one(int descriptor, void* room, std::size_t) {
  const Fault fault = next_fault<&read_one>();
  if (fault != Fault::none) return fail(fault == Fault::interrupted ? EINTR : EAGAIN);
  return ::read(descriptor, room, 1);
}

ssize_t write_one(int descriptor, const iovec* parts, int) {
  const Fault fault = next_fault<&write_one>();
  if (fault != Fault::none) return fail(fault == Fault::interrupted ? EINTR : EAGAIN);
  return ::write(descriptor, parts->iov_base, 1);
}

ssize_t receive_one(int descriptor, msghdr* message, int flags) {
  const Fault fault = next_fault<&receive_one>();
  if (fault != Fault::none) return fail(fault == Fault::interrupted ? EINTR : EAGAIN);
  message->msg_iov->iov_len = 1;
  return ::recvmsg(descriptor, message, flags);
}

ssize_t send_one(int descriptor, const msghdr* message, int flags) {
  const Fault fault = next_fault<&send_one>();
  if (fault != Fault::none) return fail(fault == Fault::interrupted ? EINTR : EAGAIN);
  msghdr cut = *message;
  iovec part{message->msg_iov->iov_base, 1};
  cut.msg_iov = &part;
  cut.msg_iovlen = 1;
  return ::sendmsg(descriptor, &cut, flags);
}

constexpr detail::PipeCalls troubled_calls{
    .pipe2 = &interrupted<&::pipe2, int*, int>,
    .open =
        [](const char* path, int flags) {
          return next_fault<&in_order>() == Fault::interrupted ? fail(EINTR) : ::open(path, flags);
        },
    .duplicate =
        [](int descriptor) {
          return next_fault<&::dup>() == Fault::interrupted
                     ? fail(EINTR)
                     : ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
        },
    .read = &read_one,
    .writev = &write_one,
    .recvmsg = &receive_one,
    .sendmsg = &send_one,
    .tcgetattr = &interrupted<&::tcgetattr, int, termios*>,
    .tcsetattr = &interrupted<&::tcsetattr, int, int, const termios*>,
};

/// The calls that a test sees for as long as it lives.
class Calls {
 public:
  explicit Calls(const detail::PipeCalls& calls) { detail::pipe_calls = &calls; }
  Calls(const Calls&) = delete;
  Calls& operator=(const Calls&) = delete;
  ~Calls() { detail::pipe_calls = &detail::kernel_pipe_calls; }
};

int out_of_descriptors(int) {
  return fail(EMFILE);
}

}  // namespace

TEST_CASE("hardening 84, 85: octets come whole through a pipe in trouble") {
  IoFixture t;
  const Calls calls(troubled_calls);
  auto [reader, writer] = Pipe::make(t.loop).value();
  writer.write("all of it");
  auto ended = writer.shutdown();

  CHECK(t.get(reader.read_exactly(9)).value() == "all of it");
  CHECK(t.get(std::move(ended)));
  CHECK(t.get(reader.read()).error() == Errc::end_of_stream);
}

TEST_CASE("hardening 84, 85: octets and a descriptor come whole through a socket in trouble") {
  IoFixture t;
  const Calls calls(troubled_calls);
  auto [ours, theirs] = UnixStream::pair(t.loop).value();
  ours.write("before,");
  CHECK(ours.send_descriptor(STDIN_FILENO, "with,"));
  ours.write("after");

  CHECK(t.get(theirs.receive_descriptor()).value().number() >= 0);
  CHECK(t.get(theirs.read_exactly(17)).value() == "before,with,after");
}

TEST_CASE("hardening 84, 85: octets come whole through a borrowed socket in trouble") {
  PipeFixture t;
  const Calls calls(troubled_calls);
  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  const OwnedDescriptor first(ends[0]);
  const OwnedDescriptor second(ends[1]);
  Stream ours = borrow_stream(t.loop, ends[0], Direction::out).value();
  Stream theirs = borrow_stream(t.loop, ends[1], Direction::in).value();

  ours.write("all of it");

  CHECK(t.get(theirs.read_exactly(9)).value() == "all of it");
}

TEST_CASE("hardening 84, 85: octets come whole through threads in trouble") {
  PipeFixture t;
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  auto& impl = detail::LoopImpl::of(t.loop);
  Stream reader =
      detail::stream_in_thread(impl, detail::Descriptor(ends[0]), Direction::in, EDDY_HERE).value();
  Stream writer =
      detail::stream_in_thread(impl, detail::Descriptor(ends[1]), Direction::out, EDDY_HERE)
          .value();
  const Calls calls(troubled_calls);

  writer.write("all of it");

  CHECK(t.get(reader.read_exactly(9)).value() == "all of it");
  CHECK(t.get(writer.shutdown()));
  reader.close();
}

TEST_CASE("hardening 85: signals while a terminal is changed have no effect") {
  const Terminal terminal;
  const Calls calls(troubled_calls);
  const Tty tty = Tty::of(terminal.slave.number()).value();
  {
    const TtyMode first = tty.mode(TtyMode::Kind::cbreak).value();
    const TtyMode second = tty.mode(TtyMode::Kind::raw).value();
    CHECK_FALSE(terminal.cooked());
  }

  CHECK(terminal.cooked());
}

TEST_CASE("a terminal that cannot be changed is an error, and nothing leaks") {
  const Terminal terminal;
  const Tty tty = Tty::of(terminal.slave.number()).value();
  const std::size_t before = open_descriptors();
  detail::PipeCalls failing = detail::kernel_pipe_calls;
  failing.tcsetattr = [](int, int, const termios*) {
    return fail(EIO);
  };
  const Calls calls(failing);

  CHECK(tty.mode(TtyMode::Kind::raw).error() == std::errc::io_error);
  CHECK(open_descriptors() == before);
}

TEST_CASE("without descriptors nothing is borrowed, passed or made a mode, and all say why") {
  IoFixture t;
  const Terminal terminal;
  const Tty tty = Tty::of(terminal.slave.number()).value();
  auto [ours, theirs] = UnixStream::pair(t.loop).value();
  detail::PipeCalls failing = detail::kernel_pipe_calls;
  failing.duplicate = &out_of_descriptors;
  failing.open = [](const char*, int) {
    return fail(EMFILE);
  };
  failing.pipe2 = [](int*, int) {
    return fail(EMFILE);
  };
  const Calls calls(failing);

  CHECK(Pipe::make(t.loop).error() == std::errc::too_many_files_open);
  CHECK(Tty::of(terminal.slave.number()).error() == std::errc::too_many_files_open);
  CHECK(Tty::controlling().error() == std::errc::too_many_files_open);
  CHECK(tty.mode(TtyMode::Kind::raw).error() == std::errc::too_many_files_open);
  CHECK(ours.send_descriptor(0, "x").error() == std::errc::too_many_files_open);
  CHECK(borrow_stream(t.loop, terminal.slave.number(), Direction::in).error() ==
        std::errc::too_many_files_open);
}

TEST_CASE(
    "a terminal of another user, which cannot be opened again, is read and written in threads") {
  PipeFixture t;
  const Terminal terminal;
  detail::PipeCalls refusing = detail::kernel_pipe_calls;
  refusing.open = [](const char*, int) {
    return fail(EACCES);
  };
  const Calls calls(refusing);
  Stream input = borrow_stream(t.loop, terminal.slave.number(), Direction::in).value();
  Stream output = borrow_stream(t.loop, terminal.slave.number(), Direction::out).value();
  terminal.type("hello\n\x04");

  CHECK(t.get(input.read_line()).value() == "hello");
  CHECK(t.get(input.read_line()).error() == Errc::end_of_stream);
  output.write("and back\n");
  CHECK(t.get(output.shutdown()));

  CHECK(terminal.screen_until("back\r\n").ends_with("and back\r\n"));
  CHECK_FALSE(is_non_blocking(terminal.slave.number()));
}
