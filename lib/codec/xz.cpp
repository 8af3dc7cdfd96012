// SPDX-License-Identifier: MIT
//
// xz by liblzma.
#include <lzma.h>

#include <string>
#include <utility>

#include "codec/member_decompressor.hpp"

namespace eddy::detail {
namespace {

/// Hands input and room to liblzma, and tells what it made of them.
class Exchange {
 public:
  Exchange(lzma_stream& stream, ByteView input, std::span<char> room) noexcept
      : stream_(stream), input_(input.size()), room_(room.size()) {
    stream.next_in = reinterpret_cast<const std::uint8_t*>(input.data());
    stream.avail_in = input.size();
    stream.next_out = reinterpret_cast<std::uint8_t*>(room.data());
    stream.avail_out = room.size();
  }
  CodecStep step() const noexcept {
    return {input_ - stream_.avail_in, room_ - stream_.avail_out, stream_.avail_out == 0};
  }

 private:
  lzma_stream& stream_;
  std::size_t input_;
  std::size_t room_;
};

class XzCompressor final : public CompressorBackend {
 public:
  XzCompressor() = default;
  XzCompressor(const XzCompressor&) = delete;
  XzCompressor& operator=(const XzCompressor&) = delete;
  ~XzCompressor() override { lzma_end(&stream_); }

  bool init(int level) noexcept {
    const auto preset = static_cast<std::uint32_t>(level);
    return lzma_easy_encoder(&stream_, preset, LZMA_CHECK_CRC64) == LZMA_OK;
  }

  Result<CodecStep> step(ByteView input, std::span<char> room, CodecFlush flush) override {
    if (ended_) {
      if (input.empty()) return CodecStep{};
      return Error(Errc::invalid, "there is input after the finish");
    }
    const Exchange exchange(stream_, input, room);
    const lzma_ret status = lzma_code(&stream_, action_of(flush));
    // LZMA_BUF_ERROR: there was nothing to do.
    const bool flushed = status == LZMA_STREAM_END;
    if (!flushed && status != LZMA_OK && status != LZMA_BUF_ERROR) return no_memory();
    ended_ = flushed && flush == CodecFlush::finish;
    CodecStep done = exchange.step();
    done.more = flush == CodecFlush::none ? done.more : !flushed;
    return done;
  }

 private:
  static lzma_action action_of(CodecFlush flush) noexcept {
    switch (flush) {
      case CodecFlush::none:
        return LZMA_RUN;
      case CodecFlush::all:
        return LZMA_SYNC_FLUSH;
      case CodecFlush::finish:
        return LZMA_FINISH;
    }
    return LZMA_RUN;
  }

  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool ended_ = false;
};

class XzDecompressor final : public MemberDecompressor {
 public:
  explicit XzDecompressor(std::uint64_t max_memory) noexcept : max_memory_(max_memory) {}
  XzDecompressor(const XzDecompressor&) = delete;
  XzDecompressor& operator=(const XzDecompressor&) = delete;
  ~XzDecompressor() override { lzma_end(&stream_); }

  bool init() noexcept { return lzma_stream_decoder(&stream_, max_memory_, 0) == LZMA_OK; }

 private:
  Result<void> restart() override {
    if (!init()) return no_memory();
    return {};
  }

  Result<Decoded> decode(ByteView input, std::span<char> room) override {
    const Exchange exchange(stream_, input, room);
    const lzma_ret status = lzma_code(&stream_, LZMA_RUN);
    switch (status) {
      case LZMA_OK:
      case LZMA_BUF_ERROR:  // there was nothing to do
        return Decoded{exchange.step(), false};
      case LZMA_STREAM_END:
        return Decoded{exchange.step(), true};
      case LZMA_MEM_ERROR:
        return no_memory();
      case LZMA_MEMLIMIT_ERROR:
        return Error(Errc::too_large,
                     "the data needs " + std::to_string(lzma_memusage(&stream_)) +
                         " octets of memory (DecompressOptions::max_memory)");
      case LZMA_FORMAT_ERROR:
        return damaged("it does not begin as xz does");
      case LZMA_OPTIONS_ERROR:
        return damaged("it uses what this liblzma does not know");
      default:
        return damaged("a checksum is wrong");
    }
  }

  lzma_stream stream_ = LZMA_STREAM_INIT;
  std::uint64_t max_memory_;
};

std::unique_ptr<CompressorBackend> make_compressor(int level) {
  auto backend = std::make_unique<XzCompressor>();
  if (!backend->init(level)) return nullptr;
  return backend;
}

std::unique_ptr<DecompressorBackend> make_decompressor(const DecompressOptions& options) {
  auto backend = std::make_unique<XzDecompressor>(options.max_memory);
  if (!backend->init()) return nullptr;
  return backend;
}

}  // namespace

CompressionLibrary xz_library() noexcept {
  return {"liblzma-dev", "xz", 0, 9, 6, &make_compressor, &make_decompressor};
}

}  // namespace eddy::detail
