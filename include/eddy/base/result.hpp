// SPDX-License-Identifier: MIT
//
// A value or an Error, for synchronous functions that can fail.
//
// The names are those of std::expected, so that it can become one. For results that come later see
// core/future.hpp.
#pragma once

#include <eddy/base/error.hpp>

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace eddy {

template <class T>
class Result;

namespace detail {
template <class T>
inline constexpr bool is_result = false;
template <class T>
inline constexpr bool is_result<Result<T>> = true;
}  // namespace detail

/// Holds a T or an Error. Reading the one that is not there stops the program (EDDY_ASSERT).
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  template <class U = T>
    requires(std::constructible_from<T, U> && !detail::is_result<std::remove_cvref_t<U>> &&
             !std::convertible_to<U, Error>)
  Result(U&& value) : has_value_(true) {  // NOLINT: implicit on purpose
    std::construct_at(&value_, std::forward<U>(value));
  }
  Result(Error error) noexcept : has_value_(false) {  // NOLINT: implicit on purpose
    std::construct_at(&error_, std::move(error));
  }
  template <class Enum>
    requires(std::is_error_code_enum<Enum>::value && !std::same_as<Enum, T>)
  Result(Enum code)
  noexcept : Result(Error(code)) {}  // NOLINT: implicit on purpose

  Result(Result&& other) noexcept(std::is_nothrow_move_constructible_v<T>) {  // NOLINT: T may throw
    take(std::move(other));
  }
  Result(const Result& other) requires std::copy_constructible<T> { take(other); }
  Result& operator=(Result other) noexcept(std::is_nothrow_move_constructible_v<T>) {
    destroy();
    if constexpr (std::is_nothrow_move_constructible_v<T>) {
      take(std::move(other));
    } else {
      take_or_fail(std::move(other));
    }
    return *this;
  }
  ~Result() { destroy(); }

  bool has_value() const noexcept { return has_value_; }
  explicit operator bool() const noexcept { return has_value_; }

  T& value() & { return *checked(); }
  const T& value() const& { return *checked(); }
  T&& value() && { return std::move(*checked()); }
  T& operator*() & { return *checked(); }
  const T& operator*() const& { return *checked(); }
  T&& operator*() && { return std::move(*checked()); }
  T* operator->() { return checked(); }
  const T* operator->() const { return checked(); }
  template <class U>
  T value_or(U&& other) && {
    return has_value_ ? std::move(value_) : static_cast<T>(std::forward<U>(other));
  }

  const Error& error() const& { return *checked_error(); }
  Error&& error() && { return std::move(*checked_error()); }

 private:
  template <class Other>
  void take(Other&& other) {
    has_value_ = other.has_value_;
    if (has_value_) {
      std::construct_at(&value_, std::forward<Other>(other).value_);
    } else {
      std::construct_at(&error_, std::forward<Other>(other).error_);
    }
  }
  /// If the move throws, an error stands where the value was destroyed.
  void take_or_fail(Result&& other) {
    try {
      take(std::move(other));
    } catch (...) {
      has_value_ = false;
      std::construct_at(&error_, Errc::exception);
      throw;
    }
  }
  void destroy() noexcept {
    if (has_value_) {
      std::destroy_at(&value_);
    } else {
      std::destroy_at(&error_);
    }
  }
  template <class Self>
  static auto checked_of(Self* self) {
    EDDY_ASSERT(self->has_value_, "value() of a Result that holds an error");
    return &self->value_;
  }
  T* checked() { return checked_of(this); }
  const T* checked() const { return checked_of(this); }
  Error* checked_error() { return const_cast_error(std::as_const(*this).checked_error()); }
  const Error* checked_error() const {
    EDDY_ASSERT(!has_value_, "error() of a Result that holds a value");
    return &error_;
  }
  Error* const_cast_error(const Error*) { return &error_; }

  union {
    T value_;
    Error error_;
  };
  bool has_value_;
};

/// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() noexcept : error_(std::error_code()) {}
  Result(Error error) noexcept : error_(std::move(error)) {  // NOLINT: implicit on purpose
    EDDY_ASSERT(!has_value(), "a Result cannot fail with the code for success");
  }
  template <class Enum>
    requires(std::is_error_code_enum<Enum>::value)
  Result(Enum code)
  noexcept : Result(Error(code)) {}  // NOLINT: implicit on purpose

  bool has_value() const noexcept { return !error_.code(); }
  explicit operator bool() const noexcept { return has_value(); }
  void value() const { EDDY_ASSERT(has_value(), "value() of a Result that holds an error"); }

  const Error& error() const& {
    EDDY_ASSERT(!has_value(), "error() of a Result that holds a value");
    return error_;
  }
  Error&& error() && {
    EDDY_ASSERT(!has_value(), "error() of a Result that holds a value");
    return std::move(error_);
  }

 private:
  Error error_;
};

}  // namespace eddy
