// SPDX-License-Identifier: MIT
//
// gzip by zlib.
#include <zlib.h>

#include <utility>

#include "codec/member_decompressor.hpp"

namespace eddy::detail {
namespace {

constexpr int gzip_window = 15 + 16;  // the largest window, and gzip's head instead of zlib's
constexpr int usual_memory = 8;       // zlib's own default

/// Hands input and room to zlib, and tells what it made of them.
class Exchange {
 public:
  Exchange(z_stream& stream, ByteView input, std::span<char> room) noexcept
      : stream_(stream), input_(input.size()), room_(room.size()) {
    stream.next_in = reinterpret_cast<const Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef*>(room.data());
    stream.avail_out = static_cast<uInt>(room.size());
  }
  std::size_t consumed() const noexcept { return input_ - stream_.avail_in; }
  CodecStep step() const noexcept {
    return {consumed(), room_ - stream_.avail_out, stream_.avail_out == 0};
  }

 private:
  z_stream& stream_;
  std::size_t input_;
  std::size_t room_;
};

class GzipCompressor final : public CompressorBackend {
 public:
  GzipCompressor() = default;
  GzipCompressor(const GzipCompressor&) = delete;
  GzipCompressor& operator=(const GzipCompressor&) = delete;
  ~GzipCompressor() override { deflateEnd(&stream_); }

  bool init(int level) noexcept {
    return deflateInit2(
               &stream_, level, Z_DEFLATED, gzip_window, usual_memory, Z_DEFAULT_STRATEGY) == Z_OK;
  }

  Result<CodecStep> step(ByteView input, std::span<char> room, CodecFlush flush) override {
    if (ended_) {
      if (input.empty()) return CodecStep{};
      return Error(Errc::invalid, "there is input after the finish");
    }
    const Exchange exchange(stream_, input, room);
    const int status = deflate(&stream_, mode_of(flush));
    // Z_BUF_ERROR: there was nothing to do.
    if (status < 0 && status != Z_BUF_ERROR) return no_memory();
    ended_ = status == Z_STREAM_END;
    CodecStep done = exchange.step();
    done.more = !ended_ && (done.more || flush == CodecFlush::finish);
    return done;
  }

 private:
  static int mode_of(CodecFlush flush) noexcept {
    switch (flush) {
      case CodecFlush::none:
        return Z_NO_FLUSH;
      case CodecFlush::all:
        return Z_SYNC_FLUSH;
      case CodecFlush::finish:
        return Z_FINISH;
    }
    return Z_NO_FLUSH;
  }

  z_stream stream_{};
  bool ended_ = false;
};

class GzipDecompressor final : public MemberDecompressor {
 public:
  GzipDecompressor() = default;
  GzipDecompressor(const GzipDecompressor&) = delete;
  GzipDecompressor& operator=(const GzipDecompressor&) = delete;
  ~GzipDecompressor() override { inflateEnd(&stream_); }

  bool init() noexcept { return inflateInit2(&stream_, gzip_window) == Z_OK; }

 private:
  Result<void> restart() override {
    if (inflateReset(&stream_) != Z_OK) return no_memory();
    return {};
  }

  Result<Decoded> decode(ByteView input, std::span<char> room) override {
    const Exchange exchange(stream_, input, room);
    const int status = inflate(&stream_, Z_NO_FLUSH);
    if (status == Z_MEM_ERROR) return no_memory();
    if (status == Z_NEED_DICT) return damaged("it wants a dictionary");
    // Z_BUF_ERROR: there was nothing to do.
    if (status < 0 && status != Z_BUF_ERROR) {
      return damaged(stream_.msg != nullptr ? stream_.msg : "it makes no sense");
    }
    return Decoded{exchange.step(), status == Z_STREAM_END};
  }

  z_stream stream_{};
};

std::unique_ptr<CompressorBackend> make_compressor(int level) {
  auto backend = std::make_unique<GzipCompressor>();
  if (!backend->init(level)) return nullptr;
  return backend;
}

std::unique_ptr<DecompressorBackend> make_decompressor(const DecompressOptions&) {
  auto backend = std::make_unique<GzipDecompressor>();
  if (!backend->init()) return nullptr;
  return backend;
}

}  // namespace

CompressionLibrary gzip_library() noexcept {
  return {"zlib1g-dev", "gzip", 1, 9, 6, &make_compressor, &make_decompressor};
}

}  // namespace eddy::detail
