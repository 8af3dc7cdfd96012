// SPDX-License-Identifier: MIT
//
// Compressed data of strangers. The first octet chooses the format and the size of the pieces.
//
// Rules: how the data is cut into pieces changes neither text nor verdict (but for the limit of
// memory: what comes in one piece may need none); limits hold; what is compressed decompresses to
// the same.
#include "fuzzing.hpp"

#include <string>

#include "compression_kit.hpp"

using eddy::ByteView;
using eddy::fuzz::require;
using eddy::fuzz::view_of;

namespace {

constexpr std::size_t most = 256 * 1024;

void check_data(eddy::Compression format, ByteView data, std::size_t piece) {
  const eddy::DecompressOptions options{.free_bytes = 1024, .max_bytes = most, .max_memory = most};
  const auto whole = eddy::decompress(format, data, options);
  const auto cut = eddy::decompress(format, data, options, {.input = piece, .room = piece + 7});
  const bool over_limit = (!whole.has_value() && whole.error() == eddy::Errc::too_large) ||
                          (!cut.has_value() && cut.error() == eddy::Errc::too_large);
  require(over_limit || whole.has_value() == cut.has_value(), "the verdict is the same");
  if (whole.has_value() && cut.has_value()) {
    require(*whole == *cut, "the text is the same");
    require(whole->size() <= most, "max_bytes holds");
  }
  if (!whole.has_value()) {
    require(whole.error() == eddy::Errc::protocol || whole.error() == eddy::Errc::too_large,
            "what is refused is the data");
  }
}

void check_round_trip(eddy::Compression format, ByteView text, std::size_t piece) {
  const auto data = eddy::compress(format, text, {.input = piece, .room = piece}, {.level = 1});
  require(data.has_value(), "all text can be compressed");
  const auto again = eddy::decompress(format, *data, {.max_ratio = 1'000'000});
  require(again.has_value() && *again == text, "decompressing is the inverse of compressing");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto format = eddy::all_formats[data[0] % eddy::all_formats.size()];
  const std::size_t piece = data[0] / 4 + 1U;
  const ByteView rest = view_of(data + 1, size - 1);
  check_data(format, rest, piece);
  if (data[0] % 16 < 4) check_round_trip(format, rest, piece);
  return 0;
}
