// SPDX-License-Identifier: MIT
#include "log_format.hpp"

#include "escape.hpp"

#include <eddy/base/address.hpp>

#include <charconv>
#include <cmath>
#include <cstring>

namespace eddy::log::detail {

void Line::append_within(std::size_t limit, std::string_view text) noexcept {
  if (text.empty() || (overflowed_ && limit != max_size)) return;
  if (text.size() > limit - size_) {
    overflowed_ = true;
    return;
  }
  std::memcpy(text_ + size_, text.data(), text.size());
  size_ += text.size();
}

namespace {

using eddy::detail::append_escaped;
using eddy::detail::append_json;

/// A text longer than this is cut, so that one value does not take the place of all others.
constexpr std::size_t max_text = 2048;
constexpr std::string_view ellipsis = "\xe2\x80\xa6";

template <class Number>
void append_number(Line& line, Number number) noexcept {
  char digits[32];
  std::to_chars_result end = std::to_chars(digits, digits + sizeof digits, number);
  line.append({digits, static_cast<std::size_t>(end.ptr - digits)});
}

/// Appends `number` with zeros in front, `width` digits in all.
void append_padded(Line& line, std::int64_t number, int width) noexcept {
  char digits[20];
  for (int i = width; i > 0; --i, number /= 10)
    digits[i - 1] = static_cast<char>('0' + number % 10);
  line.append({digits, static_cast<std::size_t>(width)});
}

/// 2026-01-02T03:04:05.678Z. Not by the C library, whose time zone code takes locks.
void append_time(Line& line, WallTime time) noexcept {
  using namespace std::chrono;
  auto day = floor<days>(time);
  year_month_day date(day);
  hh_mm_ss<milliseconds> clock(floor<milliseconds>(time - day));
  append_padded(line, static_cast<int>(date.year()), 4);
  line.append("-");
  append_padded(line, static_cast<unsigned>(date.month()), 2);
  line.append("-");
  append_padded(line, static_cast<unsigned>(date.day()), 2);
  line.append("T");
  append_padded(line, clock.hours().count(), 2);
  line.append(":");
  append_padded(line, clock.minutes().count(), 2);
  line.append(":");
  append_padded(line, clock.seconds().count(), 2);
  line.append(".");
  append_padded(line, clock.subseconds().count(), 3);
  line.append("Z");
}

/// Seconds as an exact decimal number: 1.5, 0.00025.
void append_seconds(Line& line, Duration duration) noexcept {
  std::int64_t count = duration.count();
  if (count < 0) line.append("-");
  auto magnitude =
      count < 0 ? 0 - static_cast<std::uint64_t>(count) : static_cast<std::uint64_t>(count);
  append_number(line, magnitude / 1'000'000'000);
  std::uint64_t fraction = magnitude % 1'000'000'000;
  if (fraction == 0) return;
  int width = 9;
  for (; fraction % 10 == 0; fraction /= 10)
    --width;
  line.append(".");
  append_padded(line, static_cast<std::int64_t>(fraction), width);
}

/// Calls `use` with the text of an Error or an Address, which may be too much for the memory left.
template <class Value, class Text, class Use>
void with_text_of(const Value& value, Text text, Use use) noexcept {
  try {
    use(std::string_view(text(value)));
  } catch (...) {
    use(std::string_view("(no memory to say)"));
  }
}

std::string text_of(const Error& error) {
  return error.message();
}
std::string text_of(const Address& address) {
  return address.to_string();
}

/// Appends values as the text formats have them: bare where that is clear, else in quotes.
struct TextValue {
  Line& line;

  void operator()(std::string_view text) const noexcept {
    bool bare = !text.empty() && text.find_first_of(" \"=\\") == text.npos;
    if (!bare) line.append("\"");
    append_escaped(line, text.substr(0, max_text), bare ? '\0' : '"');
    if (text.size() > max_text) line.append(ellipsis);
    if (!bare) line.append("\"");
  }
  void operator()(bool value) const noexcept { line.append(value ? "true" : "false"); }
  void operator()(std::int64_t value) const noexcept { append_number(line, value); }
  void operator()(std::uint64_t value) const noexcept { append_number(line, value); }
  void operator()(double value) const noexcept { append_number(line, value); }
  void operator()(Duration value) const noexcept {
    append_seconds(line, value);
    line.append("s");
  }
  template <class Value>
  void operator()(const Value& value) const noexcept {
    with_text_of(
        value, [](const Value& v) { return text_of(v); }, *this);
  }
};

/// Appends values as JSON. Durations are seconds; numbers that JSON does not know are strings.
struct JsonValue {
  Line& line;

  void operator()(std::string_view text) const noexcept {
    line.append("\"");
    append_json(line, text.substr(0, max_text));
    if (text.size() > max_text) line.append(ellipsis);
    line.append("\"");
  }
  void operator()(bool value) const noexcept { line.append(value ? "true" : "false"); }
  void operator()(std::int64_t value) const noexcept { append_number(line, value); }
  void operator()(std::uint64_t value) const noexcept { append_number(line, value); }
  void operator()(double value) const noexcept {
    if (!std::isfinite(value)) line.append("\"");
    append_number(line, value);
    if (!std::isfinite(value)) line.append("\"");
  }
  void operator()(Duration value) const noexcept { append_seconds(line, value); }
  template <class Value>
  void operator()(const Value& value) const noexcept {
    with_text_of(
        value, [](const Value& v) { return text_of(v); }, *this);
  }
};

struct LevelNames {
  std::string_view upper;
  std::string_view color;
};

LevelNames names_of(Level level) noexcept {
  switch (level) {
    case Level::debug:
      return {"DEBUG", "\x1b[36m"};
    case Level::info:
      return {"INFO", "\x1b[32m"};
    case Level::warning:
      return {"WARNING", "\x1b[33m"};
    case Level::error:
      return {"ERROR", "\x1b[31m"};
    case Level::critical:
      return {"CRITICAL", "\x1b[97;41m"};
  }
  return {};
}

void append_color_head(Line& line, Level level, WallTime time, std::string_view message) noexcept {
  line.append("\x1b[2m");
  append_time(line, time);
  line.append("\x1b[0m ");
  line.append(names_of(level).color);
  line.append(names_of(level).upper);
  line.append("\x1b[0m ");
  if (level >= Level::warning) line.append("\x1b[1m");
  line.append(message);
  if (level >= Level::warning) line.append("\x1b[0m");
}

void append_text_head(
    Line& line, Format format, Level level, WallTime time, std::string_view message) noexcept {
  if (format == Format::color) return append_color_head(line, level, time, message);
  if (format == Format::stream) {
    append_time(line, time);
    line.append(" ");
    line.append(names_of(level).upper);
    line.append(" ");
  }
  line.append(message);
}

/// What a record shows besides its message.
struct AllFields {
  Fields own;
  const FieldLists& bound;
};

template <class List>
bool has_key(const List& fields, std::string_view key) noexcept {
  for (const Field& field : fields) {
    if (field.key() == key) return true;
  }
  return false;
}

/// Whether the record itself, or a list further inside, gives the key of `field` anew.
bool hidden(const AllFields& fields, std::size_t list, const Field& field) noexcept {
  if (has_key(fields.own, field.key())) return true;
  for (std::size_t inner = 0; inner < list; ++inner) {
    if (has_key(*fields.bound.lists[inner], field.key())) return true;
  }
  return false;
}

/// Calls `append_field` for each field until it says that there is no room for more.
template <class AppendField>
void each_field(const AllFields& fields, AppendField append_field) noexcept {
  for (const Field& field : fields.own) {
    if (!append_field(field)) return;
  }
  for (std::size_t list = 0; list < fields.bound.count; ++list) {
    for (const Field& field : *fields.bound.lists[list]) {
      if (!hidden(fields, list, field) && !append_field(field)) return;
    }
  }
}

/// Appends the fields as long as they fit whole.
template <class AppendField>
void append_fields(Line& line, const AllFields& fields, AppendField append_field) noexcept {
  each_field(fields, [&line, &append_field](const Field& field) {
    std::size_t before = line.size();
    append_field(field);
    if (line.overflowed()) line.cut(before);
    return !line.overflowed();
  });
}

void format_text(Line& line, const AllFields& fields) noexcept {
  append_fields(line, fields, [&line](const Field& field) {
    line.append(" ");
    append_escaped(line, field.key());
    line.append("=");
    field.visit(TextValue{line});
  });
  line.append_tail(line.overflowed() ? " truncated=true\n" : "\n");
}

void format_json(Line& line,
                 Level level,
                 WallTime time,
                 std::string_view message,
                 const AllFields& fields) noexcept {
  line.append("{\"timestamp\":\"");
  append_time(line, time);
  line.append("\",\"level\":\"");
  line.append(to_string(level));
  line.append("\",\"message\":");
  JsonValue{line}(message);
  line.append(",\"fields\":{");
  bool first = true;
  append_fields(line, fields, [&line, &first](const Field& field) {
    if (!first) line.append(",");
    JsonValue{line}(field.key());
    line.append(":");
    field.visit(JsonValue{line});
    first = false;
  });
  line.append_tail(line.overflowed() ? "},\"truncated\":true}\n" : "}}\n");
}

}  // namespace

FieldLists bound_here() noexcept {
  FieldLists found;
  if (const FieldSource source = field_source.load(std::memory_order_acquire)) source(found);
  return found;
}

void format_record(Line& line,
                   Format format,
                   Level level,
                   WallTime time,
                   std::string_view message,
                   Fields fields,
                   const FieldLists& bound) noexcept {
  const AllFields all{fields, bound};
  if (format == Format::json) return format_json(line, level, time, message, all);
  append_text_head(line, format, level, time, message);
  format_text(line, all);
}

}  // namespace eddy::log::detail
