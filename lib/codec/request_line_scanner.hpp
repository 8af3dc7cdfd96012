// SPDX-License-Identifier: MIT
//
// Reads what may stand before a request line, and the line: three parts, one space between them.
#pragma once

#include "field_scanner.hpp"

#include <eddy/codec/http_limits.hpp>
#include <eddy/codec/http_request_head.hpp>

#include <algorithm>
#include <cstring>

namespace eddy::http::detail {

/// The request line's parts as views; whole only if one call read the line.
struct RequestLine {
  ByteView method;
  ByteView target;
  std::size_t question = ByteView::npos;  ///< where the target's first `?` is
  Version version = Version::http_1_1;
};

class RequestLineScanner {
 public:
  RequestLineScanner(ByteView bytes, const Limits& limits, HeadCursor& cursor) noexcept
      : base_(bytes.data()),
        end_(bytes.data() + bytes.size()),
        at_(base_ + cursor.position),
        limits_(limits),
        cursor_(cursor) {}

  /// Reads up to the end of the line and leaves the cursor at the first field.
  Scan run(RequestLine& line) noexcept {
    using Stage = HeadCursor::Stage;
    if (cursor_.stage == Stage::blank_lines && blank_lines() != Scan::done) return last_;
    line_ = base_ + cursor_.line;
    stop_ = line_ + std::min({static_cast<std::size_t>(end_ - line_),
                              limits_.max_request_line + 2,
                              limits_.max_head - cursor_.line});
    part_ = line_;
    if (cursor_.stage == Stage::method && method(line) != Scan::done) return last_;
    if (cursor_.stage == Stage::target && target(line) != Scan::done) return last_;
    return version(line);
  }

  const Refusal& refusal() const noexcept { return refusal_; }

 private:
  static constexpr std::size_t version_size = 10;  // with its line end

  Scan blank_lines() noexcept {
    for (;;) {
      if (at_ == end_) return pause();
      if (*at_ != '\r') break;
      if (cursor_.count == limits_.max_leading_blank_lines ||
          static_cast<std::size_t>(at_ - base_) + 2 > limits_.max_head) {
        return refuse("too many line ends before a request");
      }
      if (end_ - at_ < 2) return pause();
      if (at_[1] != '\n') return refuse("CR without LF before a request");
      at_ += 2;
      ++cursor_.count;
    }
    cursor_.count = 0;
    cursor_.line = static_cast<std::uint32_t>(at_ - base_);
    cursor_.stage = HeadCursor::Stage::method;
    return Scan::done;
  }

  Scan method(RequestLine& line) noexcept {
    const bool usual = stop_ - at_ > 3 && std::memcmp(at_, "GET ", 4) == 0;
    at_ = usual ? at_ + 3 : skip(at_, stop_, token_octet);
    if (at_ == stop_) return pause();
    if (*at_ != ' ' || at_ == line_) return refuse("not an HTTP method");
    line.method = {line_, static_cast<std::size_t>(at_ - line_)};
    // RFC 9113, 3.4, keeps this name for the preface: readers that know it wait for more of that.
    if (equals(line.method, "PRI")) return refuse("HTTP/2 preface");
    part_ = ++at_;
    cursor_.stage = HeadCursor::Stage::target;
    return Scan::done;
  }

  Scan target(RequestLine& line) noexcept {
    at_ = skip(at_, stop_, target_octet);
    if (at_ != stop_ && *at_ == '?') {
      line.question = static_cast<std::size_t>(at_ - part_);
      do {
        at_ = skip(at_ + 1, stop_, target_octet);
      } while (at_ != stop_ && *at_ == '?');
    }
    if (at_ == stop_) return pause();
    if (*at_ != ' ') return refuse("bad octet in the target, or no version");
    if (at_[-1] == ' ') return refuse("two spaces in the request line");
    line.target = {part_, static_cast<std::size_t>(at_ - part_)};
    ++at_;
    cursor_.stage = HeadCursor::Stage::version;
    return Scan::done;
  }

  // `at_` stays at the first octet of the version until all ten have come.
  Scan version(RequestLine& line) noexcept {
    const auto there = static_cast<std::size_t>(stop_ - at_);
    if (there < version_size) return other_version(ByteView(at_, there));
    const bool modern = std::memcmp(at_, "HTTP/1.1\r\n", version_size) == 0;
    if (!modern && std::memcmp(at_, "HTTP/1.0\r\n", version_size) != 0) {
      return other_version(ByteView(at_, version_size));
    }
    line.version = modern ? Version::http_1_1 : Version::http_1_0;
    return finish();
  }

  // Too few octets yet, or a version that is refused.
  [[gnu::cold]] Scan other_version(ByteView text) noexcept {
    for (std::size_t i = 0; i < text.size(); ++i) {
      constexpr ByteView form = "HTTP/d.d\r\n";
      if (form[i] == 'd' ? !is_digit(text[i]) : form[i] != text[i]) {
        return refuse("not an HTTP version");
      }
    }
    if (text.size() < version_size) return pause();
    return refuse("unknown HTTP version", Status::version_not_supported);
  }

  Scan finish() noexcept {
    cursor_.position = static_cast<std::uint32_t>(at_ + version_size - base_);
    cursor_.line = cursor_.position;
    cursor_.stage = HeadCursor::Stage::name;
    return last_ = Scan::done;
  }

  [[gnu::cold]] Scan pause() noexcept {
    cursor_.position = static_cast<std::uint32_t>(at_ - base_);
    bool out_of_octets = cursor_.stage == HeadCursor::Stage::blank_lines || stop_ == end_;
    if (out_of_octets) return last_ = Scan::more;
    return refuse("the request line is too long", Status::uri_too_long);
  }

  [[gnu::cold]] Scan refuse(const char* reason, Status status = Status::bad_request) noexcept {
    cursor_.stage = HeadCursor::Stage::failed;
    refusal_ = {status, reason};
    return last_ = Scan::failed;
  }

  const char* base_;
  const char* end_;
  const char* at_;
  const char* line_ = nullptr;
  const char* part_ = nullptr;  // where the part that is being read began; the line's, if unknown
  const char* stop_ = nullptr;  // the octet up to which the line may be read now
  const Limits& limits_;
  HeadCursor& cursor_;
  Refusal refusal_;
  Scan last_ = Scan::done;
};

}  // namespace eddy::http::detail
