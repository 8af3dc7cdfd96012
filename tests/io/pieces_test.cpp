// SPDX-License-Identifier: MIT
#include <eddy/io/pieces.hpp>

#include <eddy/core/iterate.hpp>
#include <eddy/io/duplex.hpp>

#include <optional>
#include <string>
#include <vector>

#include "support.hpp"

using namespace eddy;
using namespace eddy::testing;
using Texts = std::vector<std::string>;

TEST_CASE("the pieces of a stream are what it receives, up to its end") {
  IoFixture t;
  auto [ours, theirs] = duplex(t.loop);
  auto all = pieces(ours, 3);
  auto first = all.next();
  CHECK_FALSE(t.poll(first));

  theirs.write("abcde");

  CHECK(t.get(std::move(first)).value() == "abc");
  auto ended = theirs.shutdown();
  CHECK(t.get(all.next()).value() == "de");
  CHECK(t.get(all.next()).value() == std::nullopt);
  CHECK(all.ended());
  CHECK(t.get(std::move(ended)));
}

TEST_CASE("a piece that was asked for and dropped stays with the stream") {
  IoFixture t;
  auto [ours, theirs] = duplex(t.loop);
  auto all = pieces(ours);
  { auto dropped = all.next(); }

  theirs.write("abc");

  CHECK(t.get(all.next()).value() == "abc");
}

TEST_CASE("an error of the stream is one of its pieces") {
  IoFixture t;
  auto [ours, theirs] = duplex(t.loop);
  auto all = pieces(ours);
  auto waiting = all.next();

  ours.close();

  CHECK(t.get(std::move(waiting)).error() == Errc::closed);
  CHECK(all.ended());
}

TEST_CASE("lines come out of pieces however these are cut") {
  IoFixture t;
  auto all = lines(from(Texts{"o", "ne\ntw", "o\r", "\n\n", "", "r\rn\nla", "st"}));

  CHECK(t.get(std::move(all).collect()).value() == Texts{"one", "two", "", "r\rn", "last"});
}

TEST_CASE("many lines in one piece take no more stack than few") {
  IoFixture t;
  std::string text;
  for (int i = 0; i < 5'000; ++i)
    text += "x\n";

  CHECK(t.get(lines(from(Texts{text})).collect()).value() == Texts(5'000, "x"));
}

TEST_CASE("no pieces are no lines") {
  IoFixture t;

  CHECK(t.get(lines(from(Texts{})).collect()).value().empty());
  CHECK(t.get(lines(from(Texts{"", ""})).collect()).value().empty());
}

TEST_CASE("a line that is longer than the limit is an error, after those before it") {
  IoFixture t;
  auto long_first = lines(from(Texts{"abc\r\n", "abcd\n", "x\n"}), 3);
  CHECK(t.get(long_first.next()).value() == "abc");
  CHECK(t.get(long_first.next()).error() == Errc::too_large);
  CHECK(long_first.ended());

  auto endless = lines(from(Texts{"ab", "cd", "ef"}), 3);
  CHECK(t.get(endless.next()).error() == Errc::too_large);
  auto last = lines(from(Texts{"abcd"}), 3);
  CHECK(t.get(last.next()).error() == Errc::too_large);
}

TEST_CASE("a line that was begun when its reader left is whole for the next") {
  IoFixture t;
  auto [ours, theirs] = duplex(t.loop);
  auto all = lines(pieces(ours));
  {
    auto dropped = all.next();
    theirs.write("on");
    t.run_until_idle();
  }

  theirs.write("e\ntwo\n");

  CHECK(t.get(all.next()).value() == "one");
  CHECK(t.get(all.next()).value() == "two");
}

TEST_CASE("closing lines in the midst closes the pieces") {
  IoFixture t;
  auto [ours, theirs] = duplex(t.loop);
  auto all = lines(pieces(ours));
  auto waiting = all.next();
  t.run_until_idle();

  auto closed = all.close();

  CHECK(t.get(std::move(closed)));
  CHECK(t.get(std::move(waiting)).value() == std::nullopt);
  theirs.write("still open");
  CHECK(t.get(ours.read()).value() == "still open");
}

TEST_CASE("lines die while their reader waits, and inside their own continuation") {
  IoFixture t;
  auto [ours, theirs] = duplex(t.loop);
  {
    auto all = lines(pieces(ours));
    auto waiting = all.next();
    t.run_until_idle();
  }
  auto all = lines(pieces(ours));
  auto inside = all.next().then([&](const std::optional<std::string>& line) {
    all = {};
    return *line;
  });

  theirs.write("text\n");

  CHECK(t.get(std::move(inside)).value() == "text");
}
