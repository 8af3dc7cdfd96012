// SPDX-License-Identifier: MIT
#include <eddy/io/compressed_pieces.hpp>

#include <eddy/core/iterate.hpp>
#include <eddy/io/duplex.hpp>
#include <eddy/io/pieces.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "../codec/compression_kit.hpp"
#include "file_support.hpp"

using namespace eddy;
using namespace eddy::testing;
using Texts = std::vector<std::string>;

namespace {

const Compression usual = all_formats.front();

/// Pieces of `size` octets.
Texts cut(ByteView text, std::size_t size) {
  Texts all;
  for (; !text.empty(); text.remove_prefix(std::min(size, text.size())))
    all.emplace_back(text.substr(0, size));
  return all;
}

std::string joined(const Texts& pieces) {
  std::string all;
  for (const std::string& piece : pieces)
    all += piece;
  return all;
}

/// Tells when it is closed.
class Closable final : public AsyncSource<std::string> {
 public:
  Closable(std::string first, bool& closed) : first_(std::move(first)), closed_(closed) {}
  Future<std::optional<std::string>> next() override {
    return ready_future(std::optional(std::exchange(first_, {})));
  }
  Future<void> close() override {
    closed_ = true;
    return ready_future();
  }

 private:
  std::string first_;
  bool& closed_;
};

}  // namespace

TEST_CASE("pieces are compressed and decompressed, in every format and however they are cut") {
  FileFixture t;
  const std::string text = prose(50'000);

  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    auto packed = compressed(t.loop, from(cut(text, 999)), format);
    const std::string data = joined(t.get(std::move(packed).collect()).value());
    CHECK(decompress(format, data).value() == text);

    auto unpacked = decompressed(t.loop, from(cut(data, 77)), format);
    CHECK(joined(t.get(std::move(unpacked).collect()).value()) == text);
  }
}

TEST_CASE("a piece that becomes much comes in steps of a bounded size") {
  FileFixture t;
  const std::string data = *compress(usual, std::string(300'000, 'x'));

  const Texts all = t.get(decompressed(t.loop, from(Texts{data}), usual).collect()).value();

  CHECK(joined(all) == std::string(300'000, 'x'));
  CHECK(std::max_element(all.begin(), all.end(), [](const auto& one, const auto& other) {
          return one.size() < other.size();
        })->size() <= 64 * 1024);
}

TEST_CASE("no pieces are data of no octets, and a hundred empty ones give nothing") {
  FileFixture t;

  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    auto none = compressed(t.loop, from(Texts{}), format);
    Texts data = t.get(std::move(none).collect()).value();
    data.insert(data.begin(), 100, "");
    CHECK(t.get(decompressed(t.loop, from(std::move(data)), format).collect()).value().empty());
  }
}

TEST_CASE("a peer has each piece at once where nothing is to be kept back") {
  FileFixture t;
  auto [ours, theirs] = duplex(t.loop);

  for (Compression format : all_formats) {
    CAPTURE(to_string(format));
    auto packed = compressed(t.loop, pieces(ours), format, {}, CodecFlush::all);
    Decompressor peer = *Decompressor::make(format);
    theirs.write("question");
    const std::string data = *t.get(packed.next()).value();

    CHECK(*all_steps(data, {}, [&](ByteView piece, std::span<char> room, bool) {
      return peer.step(piece, room);
    }) == "question");
  }
}

TEST_CASE("lines come out of compressed pieces of a stream") {
  FileFixture t;
  auto [ours, theirs] = duplex(t.loop);
  auto all = lines(decompressed(t.loop, pieces(ours), usual));

  theirs.write(*compress(usual, "one\ntwo\nlast"));
  auto ended = theirs.shutdown();

  CHECK(t.get(std::move(all).collect()).value() == Texts{"one", "two", "last"});
  CHECK(t.get(std::move(ended)));
}

// hardening 110
TEST_CASE("damaged pieces give what stands before the damage, and the error") {
  FileFixture t;
  const std::string data = *compress(usual, "good");
  auto garbage = decompressed(t.loop, from(Texts{data + "garbage"}), usual);
  CHECK(t.get(garbage.next()).value() == "good");
  CHECK(t.get(garbage.next()).error() == Errc::protocol);

  auto cut_off = decompressed(t.loop, from(Texts{data.substr(0, data.size() - 1)}), usual);
  CHECK(t.get(std::move(cut_off).collect()).error() == Errc::protocol);
}

// hardening 109
TEST_CASE("pieces that are a bomb are refused") {
  FileFixture t;
  const std::string bomb = *compress(usual, std::string(1 << 20, '\0'));

  auto all = decompressed(t.loop, from(Texts{bomb}), usual, {.free_bytes = 1 << 17});

  CHECK(t.get(std::move(all).collect()).error() == Errc::too_large);
}

TEST_CASE("a level that there is not, and a format that is missing, are told by the first next") {
  FileFixture t;
  auto level = compressed(t.loop, from(Texts{"a"}), usual, {.level = 99});
  CHECK(t.get(level.next()).error() == Errc::invalid);

  for (Compression format : missing_formats) {
    CAPTURE(to_string(format));
    auto packed = compressed(t.loop, from(Texts{"a"}), format);
    CHECK(t.get(packed.next()).error() == std::errc::not_supported);
    auto unpacked = decompressed(t.loop, from(Texts{"a"}), format);
    CHECK(t.get(unpacked.next()).error() == std::errc::not_supported);
  }
}

TEST_CASE("what a dropped next had asked for is given to the one after it") {
  FileFixture t;
  auto [ours, theirs] = duplex(t.loop);
  auto all = decompressed(t.loop, pieces(ours), usual);
  const std::string data = *compress(usual, "text");
  {
    auto dropped = all.next();
    theirs.write(ByteView(data).substr(0, 5));
    t.run_until_idle();
  }

  theirs.write(ByteView(data).substr(5));

  CHECK(t.get(all.next()).value() == "text");
}

TEST_CASE("closing in the midst, and an error, close the pieces") {
  FileFixture t;
  bool left = false;
  auto all = decompressed(t.loop, make_iterator<Closable>(*compress(usual, "text"), left), usual);
  CHECK(t.get(all.next()).value() == "text");
  CHECK_FALSE(left);
  CHECK(t.get(all.close()));
  CHECK(left);

  bool failed = false;
  auto bad = decompressed(t.loop, make_iterator<Closable>("garbage", failed), usual);
  CHECK(t.get(bad.next()).error() == Errc::protocol);
  CHECK(failed);
}

TEST_CASE("an iterator dies while a thread works for it") {
  FileFixture t;
  auto all = compressed(t.loop, from(Texts{prose(100'000)}), usual);
  auto waiting = all.next();
  CHECK_FALSE(t.poll(waiting));

  all = {};
  waiting = {};
  t.loop.run();
}

TEST_CASE("an iterator dies inside the continuation of its own next") {
  FileFixture t;
  auto all = decompressed(t.loop, from(Texts{*compress(usual, "text")}), usual);

  auto inside = all.next().then([&](const std::optional<std::string>& piece) {
    all = {};
    return *piece;
  });

  CHECK(t.get(std::move(inside)).value() == "text");
}

TEST_CASE("an iterator over compressed pieces and its next outlive their loop") {
  std::optional<Loop> loop(std::in_place);
  auto all = compressed(*loop, from(Texts{"a", "b"}), usual, {}, CodecFlush::all);
  CHECK(loop->run_until(all.next()).value().has_value());
  auto waiting = all.next();

  loop.reset();

  CHECK_FALSE(waiting.ready());
}
