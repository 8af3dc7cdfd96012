// SPDX-License-Identifier: MIT
#include <eddy/io/file_reader.hpp>

#include <eddy/core/iterate.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "file_support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

/// Chunks so small that everything crosses their borders.
constexpr FileReaderOptions tiny{.first_chunk = 3, .chunk = 4, .ahead = 2};

FileReader a_reader(FileFixture& t, std::string_view content, FileReaderOptions options = tiny) {
  return FileReader(t.open(t.directory.put("a", content)), options);
}

std::string many_lines(int count) {
  std::string all;
  for (int i = 0; i < count; ++i)
    all += "line " + std::to_string(i) + '\n';
  return all;
}

}  // namespace

TEST_CASE("read gives what is there, at most so much, and then the end") {
  FileFixture t;
  FileReader reader = a_reader(t, "abcdefgh");

  CHECK(t.get(reader.read(2)).value() == "ab");
  CHECK(t.get(reader.read(100)).value() == "c");
  CHECK(t.get(reader.read(100)).value() == "defg");
  CHECK(t.get(reader.read(100)).value() == "h");
  CHECK(t.get(reader.read()).error() == Errc::end_of_stream);
  CHECK(t.get(reader.read()).error() == Errc::end_of_stream);
}

TEST_CASE("read_exactly takes all that it wants or nothing") {
  FileFixture t;
  FileReader reader = a_reader(t, "abcdefgh");

  CHECK(t.get(reader.read_exactly(7)).value() == "abcdefg");
  CHECK(t.get(reader.read_exactly(2)).error() == Errc::end_of_stream);
  CHECK(t.get(reader.read_exactly(1)).value() == "h");
}

TEST_CASE("read_line takes lines without their ends, the last one may lack it") {
  FileFixture t;
  FileReader reader = a_reader(t, "one\ntwo two\r\n\nr\rn\nlast");

  CHECK(t.get(reader.read_line()).value() == "one");
  CHECK(t.get(reader.read_line()).value() == "two two");
  CHECK(t.get(reader.read_line()).value().empty());
  CHECK(t.get(reader.read_line()).value() == "r\rn");
  CHECK(t.get(reader.read_line()).value() == "last");
  CHECK(t.get(reader.read_line()).error() == Errc::end_of_stream);
}

TEST_CASE("a line that is too long is an error that takes nothing") {
  FileFixture t;
  FileReader reader = a_reader(t, "abcdef\r\nx\n");

  const Error error = t.get(reader.read_line(5)).error();

  CHECK(error == Errc::too_large);
  CHECK(error.context() == t.directory / "a" + ": a line of more than 5 octets");
  CHECK(reader.tell() == 0);
  CHECK(t.get(reader.read_line(6)).value() == "abcdef");
  CHECK(t.get(reader.read_line(1)).value() == "x");
}

TEST_CASE("a limit may be as large as a number can be") {
  FileFixture t;
  FileReader reader = a_reader(t, "abcdefgh\nxyz\n");

  CHECK(t.get(reader.read_line(std::string::npos)).value() == "abcdefgh");
  CHECK(t.get(reader.read_all(std::string::npos)).value() == "xyz\n");
}

TEST_CASE("a last line that is too long is an error too") {
  FileFixture t;
  FileReader reader = a_reader(t, "abcdef");

  CHECK(t.get(reader.read_line(5)).error() == Errc::too_large);
  CHECK(t.get(reader.read_line(6)).value() == "abcdef");
}

TEST_CASE("read_all takes the rest, or is an error that takes nothing") {
  FileFixture t;
  FileReader reader = a_reader(t, "abcdefgh");

  const Error error = t.get(reader.read_all(7)).error();

  CHECK(error == Errc::too_large);
  CHECK(error.context() == t.directory / "a" + ": more than 7 octets");
  CHECK(t.get(reader.read(2)).value() == "ab");
  CHECK(t.get(reader.read_all(6)).value() == "cdefgh");
  CHECK(t.get(reader.read_all(6)).value().empty());
}

TEST_CASE("peek shows without a copy what consume takes") {
  FileFixture t;
  FileReader reader = a_reader(t, "abcde");

  CHECK(t.get(reader.peek()).value() == "abc");
  reader.consume(1);
  CHECK(reader.tell() == 1);
  CHECK(t.get(reader.peek()).value() == "bc");
  reader.consume(2);
  CHECK(t.get(reader.peek()).value() == "de");
  reader.consume(2);
  CHECK(t.get(reader.peek()).value().empty());
}

TEST_CASE("an empty file has no lines and no octets") {
  FileFixture t;
  FileReader reader = a_reader(t, "");

  CHECK(t.get(reader.read_line()).error() == Errc::end_of_stream);
  CHECK(t.get(reader.read_all(10)).value().empty());
  CHECK(t.get(reader.lines().collect()).value().empty());
}

TEST_CASE("lines gives what reading lines one by one gives") {
  FileFixture t;
  FileReader reader = a_reader(t, "a\n\nbcdefghij\r\nk");

  CHECK(t.get(reader.lines().collect()).value() ==
        std::vector<std::string>{"a", "", "bcdefghij", "k"});
}

TEST_CASE("an iterator over lines ends with the error of a line that is too long") {
  FileFixture t;
  FileReader reader = a_reader(t, "a\nbcdef\n");
  auto lines = reader.lines(3);

  CHECK(t.get(lines.next()).value() == "a");
  CHECK(t.get(lines.next()).error() == Errc::too_large);
  CHECK(lines.ended());
  CHECK(t.get(reader.read_line()).value() == "bcdef");
}

TEST_CASE("seek goes on elsewhere, tell says where") {
  FileFixture t;
  FileReader reader = a_reader(t, "abcdefghijklmnop");
  CHECK(t.get(reader.read_exactly(7)).value() == "abcdefg");
  CHECK(reader.tell() == 7);

  CHECK(reader.seek(2));
  CHECK(reader.tell() == 2);

  CHECK(t.get(reader.read_exactly(3)).value() == "cde");
  CHECK(reader.tell() == 5);
}

TEST_CASE("a reader may begin in the middle") {
  FileFixture t;
  FileReader reader = a_reader(t, "abcdef", {.offset = 4});

  CHECK(t.get(reader.read_all(10)).value() == "ef");
}

TEST_CASE("seek is refused while a read waits") {
  FileFixture t;
  FileReader reader = a_reader(t, "abc");
  auto waiting = reader.read();

  CHECK(reader.seek(1).error() == Errc::invalid);

  CHECK(t.get(std::move(waiting)).value() == "abc");
}

TEST_CASE("a file that has grown can be read on") {
  FileFixture t;
  FileReader reader = a_reader(t, "abc\n");
  CHECK(t.get(reader.lines().collect()).value() == std::vector<std::string>{"abc"});

  File same = t.open(t.directory / "a", {.write = true, .append = true});
  CHECK(t.get(same.write_at(0, "def\n")));

  CHECK(t.get(reader.read_line()).value() == "def");
  CHECK(t.get(reader.read_line()).error() == Errc::end_of_stream);
}

TEST_CASE("a file that is cut while it is read ends where it was cut") {
  FileFixture t;
  FileReader reader = a_reader(t, std::string(100, 'x'));
  CHECK(t.get(reader.read_exactly(2)).value() == "xx");

  File same = t.open(t.directory / "a", {.write = true});
  CHECK(t.get(same.truncate(0)));
  const std::string rest = t.get(reader.read_all(100)).value();

  CHECK(rest.size() < 98);
  CHECK(t.get(reader.read()).error() == Errc::end_of_stream);
}

TEST_CASE("nothing is read before somebody wants it") {
  FileFixture t;
  const Fault count;
  FileReader reader = a_reader(t, "abc");

  t.run_until_idle();
  CHECK(Fault::calls(FaultyCall::read) == 0);

  CHECK(t.get(reader.read()).value() == "abc");
}

TEST_CASE("a long file is read ahead while its reader works, up to a bound") {
  FileFixture t;
  FileReader reader = a_reader(t, std::string(100, 'x'));
  CHECK(t.get(reader.read_exactly(4)).value() == "xxxx");
  const Fault count;
  Gate gate;

  reader.consume(0);
  CHECK(t.get(reader.read(1)).value() == "x");
  gate.open();
  t.loop.run();

  CHECK(Fault::calls(FaultyCall::read) <= 3);
}

TEST_CASE("a reader that is to read ahead without end reads ahead as far as is any good") {
  FileFixture t;
  FileReader reader = a_reader(t, "abcdefghij", {.first_chunk = 3, .chunk = 4, .ahead = ~0U});

  CHECK(t.get(reader.read_all(100)).value() == "abcdefghij");
}

TEST_CASE("an error of a read is told to the reader that comes to it, and can be tried again") {
  FileFixture t;
  FileReader reader = a_reader(t, "abcdefghij", {.first_chunk = 3, .chunk = 4, .ahead = 0});
  const Fault fault(FaultyCall::read, EIO, 1, 1);

  CHECK(t.get(reader.read(3)).value() == "abc");
  const Error error = t.get(reader.read_exactly(2)).error();

  CHECK(error == std::errc::io_error);
  CHECK(error.context() == "read " + t.directory.path() + "/a at 3");
  CHECK(t.get(reader.read_all(100)).value() == "defghij");
}

TEST_CASE("large files come whole through chunks of the usual size") {
  FileFixture t;
  const std::string content = many_lines(200'000);
  FileReader reader = a_reader(t, content, {});

  CHECK(t.get(reader.read_all(content.size())).value() == content);
}

TEST_CASE("close tells its error and fails what waits and what comes later") {
  FileFixture t;
  FileReader reader = a_reader(t, "abc");
  Gate gate;
  auto waiting = reader.read();
  gate.wait_for(1);

  auto closed = reader.close();
  CHECK(waiting.ready());
  gate.open();

  CHECK(t.get(std::move(closed)));
  CHECK(t.get(std::move(waiting)).error() == Errc::closed);
  CHECK(t.get(reader.read()).error() == Errc::closed);
  CHECK(t.get(reader.close()));
  CHECK(reader.seek(0).error() == Errc::closed);
  CHECK_FALSE(reader.open());
}

TEST_CASE("a reader dies before it is used") {
  FileFixture t;
  { const FileReader reader = a_reader(t, "abc"); }

  t.loop.run();
}

TEST_CASE("a reader dies while its reads wait, and they fail with Errc::closed") {
  FileFixture t;
  FileReader reader = a_reader(t, "abc");
  Gate gate;
  auto first = reader.read();
  auto second = reader.read_line();
  auto lines = reader.lines();
  auto third = lines.next();
  gate.wait_for(1);

  reader = {};
  gate.open();

  CHECK(t.get(std::move(first)).error() == Errc::closed);
  CHECK(t.get(std::move(second)).error() == Errc::closed);
  CHECK(t.get(std::move(third)).error() == Errc::closed);
}

TEST_CASE("a reader dies inside the continuation of its own read") {
  FileFixture t;
  FileReader reader = a_reader(t, "abcdef");
  auto work = reader.read(3).then([&](const std::string& bytes) {
    reader = {};
    return bytes;
  });

  CHECK(t.get(std::move(work)).value() == "abc");
}

TEST_CASE("an iterator over lines outlives its reader and says that it is closed") {
  FileFixture t;
  FileReader reader = a_reader(t, "a\nb\n");
  auto lines = reader.lines();
  CHECK(t.get(lines.next()).value() == "a");

  reader = {};

  CHECK(t.get(lines.next()).error() == Errc::closed);
}

TEST_CASE("a reader, its reads and its iterator outlive their loop") {
  const FaultyFiles files;
  const OwnFolder directory;
  std::optional<Loop> loop(std::in_place);
  FileReader reader(loop->run_until(open_file(*loop, directory.put("a", many_lines(20)))).value(),
                    {.first_chunk = 2, .chunk = 2});
  auto lines = reader.lines();
  CHECK(loop->run_until(lines.next()).value() == "line 0");
  auto waiting = reader.read_exactly(100);

  loop.reset();

  CHECK_FALSE(reader.open());
  CHECK_FALSE(waiting.ready());
}

TEST_CASE("a soft cancel of a read takes nothing") {
  FileFixture t;
  FileReader reader = a_reader(t, "abc\ndef\n");
  Gate gate;
  auto late = reader.read_line().timeout(std::chrono::seconds(1));
  gate.wait_for(1);

  t.advance(std::chrono::seconds(1));
  gate.open();

  CHECK(t.get(std::move(late)).error() == Errc::timed_out);
  CHECK(t.get(reader.read_line()).value() == "abc");
}
