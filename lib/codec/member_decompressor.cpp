// SPDX-License-Identifier: MIT
#include "codec/member_decompressor.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace eddy::detail {

Error MemberDecompressor::damaged(std::string_view why) {
  return Error(Errc::protocol, "the data is damaged (" + std::string(why) + ")");
}

/// Begins the next member if `input` has one. Gives the number of octets before it: tapes, and some
/// programs, fill the last block with zeros.
Result<std::size_t> MemberDecompressor::enter_member(ByteView input) {
  if (place_ == Place::before) {
    if (!input.empty()) place_ = Place::inside;
    return std::size_t{0};
  }
  const std::size_t zeros = std::min(input.find_first_not_of('\0'), input.size());
  if (zeros > 0) padded_ = true;
  if (zeros == input.size()) return zeros;
  if (padded_) return Error(Errc::protocol, "there is something behind the end of the data");
  if (Result<void> ready = restart(); !ready) return std::move(ready).error();
  place_ = Place::inside;
  return zeros;
}

Result<CodecStep> MemberDecompressor::step(ByteView input, std::span<char> room) {
  std::size_t skipped = 0;
  if (place_ != Place::inside) {
    Result<std::size_t> entered = enter_member(input);
    if (!entered) return std::move(entered).error();
    skipped = *entered;
    if (place_ != Place::inside) return CodecStep{skipped, 0, false};
  }
  Result<Decoded> decoded = decode(input.substr(skipped), room);
  if (!decoded) return std::move(decoded).error();
  CodecStep done = decoded->step;
  done.consumed += skipped;
  if (decoded->ended) {
    place_ = Place::between;
    done.more = false;
  }
  return done;
}

}  // namespace eddy::detail
