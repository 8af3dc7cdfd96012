// SPDX-License-Identifier: MIT
//
// FileReader on compressed files: all that it does for plain ones, and what is wrong with the data.
#include <eddy/core/iterate.hpp>
#include <eddy/io/file_reader.hpp>

#include <cerrno>
#include <optional>
#include <string>
#include <vector>

#include "../codec/compression_kit.hpp"
#include "file_support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

/// A format that is there in each build but the barest.
const Compression usual = all_formats.front();

/// Chunks so small that everything crosses their borders.
FileReaderOptions tiny(std::optional<Compression> format) {
  return {.first_chunk = 3, .chunk = 4, .ahead = 2, .decompress = format};
}

std::string packed(ByteView text, Compression format = usual) {
  return *compress(format, text);
}

FileReader a_reader(FileFixture& t, std::string_view data, const FileReaderOptions& options) {
  return FileReader(t.open(t.directory.put("a", data)), options);
}

FileReader a_packed(FileFixture& t, std::string_view text, Compression format = usual) {
  return a_reader(t, packed(text, format), tiny(format));
}

}  // namespace

TEST_CASE("compressed files of every format are read as what they were made of") {
  FileFixture t;
  const std::string text = prose(100'000);

  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    FileReader reader = a_reader(t, packed(text, format), {.decompress = format});

    CHECK(t.get(reader.read_all(text.size())).value() == text);
    CHECK(t.get(reader.read()).error() == Errc::end_of_stream);
    CHECK(reader.tell() == text.size());
  }
}

TEST_CASE("a compressed file larger than the input of one job comes whole") {
  FileFixture t;
  std::string noise;
  std::uint32_t state = 1;
  while (noise.size() < 100'000)
    noise += static_cast<char>((state = state * 1664525 + 1013904223) >> 24U);

  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    FileReader reader = a_reader(t, packed(noise, format), {.chunk = 20'000, .decompress = format});

    CHECK(t.get(reader.read_all(noise.size())).value() == noise);
  }
}

TEST_CASE("read, read_exactly and peek take decompressed octets") {
  FileFixture t;
  FileReader reader = a_packed(t, "abcdefghij");

  CHECK(t.get(reader.read(2)).value() == "ab");
  CHECK(reader.tell() == 2);
  CHECK(t.get(reader.read_exactly(5)).value() == "cdefg");
  CHECK(reader.tell() == 7);
  CHECK_FALSE(t.get(reader.peek()).value().empty());
  reader.consume(1);
  CHECK(t.get(reader.read_exactly(3)).error() == Errc::end_of_stream);
  CHECK(t.get(reader.read_exactly(2)).value() == "ij");
  CHECK(t.get(reader.read()).error() == Errc::end_of_stream);
}

TEST_CASE("the limits of lines and of read_all mean decompressed octets") {
  FileFixture t;
  FileReader reader = a_packed(t, "abcdefgh\r\nx\nlast");

  CHECK(t.get(reader.read_line(7)).error() == Errc::too_large);
  CHECK(reader.tell() == 0);
  CHECK(t.get(reader.read_line(8)).value() == "abcdefgh");
  CHECK(t.get(reader.read_all(5)).error() == Errc::too_large);
  CHECK(t.get(reader.lines().collect()).value() == std::vector<std::string>{"x", "last"});
}

TEST_CASE("a thousand lines come back out of every format") {
  FileFixture t;
  std::string text;
  std::vector<std::string> expected;
  for (int i = 0; i < 1000; ++i) {
    expected.push_back("line " + std::to_string(i));
    text += expected.back() + '\n';
  }

  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    FileReader reader =
        a_reader(t, packed(text, format), {.first_chunk = 100, .chunk = 999, .decompress = format});

    CHECK(t.get(reader.lines().collect()).value() == expected);
  }
}

TEST_CASE("readers of one compressed file share its lines and lose none") {
  FileFixture t;
  FileReader reader = a_packed(t, "1\n2\n3\n4\n");
  auto some = reader.lines();
  auto others = reader.lines();

  auto first = some.next();
  auto second = others.next();
  auto third = reader.read_line();

  CHECK(t.get(std::move(first)).value() == "1");
  CHECK(t.get(std::move(second)).value() == "2");
  CHECK(t.get(std::move(third)).value() == "3");
  CHECK(t.get(some.next()).value() == "4");
}

TEST_CASE("a read of compressed octets that is dropped takes nothing") {
  FileFixture t;
  FileReader reader = a_packed(t, "abc\ndef\n");
  Gate gate;
  {
    auto dropped = reader.read_line();
    gate.wait_for(1);
  }
  gate.open();

  CHECK(t.get(reader.read_line()).value() == "abc");
  CHECK(t.get(reader.read_line()).value() == "def");
}

TEST_CASE("members one behind the other are read as one file, also those that come later") {
  FileFixture t;
  FileReader reader = a_reader(t, packed("one\n") + packed("two\n"), tiny(usual));
  CHECK(t.get(reader.lines().collect()).value() == std::vector<std::string>{"one", "two"});

  File same = t.open(t.directory / "a", {.write = true, .append = true});
  CHECK(t.get(same.write_at(0, packed("three\n"))));

  CHECK(t.get(reader.read_line()).value() == "three");
  CHECK(t.get(reader.read_line()).error() == Errc::end_of_stream);
}

TEST_CASE("every format is known by the first octets of a file") {
  FileFixture t;

  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    FileReader reader = a_reader(t, packed("some text", format), {.detect_compression = true});

    CHECK(t.get(reader.read_all(100)).value() == "some text");
  }
}

TEST_CASE("a file that announces no compression is taken as it is") {
  FileFixture t;
  FileReader text = a_reader(t, "abcdefghij", {.first_chunk = 3, .detect_compression = true});
  CHECK(t.get(text.read_all(100)).value() == "abcdefghij");
  FileReader one = a_reader(t, "\x1f", {.detect_compression = true});
  CHECK(t.get(one.read_all(100)).value() == "\x1f");
}

TEST_CASE("what an empty file is going to be is decided when it has octets") {
  FileFixture t;
  FileReader reader = a_reader(t, "", {.detect_compression = true});
  CHECK(t.get(reader.read()).error() == Errc::end_of_stream);

  File same = t.open(t.directory / "a", {.write = true});
  CHECK(t.get(same.write_at(0, packed("text"))));

  CHECK(t.get(reader.read()).value() == "text");
}

TEST_CASE("seek goes back to the beginning of a compressed file, and nowhere else") {
  FileFixture t;
  FileReader reader = a_packed(t, "abcdefghij");
  CHECK(t.get(reader.read_exactly(6)).value() == "abcdef");

  const Error refused = reader.seek(3).error();

  CHECK(refused == Errc::invalid);
  CHECK(refused.context().find(t.directory / "a") != std::string::npos);
  CHECK(reader.tell() == 6);
  CHECK(reader.seek(0));
  CHECK(reader.tell() == 0);
  CHECK(t.get(reader.read_all(100)).value() == "abcdefghij");
}

TEST_CASE("nothing of a compressed file is read before somebody wants it") {
  FileFixture t;
  const Fault count;
  FileReader reader = a_packed(t, "abc");

  t.run_until_idle();
  CHECK(Fault::calls(FaultyCall::read) == 0);

  CHECK(t.get(reader.read()).value() == "abc");
}

TEST_CASE("no work is done for a reader of compressed data that is gone") {
  FileFixture t;
  const Fault count;
  const std::string member = packed("");  // gives no octet, however many are read
  std::string members;
  while (members.size() < 100'000)
    members += member;
  FileReader reader = a_reader(t, members, tiny(usual));
  Gate gate;
  auto waiting = reader.read();
  gate.wait_for(1);

  reader = {};
  gate.open();
  t.loop.run();

  CHECK(t.get(std::move(waiting)).error() == Errc::closed);
  CHECK(Fault::calls(FaultyCall::read) == 1);
}

TEST_CASE("a reader of compressed data, its reads and its iterator outlive their loop") {
  const FaultyFiles files;
  const OwnFolder directory;
  const std::string path = directory.put("a", packed("one\n" + prose(1000)));
  std::optional<Loop> loop(std::in_place);
  FileReader reader(loop->run_until(open_file(*loop, path)).value(), tiny(usual));
  auto lines = reader.lines();
  CHECK(loop->run_until(lines.next()).value() == "one");
  auto waiting = reader.read_exactly(1000);

  loop.reset();

  CHECK_FALSE(reader.open());
  CHECK_FALSE(waiting.ready());
}
