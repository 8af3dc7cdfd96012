// SPDX-License-Identifier: MIT
#include "frames.hpp"

#include <cstdint>
#include <utility>

using eddy::ByteView;
using eddy::Errc;
using eddy::Error;
using eddy::Result;

namespace rpc {

std::string frame_header(std::size_t size) {
  std::string header(FrameReader::header_size, '\0');
  for (std::size_t at = header.size(); at > 0; size >>= 8)
    header[--at] = static_cast<char>(size & 0xff);
  return header;
}

Result<std::optional<ByteView>> FrameReader::next() {
  buffer_.consume(std::exchange(given_, 0));
  const ByteView bytes = buffer_.view();
  if (bytes.size() < header_size) return std::optional<ByteView>();
  std::uint32_t size = 0;
  for (const char octet : bytes.substr(0, header_size))
    size = size << 8 | static_cast<unsigned char>(octet);
  if (size > limit_) {
    return Error(
        Errc::too_large,
        "rpc frame of " + std::to_string(size) + " octets, the limit is " + std::to_string(limit_));
  }
  if (bytes.size() - header_size < size) return std::optional<ByteView>();
  given_ = header_size + size;
  return std::optional(bytes.substr(header_size, size));
}

}  // namespace rpc
