// SPDX-License-Identifier: MIT
//
// A field of a Config that has no default: leaving it out is a compile error that names `Required`.
#pragma once

#include <eddy/base/config.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace eddy {

/// Holds a value that must be given.
///
/// `struct Config { Required<Address> listen; };` makes `Config{}` ill-formed, while
/// `Config{.listen = address}` and `config.listen->port()` read as if it were a plain field.
template <class T>
class Required {
 public:
  template <class U = T>
    requires(std::convertible_to<U, T> && !std::same_as<std::remove_cvref_t<U>, Required>)
  constexpr Required(U&& value) : value_(std::forward<U>(value)) {}  // NOLINT: implicit on purpose

  constexpr operator const T&() const noexcept { return value_; }  // NOLINT: implicit on purpose
  constexpr const T& operator*() const noexcept { return value_; }
  constexpr T& operator*() noexcept { return value_; }
  constexpr const T* operator->() const noexcept { return &value_; }
  constexpr T* operator->() noexcept { return &value_; }

 private:
  T value_;
};

}  // namespace eddy
