// SPDX-License-Identifier: MIT
//
// FileWriter and write_atomically() with compression.
#include <eddy/io/file_reader.hpp>
#include <eddy/io/file_writer.hpp>
#include <eddy/io/write_atomically.hpp>

#include <cerrno>
#include <optional>
#include <string>

#include "../codec/compression_kit.hpp"
#include "file_support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

const Compression usual = all_formats.front();

FileWriterOptions tiny(Compression format) {
  return {.chunk = 4, .high = 8, .hard = 16, .compress = format};
}

FileWriter a_writer(FileFixture& t, const FileWriterOptions& options) {
  return FileWriter(t.open(t.directory / "a", {.write = true, .create = true, .truncate = true}),
                    options);
}

/// What a reader makes of the data of `format` that is there so far.
std::string so_far(Compression format, ByteView data) {
  Decompressor decompressor = *Decompressor::make(format);
  return *all_steps(data, {}, [&](ByteView piece, std::span<char> room, bool) {
    return decompressor.step(piece, room);
  });
}

}  // namespace

TEST_CASE("what is written comes compressed in every format, with its end after close") {
  FileFixture t;
  const std::string text = prose(100'000);

  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    FileWriter writer = a_writer(t, {.compress = format});
    CHECK(t.get(writer.write(text)));
    CHECK(writer.tell() == text.size());
    CHECK(t.get(writer.close()));

    const std::string data = t.directory.content("a");
    CHECK(data.size() < text.size() / 2);
    CHECK(compression_of(data) == format);
    CHECK(decompress(format, data).value() == text);
  }
}

TEST_CASE("many small writes in many small jobs make one piece of data") {
  FileFixture t;
  FileWriter writer = a_writer(t, tiny(usual));
  std::string text;
  for (int i = 0; i < 100; ++i) {
    const std::string piece = std::to_string(i) + ',';
    text += piece;
    CHECK(t.get(writer.write(piece)));
  }

  CHECK(t.get(writer.close()));

  CHECK(decompress(usual, t.directory.content("a")).value() == text);
}

TEST_CASE("what does not compress, and is more than a job writes at a time, comes whole") {
  FileFixture t;
  std::string noise;
  std::uint32_t state = 1;
  while (noise.size() < 100'000)
    noise += static_cast<char>((state = state * 1664525 + 1013904223) >> 24U);

  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    FileWriter writer = a_writer(t, {.compress = format});
    CHECK(t.get(writer.write(noise)));
    CHECK(t.get(writer.close()));

    CHECK(decompress(format, t.directory.content("a")).value() == noise);
  }
}

TEST_CASE("a file to which nothing was written is data of no octets") {
  FileFixture t;

  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    FileWriter writer = a_writer(t, {.compress = format});
    CHECK(t.get(writer.close()));

    CHECK(decompress(format, t.directory.content("a")).value().empty());
  }
}

TEST_CASE("after a flush a reader has all that was written, of every format") {
  FileFixture t;

  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    FileWriter writer = a_writer(t, {.compress = format});
    CHECK(t.get(writer.write("first")));
    CHECK(t.get(writer.flush()));
    CHECK(so_far(format, t.directory.content("a")) == "first");
    CHECK(t.get(writer.write(", second")));
    CHECK(t.get(writer.flush()));
    CHECK(so_far(format, t.directory.content("a")) == "first, second");
    CHECK(t.get(writer.close()));

    CHECK(decompress(format, t.directory.content("a")).value() == "first, second");
  }
}

TEST_CASE("a flush brings out what the compressor holds, though every job is done") {
  FileFixture t;
  FileWriter writer = a_writer(t, {.chunk = 4, .high = 0, .compress = usual});
  CHECK(t.get(writer.write("12345")));
  CHECK(writer.unwritten() == 0);
  CHECK(t.directory.content("a").empty());

  auto flushed = writer.flush();
  CHECK_FALSE(flushed.ready());
  CHECK(t.get(std::move(flushed)));

  CHECK(so_far(usual, t.directory.content("a")) == "12345");
  CHECK(writer.flush().ready());
}

TEST_CASE("sync brings compressed octets to the disk") {
  FileFixture t;
  FileWriter writer = a_writer(t, {.compress = usual});
  const Fault count;

  CHECK(t.get(writer.write("text")));
  CHECK(t.get(writer.sync()));

  CHECK(so_far(usual, t.directory.content("a")) == "text");
  CHECK(Fault::calls(FaultyCall::sync) == 1);
}

TEST_CASE("a writer that appends adds to compressed data what is read as one with it") {
  FileFixture t;
  const std::string path = t.directory.put("a", *compress(usual, "old, "));
  FileWriter writer(t.open(path, {.write = true, .append = true}), {.compress = usual});

  CHECK(t.get(writer.write("new")));
  CHECK(t.get(writer.close()));

  CHECK(decompress(usual, t.directory.content("a")).value() == "old, new");
}

TEST_CASE("compressed data may stand behind something else") {
  FileFixture t;
  FileWriter writer(t.open(t.directory.put("a", "head"), {.write = true}),
                    {.offset = 4, .compress = usual});

  CHECK(t.get(writer.write("text")));
  CHECK(writer.tell() == 4);
  CHECK(t.get(writer.close()));

  const std::string data = t.directory.content("a");
  CHECK(data.substr(0, 4) == "head");
  CHECK(decompress(usual, ByteView(data).substr(4)).value() == "text");
}

TEST_CASE("the level is the one of the options, and one that there is not is an error") {
  FileFixture t;
  const std::string text = prose(100'000);
  FileWriter little = a_writer(t, {.compress = usual, .compress_options = {.level = 9}});
  CHECK(t.get(little.write(text)));
  CHECK(t.get(little.close()));
  CHECK(t.directory.content("a") == compress(usual, text, {}, {.level = 9}).value());

  FileWriter wrong = a_writer(t, {.compress = usual, .compress_options = {.level = 99}});
  CHECK(t.get(wrong.write("text")));
  const Error error = t.get(wrong.flush()).error();

  CHECK(error == Errc::invalid);
  CHECK(error.context().find("compress " + t.directory.path() + "/a") != std::string::npos);
  CHECK(t.get(wrong.write("more")).error() == Errc::invalid);
}

TEST_CASE("write waits while a thread compresses, and is refused at the bound") {
  FileFixture t;
  FileWriter writer = a_writer(t, tiny(usual));
  Gate gate;
  CHECK(t.get(writer.write("123")));
  auto flushed = writer.flush();
  gate.wait_for(1);

  auto waits = writer.write("123456789");
  auto more = writer.write("abcdefgh");
  auto refused = writer.write("x");
  CHECK_FALSE(t.poll(waits));
  CHECK(t.get(std::move(refused)).error() == Errc::overloaded);
  gate.open();

  CHECK(t.get(std::move(waits)));
  CHECK(t.get(std::move(more)));
  CHECK(t.get(std::move(flushed)));
  CHECK(t.get(writer.close()));
  CHECK(decompress(usual, t.directory.content("a")).value() == "123123456789abcdefgh");
}

TEST_CASE("after a full disk the data has no end, and nothing more is written") {
  FileFixture t;
  FileWriter writer = a_writer(t, {.compress = usual});
  CHECK(t.get(writer.write("text")));
  CHECK(t.get(writer.flush()));

  {
    const Fault fault(FaultyCall::write, ENOSPC);
    CHECK(t.get(writer.write("more")));
    CHECK(t.get(writer.flush()).error() == std::errc::no_space_on_device);
  }
  CHECK(t.get(writer.close()).error() == std::errc::no_space_on_device);

  CHECK_FALSE(writer.open());
  CHECK(so_far(usual, t.directory.content("a")) == "text");
}

TEST_CASE("the end of the data that cannot be written is told by close") {
  FileFixture t;
  FileWriter writer = a_writer(t, {.compress = usual});
  CHECK(t.get(writer.write("text")));
  const Fault fault(FaultyCall::write, EIO);

  CHECK(t.get(writer.close()).error() == std::errc::io_error);

  CHECK(t.directory.content("a").empty());
}

TEST_CASE("a writer that dies gives its data the end, and reports an error as unread") {
  FileFixture t;
  {
    FileWriter writer = a_writer(t, {.compress = usual});
    CHECK(t.get(writer.write("text")));
  }
  t.loop.run();
  CHECK(decompress(usual, t.directory.content("a")).value() == "text");

  FileWriter broken = a_writer(t, {.compress = usual});
  CHECK(t.get(broken.write("text")));
  const Fault fault(FaultyCall::write, EIO);
  broken = {};
  t.loop.run();
  const auto unread = t.take_unread();

  REQUIRE(unread.size() == 1);
  CHECK(unread[0].error == std::errc::io_error);
}

TEST_CASE("a writer that compresses dies inside a continuation of its own") {
  FileFixture t;
  FileWriter writer = a_writer(t, {.compress = usual});
  std::ignore = t.get(writer.write("text"));
  auto work = writer.flush().then([&] { writer = {}; });

  CHECK(t.get(std::move(work)));
  t.loop.run();

  CHECK(decompress(usual, t.directory.content("a")).value() == "text");
}

TEST_CASE("a writer that compresses outlives its loop") {
  const OwnFolder directory;
  std::optional<Loop> loop(std::in_place);
  FileWriter writer(
      loop->run_until(open_file(*loop, directory / "a", {.write = true, .create = true})).value(),
      {.compress = usual});
  CHECK(loop->run_until(writer.write("text")));
  auto waiting = writer.flush();

  loop.reset();

  CHECK_FALSE(writer.open());
  CHECK_FALSE(waiting.ready());
}

TEST_CASE("a file is replaced by compressed content, all or nothing") {
  FileFixture t;
  const std::string path = t.directory.put("a", "old");

  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    CHECK(t.get(fs::write_atomically(t.loop, path, "new text", {.compress = format})));
    CHECK(decompress(format, t.directory.content("a")).value() == "new text");
  }
  const Fault fault(FaultyCall::write, ENOSPC);
  const std::string before = t.directory.content("a");
  CHECK(t.get(fs::write_atomically(t.loop, path, "more", {.compress = usual})).error() ==
        std::errc::no_space_on_device);

  CHECK(t.directory.content("a") == before);
  CHECK(t.directory.names() == "a");
}
