// SPDX-License-Identifier: MIT
#include "process/line_log.hpp"

#include <eddy/io/duplex.hpp>
#include <eddy/io/tcp.hpp>
#include <eddy/testing/fixture.hpp>
#include <eddy/testing/log_capture.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;
using eddy::detail::LineLog;

namespace {

using Lines = std::vector<std::string>;
using Pair = std::pair<Stream, Stream>;

Pair in_memory(Loop& loop) {
  return duplex(loop);
}
/// What is written here arrives as a whole, whatever the schedule is.
Pair of_sockets(Loop& loop) {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  return {TcpStream::adopt(loop, ends[0]).value(), TcpStream::adopt(loop, ends[1]).value()};
}

/// A LineLog, and what writes into it.
struct Logged {
  explicit Logged(ChildLog config = {}, Pair (*make)(Loop&) = &in_memory, Site site = EDDY_HERE)
      : t(site),
        streams(make(t.loop)),
        log(t.loop,
            std::move(streams.second),
            config,
            {"redis", 77, "output"},
            statistic,
            {[this](std::string_view line) { heard.emplace_back(line); },
             [this] { ++alive; },
             [this] {
               ++ends;
             }}) {}

  void write(std::string_view text) {
    streams.first.write(text);
    t.run_until_idle();
  }
  void end() {
    streams.first = {};
    t.run_until_idle();
  }
  /// What the log has under the key "line".
  Lines lines() const {
    Lines all;
    for (const LogLine& each : capture.lines()) {
      const auto is_line = [](const auto& field) {
        return field.first == "line";
      };
      const auto at = std::find_if(each.fields.begin(), each.fields.end(), is_line);
      if (at != each.fields.end()) all.push_back(at->second);
    }
    return all;
  }

  LogCapture capture;
  Fixture t;
  Pair streams;
  RespawningProcessStatistic statistic;
  Lines heard;
  int alive = 0;
  int ends = 0;
  LineLog log;
};

}  // namespace

TEST_CASE("what a child writes comes to the log line by line, with its name") {
  Logged l;

  l.write("one\ntwo\r\nthr");
  CHECK(l.lines() == Lines{"one", "two"});
  l.write("ee\n\n");

  CHECK(l.lines() == Lines{"one", "two", "three", ""});
  l.capture.expect(log::Level::info,
                   "a child wrote",
                   {{"service", "redis"}, {"pid", 77}, {"stream", "output"}, {"line", "one"}});
  CHECK(l.statistic.lines.value() == 4);
  CHECK(l.alive >= 2);
}

TEST_CASE("a last line without an end is logged when the stream ends, once") {
  Logged l;
  l.write("first\nlast");
  CHECK(l.ends == 0);

  l.end();

  CHECK(l.lines() == Lines{"first", "last"});
  CHECK(l.ends == 1);
  CHECK(l.log.ended());
  l.log.cut();
  CHECK(l.ends == 1);
}

TEST_CASE("a child that writes without end does not keep the others of the loop waiting") {
  Logged l({.lines_per_second = 0}, &of_sockets);
  const std::string much(160 * 1024, '\n');  // what libuv would read in one callback
  l.streams.first.write(much);
  REQUIRE(l.streams.first.flush());

  l.t.loop.turn();
  l.t.loop.turn();
  CHECK(l.heard.size() < much.size());

  l.t.run_until_idle();
  CHECK(l.heard.size() == much.size());
}

TEST_CASE("a line that is too long is cut, and the rest of it does not become lines") {  // case 187
  Logged l({.max_line = 10});

  l.write(std::string(9, 'a'));
  l.write(std::string(100'000, 'b'));
  l.write("c\nshort\n0123456789\n");

  CHECK(l.lines() == Lines{"aaaaaaaaab", "short", "0123456789"});
  CHECK(l.statistic.lines_cut.value() == 1);
  l.capture.expect(log::Level::info, "a child wrote a line that is too long");
}

TEST_CASE("lines above the rate are dropped, counted, and told once a second") {  // case 187
  Logged l({.lines_per_second = 2});

  l.write("1\n2\n3\n4\n5\n");
  CHECK(l.lines() == Lines{"1", "2"});
  CHECK(l.statistic.lines_dropped.value() == 3);
  l.t.advance(999ms);
  l.capture.expect_none(log::Level::warning,
                        "lines of a child were dropped, for it writes too many");
  l.t.advance(1ms);
  l.capture.expect(
      log::Level::warning, "lines of a child were dropped, for it writes too many", {{"lines", 3}});
  l.write("6\n");

  CHECK(l.lines() == Lines{"1", "2", "6"});
  CHECK(l.heard.size() == 6);
}

TEST_CASE("lines above the rate wait for their second, if they are not to be dropped") {  // 187
  Logged l({.lines_per_second = 2, .excess = ChildLog::Excess::wait});

  l.write("1\n2\n3\n4\n5\n");
  CHECK(l.lines() == Lines{"1", "2"});
  l.t.advance(1s);
  CHECK(l.lines() == Lines{"1", "2", "3", "4"});
  l.t.advance(1s);

  CHECK(l.lines() == Lines{"1", "2", "3", "4", "5"});
  CHECK(l.statistic.lines_dropped.value() == 0);
  l.write("6\n");
  CHECK(l.lines().back() == "6");
}

TEST_CASE(
    "a child that writes without pause waits for us, and we keep no more than a read") {  // 187
  Logged l({.lines_per_second = 1, .excess = ChildLog::Excess::wait});
  std::string flood;
  for (int i = 0; i < 100'000; ++i)
    flood += "a line of a flood\n";

  l.write(flood);

  CHECK(l.lines().size() == 1);
  CHECK(l.streams.first.queued() > flood.size() / 2);
  l.t.advance(3s);
  CHECK(l.lines().size() == 4);
}

TEST_CASE("the end comes after the lines that wait") {
  Logged l({.lines_per_second = 1, .excess = ChildLog::Excess::wait});
  l.write("1\n2\n3");
  l.end();
  CHECK(l.ends == 0);

  l.t.advance(2s);

  CHECK(l.lines() == Lines{"1", "2", "3"});
  CHECK(l.ends == 1);
}

TEST_CASE("what waits for its second when the log is cut is dropped and counted") {
  Logged l({.lines_per_second = 1, .excess = ChildLog::Excess::wait}, &of_sockets);
  l.write("1\n2\n3\n4");

  l.log.cut();

  CHECK(l.ends == 1);
  CHECK(l.statistic.lines_dropped.value() == 3);
  l.t.advance(5s);
  CHECK(l.lines() == Lines{"1"});
}

TEST_CASE("there can be no limit of lines") {
  Logged l({.lines_per_second = 0});
  std::string many;
  for (int i = 0; i < 2000; ++i)
    many += "x\n";

  l.write(many);

  CHECK(l.statistic.lines.value() == 2000);
}

TEST_CASE("a stream that fails ends, and the log says why") {
  Logged l;
  l.write("half");

  l.streams.first.reset();
  l.t.run_until_idle();

  CHECK(l.lines() == Lines{"half"});
  CHECK(l.ends == 1);
  l.capture.expect(log::Level::warning, "the output of a child cannot be read");
}
