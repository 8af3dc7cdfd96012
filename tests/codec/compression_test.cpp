// SPDX-License-Identifier: MIT
#include <eddy/codec/compression.hpp>

#include <doctest/doctest.h>

#include "codec/built_formats.hpp"
#include "compression_kit.hpp"

namespace eddy {
namespace {

std::string ended(Compression format, ByteView text) {
  return *compress(format, text);
}

constexpr ByteView nothing_by_gzip("\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0", 20);
constexpr ByteView nothing_by_bzip2("BZh9\x17\x72\x45\x38\x50\x90\0\0\0\0", 14);

TEST_CASE("the formats that are there are those whose libraries the build has found") {
  CHECK(available(Compression::gzip) == built_with_gzip);
  CHECK(available(Compression::bzip2) == built_with_bzip2);
  CHECK(available(Compression::xz) == built_with_xz);
  CHECK(available(Compression::zstd) == built_with_zstd);
  CHECK(all_formats.size() + missing_formats.size() == 4);
}

TEST_CASE("a format that is not there is refused with the way to get it") {
  for (Compression format : missing_formats) {
    CAPTURE(to_string(format));
    const std::string how = "-D" + std::string(to_string(format)) + "=enabled";

    const Error compressing = Compressor::make(format).error();
    const Error decompressing = Decompressor::make(format).error();

    CHECK(compressing == std::errc::not_supported);
    CHECK(compressing.context().find(how) != std::string::npos);
    CHECK(decompressing == std::errc::not_supported);
    CHECK(decompressing.context().find(how) != std::string::npos);
  }
}

TEST_CASE("what is compressed and decompressed is the same, whatever its size") {
  for (Compression format : all_formats) {
    for (std::size_t size : {0, 1, 1000, 300'000}) {
      CAPTURE(to_string(format));
      CAPTURE(size);
      const std::string text = prose(size);

      const Result<std::string> data = compress(format, text);
      REQUIRE(data.has_value());

      CHECK(*decompress(format, *data) == text);
    }
  }
}

TEST_CASE("pieces of one octet and room for one octet are enough") {
  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    const std::string text = prose(3000);

    const Result<std::string> data = compress(format, text, {.input = 1, .room = 1});
    REQUIRE(data.has_value());

    CHECK(*decompress(format, *data, {}, {.input = 1, .room = 1}) == text);
  }
}

TEST_CASE("text becomes fewer octets") {
  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    CHECK(ended(format, prose(100'000)).size() < 40'000);
  }
}

TEST_CASE("several pieces of data, one after the other, are read as one") {
  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    const std::string data = ended(format, "one, ") + ended(format, "") + ended(format, "two");

    CHECK(*decompress(format, data) == "one, two");
    CHECK(*decompress(format, data, {}, {.input = 1, .room = 1}) == "one, two");
  }
}

TEST_CASE("data that is cut off anywhere is refused") {
  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    const std::string data = ended(format, prose(500));

    for (std::size_t size = 0; size < data.size(); ++size) {
      CAPTURE(size);
      const auto text = decompress(format, ByteView(data).substr(0, size));
      REQUIRE_FALSE(text.has_value());
      CHECK(text.error() == Errc::protocol);
    }
  }
}

TEST_CASE("the second of two pieces of data that is cut off is refused") {
  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    std::string data = ended(format, "whole") + ended(format, "cut");
    data.pop_back();

    CHECK(decompress(format, data).error() == Errc::protocol);
  }
}

TEST_CASE("an octet that was changed anywhere never gives another text") {
  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    const std::string text = prose(500);
    const std::string data = ended(format, text);

    for (std::size_t at = 0; at < data.size(); ++at) {
      CAPTURE(at);
      std::string changed = data;
      changed[at] = static_cast<char>(changed[at] ^ 0x10);
      const auto got = decompress(format, changed);
      // gzip has fields in its head that no checksum covers.
      CHECK((!got.has_value() || *got == text));
    }
  }
}

TEST_CASE("data of another format is refused, and so is text") {
  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    const ByteView other = format == Compression::gzip ? nothing_by_bzip2 : nothing_by_gzip;

    CHECK(decompress(format, other).error() == Errc::protocol);
    CHECK(decompress(format, "this is no compressed data at all").error() == Errc::protocol);
  }
}

TEST_CASE("something behind the end is refused, zeros are not") {
  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    const std::string data = ended(format, "text");

    CHECK(*decompress(format, data + std::string(512, '\0')) == "text");
    CHECK(decompress(format, data + "garbage").error() == Errc::protocol);
    CHECK(decompress(format, data + std::string(4, '\0') + data).error() == Errc::protocol);
  }
}

TEST_CASE("an error stays") {
  Decompressor any = *Decompressor::make(all_formats.front());
  char room[10];
  REQUIRE_FALSE(any.step("garbage", room).has_value());

  CHECK(any.step(ended(all_formats.front(), "text"), room).error() == Errc::protocol);
  CHECK(any.finish().error() == Errc::protocol);
}

TEST_CASE("a bomb is refused before it has burst") {
  const std::string zeros(3 * 1024 * 1024, '\0');
  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    const std::string bomb = ended(format, zeros);
    REQUIRE(bomb.size() < 20'000);

    const auto text = decompress(format, bomb);

    REQUIRE_FALSE(text.has_value());
    CHECK(text.error() == Errc::too_large);
    CHECK(text.error().message().find("max_ratio") != std::string::npos);
    CHECK(decompress(format, bomb, {.max_ratio = 100'000'000})->size() == zeros.size());
  }
}

TEST_CASE("what is little in all may have any ratio") {
  const std::string zeros(1024 * 1024, '\0');
  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    CHECK(decompress(format, ended(format, zeros))->size() == zeros.size());
  }
}

TEST_CASE("a ratio of zero allows the free octets and no more") {
  const std::string data = ended(all_formats.front(), prose(1000));

  CHECK(decompress(all_formats.front(), data, {.max_ratio = 0, .free_bytes = 1000}).has_value());
  CHECK(decompress(all_formats.front(), data, {.max_ratio = 0, .free_bytes = 999}).error() ==
        Errc::too_large);
}

TEST_CASE("more than max_bytes is refused, and exactly as many are not") {
  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    const std::string data = ended(format, prose(1000));

    CHECK(decompress(format, data, {.max_bytes = 1000}).has_value());
    CHECK(decompress(format, data, {.max_bytes = 999}).error() == Errc::too_large);
  }
}

TEST_CASE("data that wants more memory than allowed is refused") {
  for (Compression format : {Compression::xz, Compression::zstd}) {
    if (!available(format)) continue;
    CAPTURE(to_string(format));
    const std::string data = *compress(format, prose(1'000'000), {}, {.level = 1});

    const auto text = decompress(format, data, {.max_memory = 64 * 1024});

    REQUIRE_FALSE(text.has_value());
    CHECK(text.error() == Errc::too_large);
    CHECK(text.error().message().find("max_memory") != std::string::npos);
  }
}

TEST_CASE("frames of zstd before 1.0 are refused, also after others and cut into octets") {
  if (!available(Compression::zstd)) return;
  const std::string good = *compress(Compression::zstd, "text");
  for (const char version : ByteView("\x1e\x22\x23\x24\x25\x26\x27")) {
    CAPTURE(static_cast<int>(version));
    const std::string old = version + std::string("\xb5\x2f\xfd\x04\0\0\0\0", 8);

    CHECK(decompress(Compression::zstd, old).error() == Errc::protocol);
    CHECK(decompress(Compression::zstd, old, {}, {.input = 1}).error() == Errc::protocol);
    CHECK(decompress(Compression::zstd, good + old).error() == Errc::protocol);
  }
}

TEST_CASE("a frame of zstd that ends before the size that it tells is damaged, in any pieces") {
  if (!available(Compression::zstd)) return;
  const std::string tells_347_has_none("\x28\xb5\x2f\xfd\x40\x31\x5b\0\x01\0\0", 11);

  CHECK(decompress(Compression::zstd, tells_347_has_none).error() == Errc::protocol);
  CHECK(decompress(Compression::zstd, tells_347_has_none, {}, {.input = 1}).error() ==
        Errc::protocol);
}

TEST_CASE("what a frame of zstd comes to does not hang on whether it comes in one piece") {
  if (!available(Compression::zstd)) return;
  const std::string empty_block("\x28\xb5\x2f\xfd\x20\0\x05\0\0", 9);
  const std::string large = *compress(Compression::zstd, prose(1'000'000), {}, {.level = 1});
  const DecompressOptions little{.max_memory = 64 * 1024};
  const Pieces whole{.input = large.size(), .room = 2'000'000};

  CHECK(decompress(Compression::zstd, empty_block).has_value() ==
        decompress(Compression::zstd, empty_block, {}, {.input = 1}).has_value());
  CHECK(decompress(Compression::zstd, large, little, whole).error() == Errc::too_large);
}

TEST_CASE("frames of zstd that are to be skipped are, before others and behind them") {
  if (!available(Compression::zstd)) return;
  const std::string good = *compress(Compression::zstd, "text");
  const std::string skipped("\x5a\x2a\x4d\x18\x03\0\0\0abc", 11);

  CHECK(decompress(Compression::zstd, skipped + good + skipped).value() == "text");
  CHECK(decompress(Compression::zstd, skipped + good, {}, {.input = 1}).value() == "text");
}

TEST_CASE("the levels are those of each library, and others are refused with the bounds") {
  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    const int highest = format == Compression::zstd ? 19 : 9;
    CHECK(Compressor::make(format, {.level = 1}).has_value());

    const auto none = Compressor::make(format, {.level = highest + 1});

    REQUIRE_FALSE(none.has_value());
    CHECK(none.error() == Errc::invalid);
    CHECK(none.error().message().find("to " + std::to_string(highest)) != std::string::npos);
  }
}

TEST_CASE("after a flush the reader has all that was written") {
  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    Compressor writer = *Compressor::make(format);
    Decompressor reader = *Decompressor::make(format);
    const std::string text = prose(1000);
    auto flushed = [&writer](ByteView piece, std::span<char> room, bool) {
      return writer.step(piece, room, CodecFlush::all);
    };
    auto read = [&reader](ByteView piece, std::span<char> room, bool) {
      return reader.step(piece, room);
    };

    const Result<std::string> data = all_steps(text, {.room = 10}, flushed);
    REQUIRE(data.has_value());

    CHECK(*all_steps(*data, {}, read) == text);
  }
}

TEST_CASE("flushes in between change nothing of the text") {
  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    Compressor writer = *Compressor::make(format);
    std::string data;
    auto write = [&writer, &data](ByteView text, CodecFlush flush) {
      data += *all_steps(text, {.room = 10}, [&](ByteView piece, std::span<char> room, bool) {
        return writer.step(piece, room, flush);
      });
    };

    write("", CodecFlush::all);
    write("one, ", CodecFlush::all);
    write("", CodecFlush::all);
    write("two, ", CodecFlush::none);
    write("three", CodecFlush::all);
    for (std::size_t before = data.size() + 1; before != data.size();) {
      before = data.size();
      char room[10];
      const Result<CodecStep> done = writer.step({}, room, CodecFlush::finish);
      data.append(room, done->produced);
    }

    CHECK(*decompress(format, data) == "one, two, three");
  }
}

TEST_CASE("after a finish there may be no more input") {
  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    Compressor writer = *Compressor::make(format);
    char room[1000];
    REQUIRE_FALSE(writer.step("text", room, CodecFlush::finish)->more);

    CHECK(writer.step("more", room).error() == Errc::invalid);
    CHECK(writer.step({}, room, CodecFlush::finish)->produced == 0);
  }
}

TEST_CASE("a format is known by its first octets and by the name of a file") {
  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    CHECK(compression_of(ended(format, "text")) == format);
  }
  CHECK_FALSE(compression_of("text").has_value());
  CHECK_FALSE(compression_of("BZh").has_value());
  CHECK_FALSE(compression_of("BZh9 is what bzip2 begins with").has_value());
  CHECK_FALSE(compression_of("\x1f\x8b").has_value());
  CHECK_FALSE(compression_of("").has_value());
  CHECK(compression_of_name("access.log.gz") == Compression::gzip);
  CHECK(compression_of_name("a.bz2") == Compression::bzip2);
  CHECK(compression_of_name("a.tar.xz") == Compression::xz);
  CHECK(compression_of_name("a.zst") == Compression::zstd);
  CHECK_FALSE(compression_of_name("gz").has_value());
}

}  // namespace
}  // namespace eddy
