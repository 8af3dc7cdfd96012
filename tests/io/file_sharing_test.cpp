// SPDX-License-Identifier: MIT
//
// Several readers of one FileReader: in the order of the calls, each line once, none lost.
#include <eddy/io/file_reader.hpp>

#include <eddy/core/all.hpp>
#include <eddy/core/iterate.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "file_support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

constexpr FileReaderOptions tiny{.first_chunk = 3, .chunk = 4, .ahead = 2};

struct Numbered {
  std::string content;
  std::vector<std::string> lines;
};

Numbered numbered_lines(int count) {
  Numbered made;
  for (int i = 0; i < count; ++i) {
    made.lines.push_back(std::to_string(100'000 + i));
    made.content += made.lines.back() + '\n';
  }
  return made;
}

FileReader a_reader(FileFixture& t, std::string_view content, FileReaderOptions options = tiny) {
  return FileReader(t.open(t.directory.put("a", content)), options);
}

}  // namespace

// aiomisc test_io: 4 parallel readers cover 1024 lines
TEST_CASE("four parallel readers cover all lines, each of them once") {
  FileFixture t;
  const Numbered numbered = numbered_lines(1024);
  FileReader reader = a_reader(t, numbered.content, {.first_chunk = 100, .chunk = 100});
  std::vector<std::string> found;
  std::vector<int> shares(4);
  std::vector<Future<void>> readers;

  for (int& share : shares) {
    readers.push_back(reader.lines().for_each([&](std::string line) {
      ++share;
      found.push_back(std::move(line));
    }));
  }
  CHECK(t.get(all(std::move(readers))));
  std::sort(found.begin(), found.end());

  CHECK(found == numbered.lines);
  CHECK(*std::min_element(shares.begin(), shares.end()) > 0);
}

TEST_CASE("reads that wait are served in the order of the calls") {
  FileFixture t;
  FileReader reader = a_reader(t, "one\ntwo\nthree four");
  auto one = reader.read_line();
  auto two = reader.read_line();
  auto three = reader.read_exactly(6);
  auto rest = reader.read_all(100);
  CHECK_FALSE(one.ready());

  CHECK(t.get(std::move(rest)).value() == "four");
  CHECK(t.get(std::move(one)).value() == "one");
  CHECK(t.get(std::move(two)).value() == "two");
  CHECK(t.get(std::move(three)).value() == "three ");
}

TEST_CASE("a read that is dropped while it waits takes nothing from those behind it") {
  FileFixture t;
  FileReader reader = a_reader(t, "one\ntwo\nthree\n");
  Gate gate;
  auto first = reader.read_line();
  auto second = reader.read_line();
  gate.wait_for(1);

  first = {};
  gate.open();

  CHECK(t.get(std::move(second)).value() == "one");
  CHECK(t.get(reader.read_line()).value() == "two");
}

TEST_CASE("a read that is dropped with half a line gives it back") {
  FileFixture t;
  FileReader reader = a_reader(t, "abcdefgh\nxyz\n");
  Gate gate;
  auto dropped = reader.read_line();
  gate.wait_for(1);
  gate.open(1);
  t.loop.turn(true);
  gate.wait_for(1);
  CHECK_FALSE(t.poll(dropped));

  dropped = {};
  gate.open();

  CHECK(reader.tell() == 0);
  CHECK(t.get(reader.read_line()).value() == "abcdefgh");
  CHECK(t.get(reader.read_line()).value() == "xyz");
}

TEST_CASE("a line that was given to a future and never looked at goes to the next reader") {
  FileFixture t;
  FileReader reader = a_reader(t, "one\r\ntwo\n");
  auto first = reader.read_line();
  t.loop.run();
  CHECK(first.ready());

  first = {};

  CHECK(reader.tell() == 0);
  CHECK(t.get(reader.read_line()).value() == "one");
  CHECK(t.get(reader.read_line()).value() == "two");
}

TEST_CASE("a line that comes back stands before the half line that another has") {
  FileFixture t;
  FileReader reader = a_reader(t, "ab\ncdefghijklmnopqrstuvwxyz\n");
  auto untaken = reader.read_line();
  t.loop.run();
  CHECK(untaken.ready());
  Gate gate;
  auto waiting = reader.read_line();
  gate.wait_for(1);

  untaken = {};
  gate.open();

  CHECK(t.get(std::move(waiting)).value() == "ab");
  CHECK(t.get(reader.read_line()).value() == "cdefghijklmnopqrstuvwxyz");
}

TEST_CASE("lines that come back stand in the order of the file, in whatever order they come") {
  FileFixture t;
  FileReader reader = a_reader(t, "one\ntwo\r\nthree\nfour\n");
  auto one = reader.read_line();
  auto two = reader.read_line();
  auto three = reader.read_line();
  t.loop.run();
  CHECK(three.ready());

  two = {};
  one = {};
  three = {};

  CHECK(reader.tell() == 0);
  CHECK(t.get(reader.lines().collect()).value() ==
        std::vector<std::string>{"one", "two", "three", "four"});
}

TEST_CASE("a line in an iterator's hand goes back when that is dropped with it") {
  FileFixture t;
  FileReader reader = a_reader(t, "one\ntwo\n");
  auto lines = reader.lines();
  auto next = lines.next();
  t.loop.run();
  CHECK(next.ready());

  next = {};

  CHECK(t.get(reader.lines().collect()).value() == std::vector<std::string>{"one", "two"});
}

TEST_CASE("what was given before a seek does not come back after it") {
  FileFixture t;
  FileReader reader = a_reader(t, "one\ntwo\nsix\n");
  auto untaken = reader.read_line();
  t.loop.run();
  CHECK(untaken.ready());

  CHECK(reader.seek(8));
  untaken = {};

  CHECK(reader.tell() == 8);
  CHECK(t.get(reader.read_line()).value() == "six");
}

TEST_CASE("each of several readers is told of the end") {
  FileFixture t;
  FileReader reader = a_reader(t, "one");
  auto first = reader.read_line();
  auto second = reader.read_line();
  auto third = reader.read_line();

  CHECK(t.get(std::move(first)).value() == "one");
  CHECK(t.get(std::move(second)).error() == Errc::end_of_stream);
  CHECK(t.get(std::move(third)).error() == Errc::end_of_stream);
}

TEST_CASE("an iterator that is closed leaves the lines to the others") {
  FileFixture t;
  FileReader reader = a_reader(t, "one\ntwo\nthree\n");
  auto first = reader.lines();
  auto second = reader.lines();
  CHECK(t.get(first.next()).value() == "one");

  CHECK(t.get(first.close()));

  CHECK(t.get(std::move(second).collect()).value() == std::vector<std::string>{"two", "three"});
}
