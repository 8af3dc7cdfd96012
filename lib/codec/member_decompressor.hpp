// SPDX-License-Identifier: MIT
//
// What all four formats share: data that consists of one or more members, each with a head and an
// end of its own. Private to codec.
#pragma once

#include "codec/compression_backend.hpp"

namespace eddy::detail {

/// Goes from member to member. Derived classes decode one.
class MemberDecompressor : public DecompressorBackend {
 public:
  Result<CodecStep> step(ByteView input, std::span<char> room) final;
  bool complete() const noexcept final { return place_ == Place::between; }

 protected:
  /// What decoding a piece came to; `ended`: it was the last of the member.
  struct Decoded {
    CodecStep step;
    bool ended = false;
  };

  /// Prepares for another member.
  virtual Result<void> restart() = 0;
  virtual Result<Decoded> decode(ByteView input, std::span<char> room) = 0;

  static Error damaged(std::string_view why);

 private:
  enum class Place { before, inside, between };

  Result<std::size_t> enter_member(ByteView input);

  Place place_ = Place::before;
  bool padded_ = false;
};

}  // namespace eddy::detail
