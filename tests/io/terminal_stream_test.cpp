// SPDX-License-Identifier: MIT
//
// Streams over terminals. What job control means for them is in tty_ends_test.cpp.
#include <eddy/io/standard_streams.hpp>
#include <eddy/io/tty.hpp>

#include <fcntl.h>
#include <unistd.h>

#include "terminal.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

/// Passes octets on as they are.
void make_raw(const Terminal& terminal) {
  termios settings = terminal.settings();
  cfmakeraw(&settings);
  REQUIRE(tcsetattr(terminal.slave.number(), TCSANOW, &settings) == 0);
}

}  // namespace

TEST_CASE("a line that is typed is read, and the terminal stays blocking for the others") {
  PipeFixture t;
  const Terminal terminal;
  Stream input = borrow_stream(t.loop, terminal.slave.number(), Direction::in).value();
  Stream output = borrow_stream(t.loop, terminal.slave.number(), Direction::out).value();
  auto line = input.read_line();
  terminal.type("hel");
  CHECK_FALSE(t.poll(line));

  terminal.type("lo\n");
  output.write("seen\n");

  CHECK(t.get(std::move(line)).value() == "hello");
  CHECK(terminal.screen_until("seen\r\n").ends_with("seen\r\n"));
  CHECK_FALSE(is_non_blocking(terminal.slave.number()));
}

TEST_CASE("Ctrl-D at the beginning of a line ends the input") {
  PipeFixture t;
  const Terminal terminal;
  Stream input = borrow_stream(t.loop, terminal.slave.number(), Direction::in).value();
  terminal.type("last\n\x04");

  CHECK(t.get(input.read_line()).value() == "last");
  CHECK(t.get(input.read_line()).error() == Errc::end_of_stream);
}

TEST_CASE("in cbreak mode each key is read at once") {
  PipeFixture t;
  const Terminal terminal;
  const TtyMode mode = Tty::of(terminal.slave.number()).value().mode(TtyMode::Kind::cbreak).value();
  Stream input = borrow_stream(t.loop, terminal.slave.number(), Direction::in).value();
  auto key = input.read();
  CHECK_FALSE(t.poll(key));

  terminal.type("k");

  CHECK(t.get(std::move(key)).value() == "k");
}

TEST_CASE("a terminal stopped with Ctrl-S never blocks the loop, and takes all when it goes on") {
  PipeFixture t;
  const Terminal terminal;
  Stream output = borrow_stream(t.loop, terminal.slave.number(), Direction::out).value();
  tcflow(terminal.slave.number(), TCOOFF);
  output.write(std::string(3000, 'x') + "END");
  auto done = output.shutdown();
  CHECK_FALSE(t.poll(done));

  tcflow(terminal.slave.number(), TCOON);
  run_until(t, [&done] { return done.ready(); });

  CHECK(terminal.screen_until("END") == std::string(3000, 'x') + "END");
  CHECK(t.get(std::move(done)));
}

TEST_CASE("libuv 2.11: the last octets of a terminal come before its end, however many") {
  PipeFixture t;
  Terminal terminal;
  make_raw(terminal);
  Pipe master = Pipe::adopt(t.loop, terminal.master.release()).value();
  const std::string tail(4000, 'x');
  REQUIRE(write(terminal.slave.number(), tail.data(), tail.size()) == 4000);
  terminal.slave.close();

  CHECK(t.get(master.read_exactly(10)).value() == "xxxxxxxxxx");
  CHECK(t.get(master.read_exactly(3990)).value().size() == 3990);
  CHECK(t.get(master.read()).error() == Errc::end_of_stream);
}

TEST_CASE("a terminal that hangs up ends the input, and output to it fails") {
  PipeFixture t;
  Terminal terminal;
  Stream input = borrow_stream(t.loop, terminal.slave.number(), Direction::in).value();
  Stream output = borrow_stream(t.loop, terminal.slave.number(), Direction::out).value();
  auto read = input.read();
  CHECK_FALSE(t.poll(read));

  terminal.master.close();

  CHECK(t.get(std::move(read)).error() == Errc::end_of_stream);
  output.write("to nobody");
  CHECK(t.get(output.shutdown()).error() == std::errc::io_error);
}
