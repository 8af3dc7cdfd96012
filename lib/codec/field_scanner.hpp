// SPDX-License-Identifier: MIT
//
// Reads a field section - of a head or of a trailer - octet for octet as RFC 9112 has it.
//
// Stricter than llhttp: CR and LF only as a pair, no folding, no nameless lines, no controls, and
// every quantity bounded. Goes on where it stopped, so that a section which arrives one octet at a
// time costs no more than one that arrives whole, and gets the same verdict at the same octet.
#pragma once

#include "octets.hpp"

#include <eddy/codec/http_fields.hpp>
#include <eddy/codec/http_status.hpp>

#include <algorithm>

namespace eddy::http::detail {

enum class Scan { more, done, failed };

/// Where a reader of a head stands; offsets, because the octets may move between two calls.
struct HeadCursor {
  enum class Stage : std::uint8_t { blank_lines, method, target, version, name, value, failed };

  Stage stage = Stage::blank_lines;
  std::uint32_t position = 0;  ///< the next octet to look at
  std::uint32_t line = 0;      ///< where its line began
  std::uint32_t count = 0;     ///< lines of the kind that is being read
};

struct FieldBounds {
  std::size_t max_field = 0;
  std::size_t max_section = 0;  ///< from the first octet that the scanner is given
  std::size_t max_fields = 0;
};

class FieldScanner {
 public:
  /// `room` holds `bounds.max_fields` fields.
  FieldScanner(ByteView bytes, FieldBounds bounds, HeadCursor& cursor, Field* room) noexcept
      : base_(bytes.data()),
        end_(bytes.data() + bytes.size()),
        section_stop_(base_ + std::min(bytes.size(), bounds.max_section)),
        at_(base_ + cursor.position),
        bounds_(bounds),
        cursor_(cursor),
        room_(room) {}

  /// Reads up to the end of the section; `note` is called with each field.
  ///
  /// The fields are whole only if one call read them all.
  template <class Note>
  Scan run(Note note) noexcept {
    for (;;) {
      const char* line = base_ + cursor_.line;
      const char* stop = stop_of(line);
      const char* colon = line;
      if (cursor_.stage == HeadCursor::Stage::name) {
        at_ = skip(at_, stop, token_octet);
        if (at_ == stop) return pause(stop);
        if (at_ == line && *at_ == '\r') return blank_line(stop);
        if (at_ == line || *at_ != ':') return refuse(Status::bad_request, name_reason(line));
        colon = at_++;
        cursor_.stage = HeadCursor::Stage::value;
      }
      at_ = skip_value(at_, stop);
      if (stop - at_ < 2 && (at_ == stop || *at_ == '\r')) return pause(stop);
      if (at_[0] != '\r' || at_[1] != '\n') {
        return refuse(Status::bad_request, "control octet or lone line end in a field");
      }
      if (cursor_.count == bounds_.max_fields) {
        return refuse(Status::header_fields_too_large, "too many fields");
      }
      note(room_[cursor_.count++] = field_of(line, colon));
      next_line();
    }
  }

  /// How many octets the section took; only after Scan::done.
  std::size_t consumed() const noexcept { return static_cast<std::size_t>(at_ - base_); }
  const Refusal& refusal() const noexcept { return refusal_; }

 private:
  /// The octet up to which the line may be read now: the end, or what its bound allows.
  const char* stop_of(const char* line) const noexcept {
    auto left = static_cast<std::size_t>(section_stop_ - line);
    return line + std::min(left, bounds_.max_field + 2);
  }

  Field field_of(const char* line, const char* colon) const noexcept {
    const char* first = colon + 1;
    const char* last = at_;
    while (first < last && is_space(*first))
      ++first;
    while (first < last && is_space(last[-1]))
      --last;
    return {{line, static_cast<std::size_t>(colon - line)},
            {first, static_cast<std::size_t>(last - first)}};
  }

  void next_line() noexcept {
    at_ += 2;
    cursor_.stage = HeadCursor::Stage::name;
    cursor_.line = static_cast<std::uint32_t>(at_ - base_);
  }

  Scan blank_line(const char* stop) noexcept {
    if (stop - at_ < 2) return pause(stop);
    if (at_[1] != '\n') return refuse(Status::bad_request, "CR without LF");
    at_ += 2;
    return Scan::done;
  }

  Scan pause(const char* stop) noexcept {
    cursor_.position = static_cast<std::uint32_t>(at_ - base_);
    if (stop == end_) return Scan::more;
    return refuse(Status::header_fields_too_large, "a field, or all of them, is too long");
  }

  Scan refuse(Status status, const char* reason) noexcept {
    cursor_.stage = HeadCursor::Stage::failed;
    refusal_ = {status, reason};
    return Scan::failed;
  }

  const char* name_reason(const char* line) const noexcept {
    if (*at_ == '\n') return "LF without CR";
    if (at_ == line && is_space(*at_)) return "folded line";
    if (is_space(*at_)) return "space in or after a field name";
    return "bad field name";
  }

  const char* base_;
  const char* end_;
  const char* section_stop_;  // the end, or what the bound of the section allows
  const char* at_;
  FieldBounds bounds_;
  HeadCursor& cursor_;
  Field* room_;
  Refusal refusal_;
};

}  // namespace eddy::http::detail
