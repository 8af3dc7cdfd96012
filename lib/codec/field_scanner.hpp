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
        bounds_(bounds),
        cursor_(cursor),
        room_(room) {}

  /// Reads up to the end of the section; `note` is called with each field.
  ///
  /// The fields are whole only if one call read them all.
  template <class Note>
  Scan run(Note note) noexcept {
    const char* at = base_ + cursor_.position;
    const char* line = base_ + cursor_.line;
    Field* next = room_ + cursor_.count;
    const Field* const room_end = room_ + bounds_.max_fields;
    const char* stop = stop_of(line);
    bool in_value = cursor_.stage == HeadCursor::Stage::value;
    for (;;) {
      const char* colon = line;
      if (!in_value) {
        at = skip_token(at, stop);
        if (at == stop || *at != ':' || at == line) break;
        colon = at++;
      }
      in_value = false;
      at = skip_value(at, stop);
      if (stop - at < 2 && (at == stop || *at == '\r')) {
        count(next);
        return pause(HeadCursor::Stage::value, line, at, stop);
      }
      if (at[0] != '\r' || at[1] != '\n') {
        return refuse(Status::bad_request, "control octet or lone line end in a field");
      }
      if (next == room_end) {
        return refuse(Status::header_fields_too_large, "too many fields");
      }
      *next = field_of(line, colon, at);
      note(*next++);
      line = at += 2;
      if (stop != section_stop_) stop = stop_of(line);  // else it stays there
    }
    count(next);
    return no_colon(line, at, stop);
  }

  /// How many octets the section took; only after Scan::done.
  std::size_t consumed() const noexcept { return consumed_; }
  const Refusal& refusal() const noexcept { return refusal_; }

 private:
  void count(const Field* next) noexcept {
    cursor_.count = static_cast<std::uint32_t>(next - room_);
  }

  /// The octet up to which the line may be read now: the end, or what its bound allows.
  const char* stop_of(const char* line) const noexcept {
    auto left = static_cast<std::size_t>(section_stop_ - line);
    return left <= bounds_.max_field + 2 ? section_stop_ : line + bounds_.max_field + 2;
  }

  static Field field_of(const char* line, const char* colon, const char* end) noexcept {
    const char* first = colon + 1;
    if (*first == ' ')
      ++first;  // the usual case; what is no space is at the latest the CR at `end`
    while (is_space(*first))
      ++first;
    while (first != end && is_space_of_value(end[-1]))
      --end;
    return {{line, static_cast<std::size_t>(colon - line)},
            {first, static_cast<std::size_t>(end - first)}};
  }

  // Not a field: the blank line, too few octets, or a line that is refused.
  Scan no_colon(const char* line, const char* at, const char* stop) noexcept {
    bool blank = at == line && at != stop && *at == '\r';
    if (at == stop || (blank && stop - at < 2)) {
      return pause(HeadCursor::Stage::name, line, at, stop);
    }
    if (!blank) return refuse(Status::bad_request, name_reason(line, at));
    if (at[1] != '\n') return refuse(Status::bad_request, "CR without LF");
    consumed_ = static_cast<std::size_t>(at + 2 - base_);
    return Scan::done;
  }

  [[gnu::cold]] Scan pause(HeadCursor::Stage stage,
                           const char* line,
                           const char* at,
                           const char* stop) noexcept {
    cursor_.stage = stage;
    cursor_.line = static_cast<std::uint32_t>(line - base_);
    cursor_.position = static_cast<std::uint32_t>(at - base_);
    if (stop == end_) return Scan::more;
    return refuse(Status::header_fields_too_large, "a field, or all of them, is too long");
  }

  [[gnu::cold]] Scan refuse(Status status, const char* reason) noexcept {
    cursor_.stage = HeadCursor::Stage::failed;
    refusal_ = {status, reason};
    return Scan::failed;
  }

  static const char* name_reason(const char* line, const char* at) noexcept {
    if (*at == '\n') return "LF without CR";
    if (at == line && is_space(*at)) return "folded line";
    if (is_space(*at)) return "space in or after a field name";
    return "bad field name";
  }

  const char* base_;
  const char* end_;
  const char* section_stop_;  // the end, or what the bound of the section allows
  FieldBounds bounds_;
  HeadCursor& cursor_;
  Field* room_;
  std::size_t consumed_ = 0;
  Refusal refusal_;
};

}  // namespace eddy::http::detail
