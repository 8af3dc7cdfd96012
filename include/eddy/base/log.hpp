// SPDX-License-Identifier: MIT
//
// The log: a constant message and what belongs to it.
//
//     log::info("accepted", {{"peer", peer}, {"clients", clients}});
//
// A line costs its caller a format and a copy; a log::Writer (base/log_writer.hpp) brings it to its
// place from a thread of its own. Without one, lines go to stderr at once, plain, from Level::info.
// Log an error where it is handled, not where it passes.
#pragma once

#include <eddy/base/clock.hpp>

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <type_traits>

namespace eddy {

class Address;
class Error;

namespace log {

enum class Level : std::uint8_t { debug, info, warning, error, critical };

/// The text of a record: a literal, so that equal records have equal texts.
class Message {
 public:
  /// Longer texts do not compile: what differs belongs into the fields.
  static constexpr std::size_t max_size = 200;

  template <std::size_t size>
  consteval Message(const char (&text)[size]) : text_(text, size - 1) {  // NOLINT: implicit
    static_assert(size > 1 && size <= max_size, "a log message is one short line");
    for (char c : text_) {
      if (static_cast<unsigned char>(c) < 0x20) a_log_message_has_no_control_characters();
    }
  }
  constexpr std::string_view text() const noexcept { return text_; }

 private:
  /// Not constexpr: that a message calls it is the compile error.
  static void a_log_message_has_no_control_characters();

  std::string_view text_;
};

/// A name and a value that belong to a record.
///
/// Lifetime: borrows what it was made of; use it only as an argument of a log function.
class Field {
 public:
  Field(std::string_view key, std::string_view text) noexcept
      : key_(key), kind_(Kind::text), text_(text) {}
  Field(std::string_view key, const char* text) noexcept
      : Field(key, text == nullptr ? std::string_view() : std::string_view(text)) {}
  Field(std::string_view key, std::nullptr_t) = delete;
  template <class Value>
    requires(std::convertible_to<const Value&, std::string_view> && !std::is_pointer_v<Value> &&
             !std::is_array_v<Value>)
  Field(std::string_view key, const Value& text)
  noexcept : Field(key, std::string_view(text)) {}
  Field(std::string_view key, std::same_as<bool> auto boolean) noexcept
      : key_(key), kind_(Kind::boolean), boolean_(boolean) {}
  template <std::integral Integer>
    requires(!std::same_as<Integer, bool> && !std::same_as<Integer, char>)
  Field(std::string_view key, Integer number)
  noexcept : key_(key) {
    if constexpr (std::is_signed_v<Integer>) {
      kind_ = Kind::integer;
      integer_ = number;
    } else {
      kind_ = Kind::natural;
      natural_ = number;
    }
  }
  Field(std::string_view key, std::floating_point auto real) noexcept
      : key_(key), kind_(Kind::real), real_(static_cast<double>(real)) {}
  template <class Rep, class Period>
  Field(std::string_view key, std::chrono::duration<Rep, Period> duration) noexcept
      : key_(key),
        kind_(Kind::duration),
        integer_(std::chrono::duration_cast<Duration>(duration).count()) {}
  Field(std::string_view key, const Error& error) noexcept
      : key_(key), kind_(Kind::error), error_(&error) {}
  Field(std::string_view key, const Address& address) noexcept
      : key_(key), kind_(Kind::address), address_(&address) {}

  std::string_view key() const noexcept { return key_; }
  /// Calls `visitor` with the value: a string_view, bool, int64_t, uint64_t, double, Duration,
  /// const Error& or const Address&.
  template <class Visitor>
  void visit(Visitor&& visitor) const {
    switch (kind_) {
      case Kind::text:
        return visitor(text_);
      case Kind::boolean:
        return visitor(boolean_);
      case Kind::integer:
        return visitor(integer_);
      case Kind::natural:
        return visitor(natural_);
      case Kind::real:
        return visitor(real_);
      case Kind::duration:
        return visitor(Duration(integer_));
      case Kind::error:
        return visitor(*error_);
      case Kind::address:
        return visitor(*address_);
    }
  }

 private:
  enum class Kind : std::uint8_t {
    text,
    boolean,
    integer,
    natural,
    real,
    duration,
    error,
    address
  };

  std::string_view key_;
  Kind kind_;
  union {
    std::string_view text_;
    bool boolean_;
    std::int64_t integer_;
    std::uint64_t natural_;
    double real_;
    const Error* error_;
    const Address* address_;
  };
};

using Fields = std::initializer_list<Field>;

namespace detail {
/// Records below it are not looked at. Set by the Writer.
EDDY_EXPORT extern constinit std::atomic<Level> threshold;
/// What gets the records instead of the Writer, if it is set: for the test kit. Thread: any.
using Tap = void (*)(Level level, std::string_view message, Fields fields) noexcept;
EDDY_EXPORT extern constinit std::atomic<Tap> tap;
EDDY_EXPORT void emit(Level level, std::string_view message, Fields fields) noexcept;
}  // namespace detail

/// Tells whether a record of `level` would be kept; ask before costly preparations. Thread: any.
inline bool enabled(Level level) noexcept {
  return level >= detail::threshold.load(std::memory_order_relaxed);
}

/// Logs a record.
///
/// Never waits for the place that the log goes to (if there is a Writer), never throws, and leaves
/// errno alone. A record that is too long is cut and says so.
/// Thread: any; also from a signal handler, if the fields are text and numbers. A record from a
/// handler that interrupted the log itself is refused and counted as dropped.
inline void write(Level level, Message message, Fields fields = {}) noexcept {
  if (enabled(level)) detail::emit(level, message.text(), fields);
}
inline void debug(Message message, Fields fields = {}) noexcept {
  write(Level::debug, message, fields);
}
inline void info(Message message, Fields fields = {}) noexcept {
  write(Level::info, message, fields);
}
inline void warning(Message message, Fields fields = {}) noexcept {
  write(Level::warning, message, fields);
}
inline void error(Message message, Fields fields = {}) noexcept {
  write(Level::error, message, fields);
}
inline void critical(Message message, Fields fields = {}) noexcept {
  write(Level::critical, message, fields);
}

}  // namespace log
}  // namespace eddy
