// SPDX-License-Identifier: MIT
//
// Compressed files that are damaged, cut off or made to do harm, and a kernel that fails meanwhile.
#include <eddy/io/file_reader.hpp>
#include <eddy/io/file_writer.hpp>

#include <cerrno>
#include <string>

#include "../codec/compression_kit.hpp"
#include "file_support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

const Compression usual = all_formats.front();

FileReader a_reader(FileFixture& t, std::string_view data, const FileReaderOptions& options) {
  return FileReader(t.open(t.directory.put("a", data)), options);
}

/// What reading all of a file comes to.
Error error_of(FileFixture& t, std::string_view data, const FileReaderOptions& options) {
  FileReader reader = a_reader(t, data, options);
  return t.get(reader.read_all(1 << 20)).error();
}

}  // namespace

// hardening 110
TEST_CASE("a compressed file that is cut off is refused by its name") {
  FileFixture t;

  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    const std::string data = *compress(format, prose(1000));
    const Error error =
        error_of(t, ByteView(data).substr(0, data.size() - 1), {.decompress = format});

    CHECK(error == Errc::protocol);
    CHECK(error.context() == "decompress " + t.directory.path() +
                                 "/a: " + std::string(to_string(format)) + ": the data is cut off");
  }
}

// hardening 110
TEST_CASE("a compressed file with a changed octet, or something behind its end, is refused") {
  FileFixture t;

  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    const std::string data = *compress(format, prose(1000));
    std::string changed = data;
    changed[data.size() / 2] ^= 1;

    CHECK(error_of(t, changed, {.decompress = format}) == Errc::protocol);
    CHECK(error_of(t, data + "garbage", {.decompress = format}) == Errc::protocol);
  }
}

TEST_CASE(
    "a file that is not of the format that was asked for is refused, and so is an empty one") {
  FileFixture t;

  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    CHECK(error_of(t, "plain text, and not little of it", {.decompress = format}) ==
          Errc::protocol);
    CHECK(error_of(t, "", {.decompress = format}) == Errc::protocol);
  }
}

TEST_CASE("what stands before the damage is given, whatever the chunks, and then the error stays") {
  FileFixture t;
  const std::string good = *compress(usual, "one\ntwo\n");
  FileReader reader =
      a_reader(t, good + "garbage", {.first_chunk = 3, .chunk = 1 << 20, .decompress = usual});

  CHECK(t.get(reader.read_line()).value() == "one");
  CHECK(t.get(reader.read_line()).value() == "two");
  CHECK(t.get(reader.read_line()).error() == Errc::protocol);
  CHECK(t.get(reader.read()).error() == Errc::protocol);
  CHECK(reader.seek(0));
  CHECK(t.get(reader.read_line()).value() == "one");
}

// hardening 109
TEST_CASE("a file that is a bomb is refused before it has burst") {
  FileFixture t;

  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    const std::string bomb = *compress(format, std::string(1 << 20, '\0'));
    FileReader reader = a_reader(t,
                                 bomb,
                                 {.first_chunk = 1 << 16,
                                  .ahead = 0,
                                  .decompress = format,
                                  .decompress_limits = {.free_bytes = 1 << 16}});
    const Error error = t.get(reader.read_all(1 << 20)).error();

    CHECK(error == Errc::too_large);
    CHECK(error.context().find("max_ratio") != std::string::npos);
  }
}

// hardening 109
TEST_CASE("no more than max_bytes come out of a file") {
  FileFixture t;
  const std::string data = *compress(usual, "abcdefghij");

  CHECK(error_of(t, data, {.decompress = usual, .decompress_limits = {.max_bytes = 9}}) ==
        Errc::too_large);
  FileReader enough =
      a_reader(t, data, {.decompress = usual, .decompress_limits = {.max_bytes = 10}});
  CHECK(t.get(enough.read_all(100)).value() == "abcdefghij");
}

TEST_CASE("after an error of the disk compressed data is read on where it stopped") {
  FileFixture t;
  std::string noise;
  std::uint32_t state = 1;
  while (noise.size() < 150'000)
    noise += static_cast<char>((state = state * 1664525 + 1013904223) >> 24U);
  FileReader reader = a_reader(t, *compress(usual, noise), {.decompress = usual});
  const Fault fault(FaultyCall::read, EIO, 1, 1);

  const Error error = t.get(reader.read_all(noise.size())).error();

  CHECK(error == std::errc::io_error);
  CHECK(error.context() == "read " + t.directory.path() + "/a at 65536");
  CHECK(reader.tell() == 0);
  CHECK(t.get(reader.read_all(noise.size())).value() == noise);
}

TEST_CASE("an error of the disk before the format is known can be tried again") {
  FileFixture t;
  FileReader reader = a_reader(t, *compress(usual, "text"), {.detect_compression = true});
  const Fault fault(FaultyCall::read, EIO, 0, 1);

  CHECK(t.get(reader.read()).error() == std::errc::io_error);
  CHECK(t.get(reader.read()).value() == "text");
}

TEST_CASE_TEMPLATE("interrupted and short reads of compressed files are not noticed",
                   Code,
                   std::integral_constant<int, EINTR>,
                   std::integral_constant<int, 0>) {
  FileFixture t;
  FileReader reader = a_reader(t, *compress(usual, prose(3000)), {.detect_compression = true});
  const Fault fault(FaultyCall::read, Code::value, 0, 5);

  CHECK(t.get(reader.read_all(3000)).value() == prose(3000));
}

TEST_CASE_TEMPLATE("interrupted and short writes of compressed files are not noticed",
                   Code,
                   std::integral_constant<int, EINTR>,
                   std::integral_constant<int, 0>) {
  FileFixture t;
  FileWriter writer(t.open_to_write(t.directory / "a"), {.compress = usual});
  const Fault fault(FaultyCall::write, Code::value, 0, 3);

  CHECK(t.get(writer.write(prose(3000))));
  CHECK(t.get(writer.close()));

  CHECK(*decompress(usual, t.directory.content("a")) == prose(3000));
}

TEST_CASE("a format that this build is without is refused with the way to get it") {
  FileFixture t;

  for (Compression format : missing_formats) {
    CAPTURE(to_string(format));
    FileWriter writer(t.open_to_write(t.directory / "b"), {.compress = format});
    CHECK(t.get(writer.write("text")));
    const Error unwritten = t.get(writer.close()).error();
    const Error unread = error_of(t, "any", {.decompress = format});

    CHECK(unwritten == std::errc::not_supported);
    CHECK(unread == std::errc::not_supported);
    CHECK(unread.context().find("=enabled)") != std::string::npos);
  }
  CHECK(all_formats.size() + missing_formats.size() == 4);
}
