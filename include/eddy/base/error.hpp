// SPDX-License-Identifier: MIT
//
// What went wrong, as a value: a std::error_code with, where somebody knew more, a context and the
// exception that caused it.
//
// Errors travel in Result<T> and Future<T>. Compare them with an Errc, a std::errc, a condition
// (`retryable`, `peer_gone`, `misuse`) or any error_code; never by their text. See base/result.hpp
// next.
#pragma once

#include <eddy/base/config.hpp>
#include <eddy/base/site.hpp>

#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

namespace eddy {

/// eddy's own error codes.
enum class Errc {
  canceled = 1,    ///< somebody no longer wants the result
  timed_out,       ///< a limit of time passed; the context tells which and how long
  broken_promise,  ///< a Promise was destroyed without a value
  stalled,         ///< a loop ran out of work while somebody still waited on it
  closed,          ///< the object, or the loop it lived on, is closed
  end_of_stream,   ///< the peer sent all it had to send
  too_large,       ///< a limit of size passed; the context tells which
  overloaded,      ///< a limit of number or a queue is full
  protocol,        ///< the peer broke the rules of the protocol
  exception,       ///< code of the user threw; exception() has it
  invalid,         ///< an argument or a configuration makes no sense; the context tells which
  truncated,       ///< the connection ended before the peer said that it has sent all
};

/// What a caller may do about an error, over all categories.
enum class ErrorCondition {
  retryable = 1,  ///< the same call may succeed later
  peer_gone,      ///< the other side ended the conversation
  misuse,         ///< the program is wrong; trying again does not help
};
inline constexpr ErrorCondition retryable = ErrorCondition::retryable;
inline constexpr ErrorCondition peer_gone = ErrorCondition::peer_gone;
inline constexpr ErrorCondition misuse = ErrorCondition::misuse;

EDDY_EXPORT const std::error_category& eddy_category() noexcept;
EDDY_EXPORT const std::error_category& condition_category() noexcept;
inline std::error_code make_error_code(Errc code) noexcept {
  return {static_cast<int>(code), eddy_category()};
}
inline std::error_condition make_error_condition(ErrorCondition condition) noexcept {
  return {static_cast<int>(condition), condition_category()};
}

}  // namespace eddy

template <>
struct std::is_error_code_enum<eddy::Errc> : std::true_type {};
template <>
struct std::is_error_condition_enum<eddy::ErrorCondition> : std::true_type {};

namespace eddy {

namespace detail {
struct ErrorDetail;
}

/// An error: 24 octets, nothrow movable, cheap to copy.
///
/// Lifetime: context and exception are shared between copies.
/// Thread: one at a time; copies may live on different threads.
class EDDY_EXPORT Error {
 public:
  Error(std::error_code code) noexcept : code_(code) {}  // NOLINT: implicit on purpose
  template <class Enum>
    requires(std::is_error_code_enum<Enum>::value)
  Error(Enum code)
  noexcept : code_(code) {}  // NOLINT: implicit on purpose
  /// `context` names what was tried: "connect 10.0.0.1:80".
  Error(std::error_code code, std::string_view context);
  Error(std::errc code, std::string_view context) : Error(std::make_error_code(code), context) {}
  /// Errc::exception with `exception` inside; an eddy::Exception gives back the Error it carries.
  explicit Error(std::exception_ptr exception);

  Error(const Error& other) noexcept;
  Error(Error&& other) noexcept
      : code_(other.code_), detail_(std::exchange(other.detail_, nullptr)) {}
  Error& operator=(Error other) noexcept {
    std::swap(code_, other.code_);
    std::swap(detail_, other.detail_);
    return *this;
  }
  ~Error() {
    if (detail_ != nullptr) release();
  }

  const std::error_code& code() const noexcept { return code_; }
  /// What was tried, outermost noun first; empty if nobody said.
  std::string_view context() const noexcept;
  /// What was thrown; null unless code() is Errc::exception.
  std::exception_ptr exception() const noexcept;
  /// One line for people: context, the code's message, and what() of the exception.
  std::string message() const;
  /// The places it passed, the first one first: those of the links of a chain, if their loop is in
  /// debug mode. Bounded; the places that are left out are the last ones.
  std::span<const Site> trace() const noexcept;
  /// The trace for people, "read.cpp:10 < client.cpp:20"; empty without one.
  std::string trace_text() const;
  /// Adds a place to the trace, of this error and not of its copies.
  void passed(Site site);
  /// The same error with `context` put in front of what is there: "api: listen on [::]:80".
  [[nodiscard]] Error with(std::string_view context) &&;
  [[nodiscard]] Error with(std::string_view context) const&;
  /// Throws the exception inside, or an eddy::Exception that carries this error.
  [[noreturn]] void raise() const;

  friend bool operator==(const Error& error, const std::error_code& code) noexcept {
    return error.code_ == code;
  }
  friend bool operator==(const Error& error, const std::error_condition& condition) noexcept {
    return error.code_ == condition;
  }
  template <class Enum>
    requires(std::is_error_code_enum<Enum>::value)
  friend bool operator==(const Error& error, Enum code) noexcept {
    return error.code_ == std::error_code(code);
  }
  template <class Enum>
    requires(std::is_error_condition_enum<Enum>::value)
  friend bool operator==(const Error& error, Enum condition) noexcept {
    return error.code_ == std::error_condition(condition);
  }

 private:
  void release() noexcept;

  std::error_code code_;
  detail::ErrorDetail* detail_ = nullptr;
};

static_assert(sizeof(Error) <= 24);
static_assert(std::is_nothrow_move_constructible_v<Error>);

/// What to catch an error by: an Errc, a std::errc, an ErrorCondition, a code or a condition.
class ErrorMatch {
 public:
  template <class Enum>
    requires(std::is_error_code_enum<Enum>::value)
  ErrorMatch(Enum code)
  noexcept : code_(code), by_code_(true) {}  // NOLINT: implicit on purpose
  template <class Enum>
    requires(std::is_error_condition_enum<Enum>::value)
  ErrorMatch(Enum condition)
  noexcept : condition_(condition) {}                                         // NOLINT: implicit
  ErrorMatch(std::error_code code) noexcept : code_(code), by_code_(true) {}  // NOLINT: implicit
  ErrorMatch(std::error_condition condition) noexcept
      : condition_(condition) {}  // NOLINT: implicit

  bool operator()(const Error& error) const noexcept {
    return by_code_ ? error == code_ : error == condition_;
  }

 private:
  std::error_code code_;
  std::error_condition condition_;
  bool by_code_ = false;
};

/// Carries an Error through code that throws; a continuation that throws it fails with that Error.
class EDDY_EXPORT Exception : public std::exception {
 public:
  explicit Exception(Error error);
  Exception(const Exception&) noexcept;
  ~Exception() override;
  const Error& error() const noexcept { return error_; }
  const char* what() const noexcept override;

 private:
  Error error_;
  std::string text_;
};

}  // namespace eddy
