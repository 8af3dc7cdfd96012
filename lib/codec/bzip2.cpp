// SPDX-License-Identifier: MIT
//
// bzip2 by libbz2.
#include <bzlib.h>

#include <algorithm>
#include <array>
#include <utility>

#include "codec/member_decompressor.hpp"

namespace eddy::detail {
namespace {

/// Hands input and room to libbz2, and tells what it made of them.
///
/// Its interface is older than const, so that it gets a copy: beside the work of bzip2 that is
/// nothing.
class Exchange {
 public:
  Exchange(bz_stream& stream, ByteView input, std::span<char> room) noexcept
      : stream_(stream), room_(static_cast<unsigned>(room.size())) {
    input_ = static_cast<unsigned>(std::min(input.size(), copy_.size()));
    std::copy_n(input.begin(), input_, copy_.begin());
    stream.next_in = copy_.data();
    stream.avail_in = input_;
    stream.next_out = room.data();
    stream.avail_out = room_;
  }
  std::size_t offered() const noexcept { return input_; }
  CodecStep step() const noexcept {
    return {input_ - stream_.avail_in, room_ - stream_.avail_out, stream_.avail_out == 0};
  }

 private:
  bz_stream& stream_;
  unsigned input_ = 0;
  unsigned room_;
  std::array<char, 16 * 1024> copy_;
};

/// A flush of libbz2 keeps back up to seven bits, without which a reader cannot have the last
/// block: CodecFlush::all ends the member instead, and the next input begins another.
class Bzip2Compressor final : public CompressorBackend {
 public:
  explicit Bzip2Compressor(int level) noexcept : level_(level) {}
  Bzip2Compressor(const Bzip2Compressor&) = delete;
  Bzip2Compressor& operator=(const Bzip2Compressor&) = delete;
  ~Bzip2Compressor() override { BZ2_bzCompressEnd(&stream_); }

  bool init() noexcept { return BZ2_bzCompressInit(&stream_, level_, 0, 0) == BZ_OK; }

  Result<CodecStep> step(ByteView input, std::span<char> room, CodecFlush flush) override {
    if (finished_) {
      if (input.empty()) return CodecStep{};
      return Error(Errc::invalid, "there is input after the finish");
    }
    if (input.empty() && nothing_to_do(flush)) return CodecStep{};
    if (place_ == Place::between && !restart()) return no_memory();
    if (!input.empty()) place_ = Place::inside;
    const Exchange exchange(stream_, input, room);
    // What is behind an end is refused: the end comes with the last piece of the input.
    const bool ending = flush != CodecFlush::none && exchange.offered() == input.size();
    const int status = BZ2_bzCompress(&stream_, ending ? BZ_FINISH : BZ_RUN);
    if (status < 0) return no_memory();
    CodecStep done = exchange.step();
    done.more = status == BZ_FINISH_OK;
    if (status == BZ_STREAM_END) ended(flush);
    return done;
  }

 private:
  enum class Place { before, inside, between };

  /// libbz2 calls a step without input an error.
  bool nothing_to_do(CodecFlush flush) noexcept {
    if (flush == CodecFlush::finish && place_ == Place::between) finished_ = true;
    return finished_ || flush == CodecFlush::none ||
           (flush == CodecFlush::all && place_ != Place::inside);
  }
  bool restart() noexcept {
    BZ2_bzCompressEnd(&stream_);
    stream_ = {};
    return init();
  }
  void ended(CodecFlush flush) noexcept {
    place_ = Place::between;
    finished_ = flush == CodecFlush::finish;
  }

  bz_stream stream_{};
  int level_;
  Place place_ = Place::before;
  bool finished_ = false;
};

class Bzip2Decompressor final : public MemberDecompressor {
 public:
  Bzip2Decompressor() = default;
  Bzip2Decompressor(const Bzip2Decompressor&) = delete;
  Bzip2Decompressor& operator=(const Bzip2Decompressor&) = delete;
  ~Bzip2Decompressor() override { BZ2_bzDecompressEnd(&stream_); }

  bool init() noexcept { return BZ2_bzDecompressInit(&stream_, 0, 0) == BZ_OK; }

 private:
  Result<void> restart() override {
    BZ2_bzDecompressEnd(&stream_);
    stream_ = {};
    if (!init()) return no_memory();
    return {};
  }

  Result<Decoded> decode(ByteView input, std::span<char> room) override {
    const Exchange exchange(stream_, input, room);
    const int status = BZ2_bzDecompress(&stream_);
    if (status == BZ_MEM_ERROR) return no_memory();
    if (status == BZ_DATA_ERROR_MAGIC) return damaged("it does not begin as bzip2 does");
    if (status < 0) return damaged("a checksum is wrong");
    return Decoded{exchange.step(), status == BZ_STREAM_END};
  }

  bz_stream stream_{};
};

std::unique_ptr<CompressorBackend> make_compressor(int level) {
  auto backend = std::make_unique<Bzip2Compressor>(level);
  if (!backend->init()) return nullptr;
  return backend;
}

std::unique_ptr<DecompressorBackend> make_decompressor(const DecompressOptions&) {
  auto backend = std::make_unique<Bzip2Decompressor>();
  if (!backend->init()) return nullptr;
  return backend;
}

}  // namespace

CompressionLibrary bzip2_library() noexcept {
  return {"libbz2-dev", "bzip2", 1, 9, 9, &make_compressor, &make_decompressor};
}

}  // namespace eddy::detail
