// SPDX-License-Identifier: MIT
//
// Reads the head of an HTTP/1.x request: one reading of each octet stream, or a refusal.
//
// Anything that two programs could read in two ways is refused, so that no request can be smuggled
// past a proxy. What follows the head is for BodyDecoder (http_body.hpp).
#pragma once

#include <eddy/codec/http_head_space.hpp>
#include <eddy/codec/http_limits.hpp>
#include <eddy/codec/http_status.hpp>

#include <cstddef>
#include <cstdint>

namespace eddy::http {

/// Parses one head at a time; a few words, no allocation.
///
/// Octets may come in any portions: the verdict falls at the same octet, and the work is linear.
/// Thread: one at a time.
/// Lifetime: the Limits must outlive the parser.
class EDDY_EXPORT RequestParser {
 public:
  enum class State : std::uint8_t { need_more, complete, failed };

  struct Progress {
    State state = State::need_more;
    std::size_t consumed = 0;  ///< the octets of the head, once it is complete
    Refusal refusal;           ///< what to answer after a failure, before the connection is closed
  };

  explicit RequestParser(const Limits& limits) noexcept : limits_(&limits) {
    EDDY_ASSERT(limits.max_head <= UINT32_MAX, "a head is less than 4 GiB");
  }

  /// Looks at `bytes`: all the octets of the head that there are, from its first one on.
  ///
  /// After need_more call it with the same octets and more behind them; they may have moved. After
  /// complete, `space.head()` holds views into `bytes` and the parser is ready for the next head.
  /// After a failure nothing that follows on the connection may be read as HTTP.
  [[nodiscard]] Progress feed(ByteView bytes, HeadSpace& space) noexcept;

 private:
  struct Scanned;
  Progress judge(ByteView head, const Scanned& scanned, HeadSpace& space) noexcept;
  Progress fail(Refusal refusal) noexcept;

  const Limits* limits_;
  std::uint32_t looked_at_ = 0;  // octets scanned so far
  std::uint32_t line_ = 0;       // where the line that is being scanned began
  std::uint32_t count_ = 0;      // lines of its kind before it
  std::uint8_t stage_ = 0;       // what is expected next
  Refusal refusal_;
};

}  // namespace eddy::http
