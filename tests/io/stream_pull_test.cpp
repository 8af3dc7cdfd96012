// SPDX-License-Identifier: MIT
#include "support.hpp"

using namespace eddy;
using namespace eddy::testing;

TEST_CASE_TEMPLATE("read gives what came, as it came", Carrier, OverDuplex, OverTcp, OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  auto read = pair.theirs.read();

  CHECK_FALSE(t.poll(read));
  pair.ours.write("hello");

  CHECK(t.get(std::move(read)).value() == "hello");
}

TEST_CASE_TEMPLATE("read gives at most what it asked for", Carrier, OverDuplex, OverTcp, OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  auto first = pair.theirs.read(3);
  pair.ours.write("hello");

  CHECK(t.get(std::move(first)).value() == "hel");
  CHECK(t.get(pair.theirs.read()).value() == "lo");
}

TEST_CASE_TEMPLATE(
    "read_exactly waits for the last octet", Carrier, OverDuplex, OverTcp, OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  auto read = pair.theirs.read_exactly(5);
  pair.ours.write("hell");
  CHECK_FALSE(t.poll(read));

  pair.ours.write("o, world");

  CHECK(t.get(std::move(read)).value() == "hello");
  CHECK(t.get(pair.theirs.read()).value() == ", world");
}

TEST_CASE_TEMPLATE("read_exactly takes more than is kept for a reader who is not reading",
                   Carrier,
                   OverDuplex,
                   OverTcp,
                   OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  const std::string many(10 * Stream::read_ahead, 'x');
  auto read = pair.theirs.read_exactly(many.size());

  pair.ours.write(many);

  CHECK(t.get(std::move(read)).value() == many);
}

TEST_CASE_TEMPLATE("read_until gives the octets with their delimiter, wherever it is cut",
                   Carrier,
                   OverDuplex,
                   OverTcp,
                   OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  auto read = pair.theirs.read_until("\r\n\r\n");
  pair.ours.write("head\r\n\r");
  CHECK_FALSE(t.poll(read));

  pair.ours.write("\nbody");

  CHECK(t.get(std::move(read)).value() == "head\r\n\r\n");
  CHECK(t.get(pair.theirs.read()).value() == "body");
}

TEST_CASE("read_until counts the delimiter into its limit and consumes nothing beyond") {
  IoFixture t;
  Pair pair = OverDuplex::pair(t);
  pair.ours.write("12345;6");

  CHECK(t.get(pair.theirs.read_until(";", 5)).error() == Errc::too_large);
  CHECK(t.get(pair.theirs.read_until(";", 6)).value() == "12345;");
}

TEST_CASE("read_until fails as soon as the limit is full without a delimiter") {
  IoFixture t;
  Pair pair = OverDuplex::pair(t);
  auto read = pair.theirs.read_until(";", 4);
  pair.ours.write("123");
  CHECK_FALSE(t.poll(read));

  pair.ours.write("4");

  CHECK(t.get(std::move(read)).error() == Errc::too_large);
  CHECK(t.get(pair.theirs.read()).value() == "1234");
}

TEST_CASE_TEMPLATE("read_line strips either ending", Carrier, OverDuplex, OverTcp, OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  pair.ours.write("one\ntwo\r\n\n\rthree\r\n");

  CHECK(t.get(pair.theirs.read_line()).value() == "one");
  CHECK(t.get(pair.theirs.read_line()).value() == "two");
  CHECK(t.get(pair.theirs.read_line()).value() == "");
  CHECK(t.get(pair.theirs.read_line()).value() == "\rthree");
}

TEST_CASE("read_line does not count the ending into its limit") {
  IoFixture t;
  Pair pair = OverDuplex::pair(t);
  pair.ours.write("12345\r\n123456\n");

  CHECK(t.get(pair.theirs.read_line(5)).value() == "12345");
  CHECK(t.get(pair.theirs.read_line(5)).error() == Errc::too_large);
  CHECK(t.get(pair.theirs.read_line(6)).value() == "123456");
}

TEST_CASE("read_line fails as soon as no ending can come within its limit") {
  IoFixture t;
  Pair pair = OverDuplex::pair(t);
  auto read = pair.theirs.read_line(4);
  pair.ours.write("1234\r");
  CHECK_FALSE(t.poll(read));

  pair.ours.write("5");

  CHECK(t.get(std::move(read)).error() == Errc::too_large);
}

TEST_CASE_TEMPLATE("the last line may lack its ending", Carrier, OverDuplex, OverTcp, OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  pair.ours.write("last");
  pair.ours.close();

  CHECK(t.get(pair.theirs.read_line()).value() == "last");
  CHECK(t.get(pair.theirs.read_line()).error() == Errc::end_of_stream);
}

TEST_CASE_TEMPLATE(
    "what came before the end is given first", Carrier, OverDuplex, OverTcp, OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  pair.ours.write("part");
  pair.ours.close();

  CHECK(t.get(pair.theirs.read_exactly(5)).error() == Errc::end_of_stream);
  CHECK(t.get(pair.theirs.read_until(";")).error() == Errc::end_of_stream);
  CHECK(t.get(pair.theirs.read()).value() == "part");
  CHECK(t.get(pair.theirs.read()).error() == Errc::end_of_stream);
}

TEST_CASE_TEMPLATE("a waiting read fails when the peer ends", Carrier, OverDuplex, OverTcp) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  auto read = pair.theirs.read();
  CHECK_FALSE(t.poll(read));

  pair.ours.close();

  CHECK(t.get(std::move(read)).error() == Errc::end_of_stream);
}

TEST_CASE("a second read at a time is refused and leaves the first alone") {
  IoFixture t;
  Pair pair = OverDuplex::pair(t);
  auto first = pair.theirs.read();

  CHECK(t.get(pair.theirs.read()).error() == Errc::invalid);
  pair.ours.write("hello");

  CHECK(t.get(std::move(first)).value() == "hello");
}

TEST_CASE_TEMPLATE("a dropped read leaves what comes to the next", Carrier, OverDuplex, OverTcp) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  auto read = pair.theirs.read_exactly(8);
  pair.ours.write("hell");
  CHECK_FALSE(t.poll(read));

  read = {};
  pair.ours.write("o");
  t.run_until_idle();

  CHECK(t.get(pair.theirs.read_exactly(5)).value() == "hello");
}

TEST_CASE("a read that was softly cancelled leaves what comes to the next") {
  IoFixture t;
  Pair pair = OverDuplex::pair(t);
  auto read = pair.theirs.read().timeout(std::chrono::seconds(1));
  CHECK_FALSE(t.poll(read));

  t.clock.advance(std::chrono::seconds(1));
  pair.ours.write("hello");

  CHECK(t.get(std::move(read)).error() == Errc::timed_out);
  CHECK(t.get(pair.theirs.read()).value() == "hello");
}

TEST_CASE_TEMPLATE(
    "a reader who is not reading makes the peer wait", Carrier, OverDuplex, OverTcp, OverUnix) {
  IoFixture t;
  Pair pair = Carrier::pair(t);
  CHECK(t.poll(pair.theirs.read_exactly(0)));
  auto first = pair.theirs.read(1);

  pair.ours.write(std::string(12 * 1024 * 1024, 'x'));
  CHECK(t.get(std::move(first)).value() == "x");
  t.run_until_idle();

  CHECK(pair.ours.queued() > 1024 * 1024);
  CHECK(pair.theirs.statistic().bytes_in <= Stream::read_ahead + 64 * 1024);
}

TEST_CASE("a continuation that reads again runs in constant memory and order") {
  IoFixture t;
  Pair pair = OverDuplex::pair(t);
  std::string all;
  Function<Future<void>()> next = [&]() -> Future<void> {
    return pair.theirs.read(1).then([&](const std::string& octet) -> Future<void> {
      all += octet;
      return octet == "." ? ready_future() : next();
    });
  };
  auto work = next();

  pair.ours.write("abcdefghijklmnopqrstuvwxyz.");

  CHECK(t.get(std::move(work)));
  CHECK(all == "abcdefghijklmnopqrstuvwxyz.");
}
