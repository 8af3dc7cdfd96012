// SPDX-License-Identifier: MIT
#include <eddy/io/tty.hpp>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <utility>
#include <vector>

#include "terminal.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

void resize(const Terminal& terminal, unsigned short columns, unsigned short rows) {
  winsize size{};
  size.ws_col = columns;
  size.ws_row = rows;
  REQUIRE(ioctl(terminal.master.number(), TIOCSWINSZ, &size) == 0);
}

bool has(tcflag_t flags, tcflag_t wanted) {
  return (flags & wanted) == wanted;
}

void throw_in_mode(const Tty& tty) {
  const TtyMode mode = tty.mode(TtyMode::Kind::raw).value();
  throw 42;
}

}  // namespace

TEST_CASE("a descriptor that is no terminal is refused with the reason") {
  const OwnedDescriptor file(open("/dev/null", O_RDWR | O_CLOEXEC));

  CHECK(Tty::of(file.number()).error() == std::errc::inappropriate_io_control_operation);
  CHECK(Tty::of(-1).error() == std::errc::bad_file_descriptor);
}

TEST_CASE("the size of a terminal is told in characters") {
  const Terminal terminal;
  const Tty tty = Tty::of(terminal.slave.number()).value();

  resize(terminal, 132, 43);

  CHECK(tty.size().value() == TtySize{132, 43});
}

TEST_CASE("each change of size is told once, and SIGWINCH without a change is not") {
  Fixture t;
  const Terminal terminal;
  resize(terminal, 80, 24);
  std::vector<TtySize> told;
  {
    const Tty tty = Tty::of(terminal.slave.number()).value();
    auto watcher = tty.on_resize(t.loop, [&told](TtySize size) { told.push_back(size); }).value();
    raise(SIGWINCH);
    run_until(t, [] { return true; });
    CHECK(told.empty());

    resize(terminal, 100, 30);
    raise(SIGWINCH);
    run_until(t, [&told] { return told.size() == 1; });
  }
  t.run_until_idle();

  CHECK(told == std::vector{TtySize{100, 30}});
}

TEST_CASE("cbreak gives keys at once, unseen, and keeps Ctrl-C and the translation of output") {
  const Terminal terminal;
  const Tty tty = Tty::of(terminal.slave.number()).value();
  const TtyMode mode = tty.mode(TtyMode::Kind::cbreak).value();

  const termios now = terminal.settings();

  CHECK_FALSE(has(now.c_lflag, ICANON));
  CHECK_FALSE(has(now.c_lflag, ECHO));
  CHECK(has(now.c_lflag, ISIG));
  CHECK(has(now.c_oflag, OPOST));
  CHECK(has(now.c_iflag, ICRNL));
}

TEST_CASE("raw gives keys as they are, Ctrl-C too, and does not translate output") {
  const Terminal terminal;
  const Tty tty = Tty::of(terminal.slave.number()).value();
  const TtyMode mode = tty.mode(TtyMode::Kind::raw).value();

  terminal.type("\x03\r");
  char keys[2] = {};
  REQUIRE(read(terminal.slave.number(), keys, 1) == 1);
  REQUIRE(read(terminal.slave.number(), keys + 1, 1) == 1);

  CHECK(std::string_view(keys, 2) == "\x03\r");
  CHECK_FALSE(has(terminal.settings().c_oflag, OPOST));
}

TEST_CASE("without echo a line is read as always and not shown, but for its end") {
  const Terminal terminal;
  const Tty tty = Tty::of(terminal.slave.number()).value();
  const TtyMode mode = tty.mode(TtyMode::Kind::no_echo).value();

  terminal.type("secret\n");
  char line[16] = {};
  REQUIRE(read(terminal.slave.number(), line, sizeof line) == 7);

  CHECK(std::string_view(line) == "secret\n");
  CHECK(terminal.screen_until("\n") == "\r\n");
}

TEST_CASE("a mode ends with its scope, by an exception too, and when it is restored early") {
  const Terminal terminal;
  const Tty tty = Tty::of(terminal.slave.number()).value();
  { const TtyMode mode = tty.mode(TtyMode::Kind::raw).value(); }
  CHECK(terminal.cooked());

  CHECK_THROWS_AS(throw_in_mode(tty), int);
  CHECK(terminal.cooked());

  TtyMode early = tty.mode(TtyMode::Kind::raw).value();
  CHECK_FALSE(terminal.cooked());
  early.restore();
  CHECK(terminal.cooked());
  early.restore();
  CHECK(terminal.cooked());
}

TEST_CASE("a mode that is moved lives on, and one that is assigned over ends") {
  const Terminal terminal;
  const Tty tty = Tty::of(terminal.slave.number()).value();
  TtyMode first = tty.mode(TtyMode::Kind::raw).value();

  TtyMode second = std::move(first);
  first.restore();  // NOLINT: does nothing, which is the rule
  CHECK_FALSE(terminal.cooked());
  second = TtyMode();

  CHECK(terminal.cooked());
}

TEST_CASE("of several modes the youngest counts, in whatever order they end") {
  const Terminal terminal;
  const Tty tty = Tty::of(terminal.slave.number()).value();
  TtyMode oldest = tty.mode(TtyMode::Kind::no_echo).value();
  TtyMode middle = tty.mode(TtyMode::Kind::cbreak).value();
  TtyMode youngest = tty.mode(TtyMode::Kind::raw).value();

  oldest.restore();
  CHECK_FALSE(has(terminal.settings().c_lflag, ISIG));
  youngest.restore();
  CHECK(has(terminal.settings().c_lflag, ISIG));
  CHECK_FALSE(has(terminal.settings().c_lflag, ICANON));
  middle.restore();

  CHECK(terminal.cooked());
}

TEST_CASE("modes of different terminals have nothing to do with each other") {
  const Terminal one;
  const Terminal other;
  TtyMode of_one = Tty::of(one.slave.number()).value().mode(TtyMode::Kind::raw).value();
  TtyMode of_other = Tty::of(other.slave.number()).value().mode(TtyMode::Kind::raw).value();

  of_one.restore();

  CHECK(one.cooked());
  CHECK_FALSE(other.cooked());
}

TEST_CASE("no more than so many modes exist at a time, and none leaks a descriptor") {
  const Terminal terminal;
  const Tty tty = Tty::of(terminal.slave.number()).value();
  const std::size_t before = open_descriptors();
  {
    std::vector<TtyMode> all;
    for (std::size_t i = 0; i < TtyMode::most; ++i)
      all.push_back(tty.mode(TtyMode::Kind::cbreak).value());
    CHECK(tty.mode(TtyMode::Kind::cbreak).error() == Errc::overloaded);
  }

  CHECK(open_descriptors() == before);
  CHECK(terminal.cooked());
}

TEST_CASE("a terminal that is no program's counts as in the foreground") {
  const Terminal terminal;

  CHECK(Tty::of(terminal.slave.number()).value().foreground());
}
