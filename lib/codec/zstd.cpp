// SPDX-License-Identifier: MIT
//
// zstd by libzstd.
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "codec/member_decompressor.hpp"

namespace eddy::detail {
namespace {

bool out_of_memory(std::size_t status) noexcept {
  return ZSTD_getErrorCode(status) == ZSTD_error_memory_allocation;
}

class ZstdCompressor final : public CompressorBackend {
 public:
  explicit ZstdCompressor(ZSTD_CCtx* context) noexcept : context_(context) {}

  bool init(int level) noexcept {
    // The checksum is off in the library and on in the program.
    return ZSTD_isError(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level)) ==
               0 &&
           ZSTD_isError(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1)) == 0;
  }

  Result<CodecStep> step(ByteView input, std::span<char> room, CodecFlush flush) override {
    if (ended_) {
      if (input.empty()) return CodecStep{};
      return Error(Errc::invalid, "there is input after the finish");
    }
    ZSTD_inBuffer in{input.data(), input.size(), 0};
    ZSTD_outBuffer out{room.data(), room.size(), 0};
    const std::size_t left = ZSTD_compressStream2(context_.get(), &out, &in, mode_of(flush));
    if (ZSTD_isError(left) != 0) return no_memory();
    ended_ = flush == CodecFlush::finish && left == 0;
    // Without a flush `left` is what waits for more input.
    return CodecStep{in.pos, out.pos, flush == CodecFlush::none ? out.pos == out.size : left > 0};
  }

 private:
  static ZSTD_EndDirective mode_of(CodecFlush flush) noexcept {
    switch (flush) {
      case CodecFlush::none:
        return ZSTD_e_continue;
      case CodecFlush::all:
        return ZSTD_e_flush;
      case CodecFlush::finish:
        return ZSTD_e_end;
    }
    return ZSTD_e_continue;
  }

  struct Free {
    void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
  };
  std::unique_ptr<ZSTD_CCtx, Free> context_;
  bool ended_ = false;
};

class ZstdDecompressor final : public MemberDecompressor {
 public:
  explicit ZstdDecompressor(ZSTD_DCtx* context) noexcept : context_(context) {}

  bool init(std::uint64_t max_memory) noexcept {
    // A frame needs a little more than its window, which is a power of two.
    const int log = std::max(static_cast<int>(std::bit_width(max_memory)) - 1, 10);
    return ZSTD_isError(ZSTD_DCtx_setParameter(
               context_.get(), ZSTD_d_windowLogMax, std::min(log, largest_window))) == 0;
  }

 private:
  static constexpr std::size_t head_room = 18;  // no head is longer
  static constexpr int largest_window = sizeof(void*) == 8 ? 31 : 30;

  Result<void> restart() override {
    head_size_ = 0;
    text_size_ = 0;
    if (ZSTD_isError(ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only)) != 0) {
      return no_memory();
    }
    return {};
  }

  Result<Decoded> decode(ByteView input, std::span<char> room) override {
    if (head_size_ == 0 && !begins_frame(input)) {
      return damaged("no frame of zstd begins like that");
    }
    // The library takes a frame that it sees whole for another way, with other opinions on memory
    // and damage. It sees the first octet alone, so that the verdict does not hang on the pieces.
    ZSTD_inBuffer in{input.data(), head_size_ == 0 ? input.substr(0, 1).size() : input.size(), 0};
    ZSTD_outBuffer out{room.data(), room.size(), 0};
    std::size_t left = ZSTD_decompressStream(context_.get(), &out, &in);
    if (ZSTD_isError(left) == 0 && in.size < input.size()) {
      in.size = input.size();
      left = ZSTD_decompressStream(context_.get(), &out, &in);
    }
    if (ZSTD_isError(left) != 0) return failure(left);
    head_size_ += input.substr(0, in.pos).copy(head_ + head_size_, sizeof head_ - head_size_);
    text_size_ += out.pos;
    if (left == 0 && !has_its_size()) return damaged("its size is not that which its head tells");
    return Decoded{{in.pos, out.pos, out.pos == out.size}, left == 0};
  }

  /// Of a whole frame. The library looks at that, too, but not behind a last block that is empty.
  bool has_its_size() const noexcept {
    const auto told = ZSTD_getFrameContentSize(head_, head_size_);
    return told == ZSTD_CONTENTSIZE_UNKNOWN || told == text_size_;
  }

  /// By the first octet of a frame, or of one to be skipped (RFC 8878, section 3.1). The library
  /// may know the formats before 1.0, too, by decoders that nobody has looked after for years.
  static bool begins_frame(ByteView input) noexcept {
    return input.empty() || input.front() == '\x28' || (input.front() & 0xf0) == 0x50;
  }

  static Error failure(std::size_t status) {
    if (out_of_memory(status)) return no_memory();
    if (ZSTD_getErrorCode(status) == ZSTD_error_frameParameter_windowTooLarge) {
      return Error(Errc::too_large,
                   "the data needs more memory than allowed (DecompressOptions::max_memory)");
    }
    return damaged(ZSTD_getErrorName(status));
  }

  struct Free {
    void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
  };
  std::unique_ptr<ZSTD_DCtx, Free> context_;
  // Of the frame.
  char head_[head_room];
  std::size_t head_size_ = 0;
  std::uint64_t text_size_ = 0;  // of what was decompressed
};

std::unique_ptr<CompressorBackend> make_compressor(int level) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  if (context == nullptr) return nullptr;
  auto backend = std::make_unique<ZstdCompressor>(context);
  if (!backend->init(level)) return nullptr;
  return backend;
}

std::unique_ptr<DecompressorBackend> make_decompressor(const DecompressOptions& options) {
  ZSTD_DCtx* context = ZSTD_createDCtx();
  if (context == nullptr) return nullptr;
  auto backend = std::make_unique<ZstdDecompressor>(context);
  if (!backend->init(options.max_memory)) return nullptr;
  return backend;
}

}  // namespace

CompressionLibrary zstd_library() noexcept {
  return {"libzstd-dev", "zstd", 1, 19, 3, &make_compressor, &make_decompressor};
}

}  // namespace eddy::detail
