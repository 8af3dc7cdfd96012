// SPDX-License-Identifier: MIT
//
// What doctest prints of eddy's values where a check fails:
//
//     CHECK( connect 127.0.0.1:80: Connection refused == timed out )
//
// Comes with testing/fixture.hpp.
#pragma once

#include <eddy/base/address.hpp>
#include <eddy/base/endpoint.hpp>
#include <eddy/base/result.hpp>

#include <type_traits>

#include <doctest/doctest.h>

namespace eddy {

// The name is doctest's, which finds these beside the types; a StringMaker of a program's own does
// no harm.
// NOLINTBEGIN(readability-identifier-naming)

inline doctest::String toString(const Error& error) {
  return error.message().c_str();
}
inline doctest::String toString(Errc code) {
  return make_error_code(code).message().c_str();
}
inline doctest::String toString(ErrorCondition condition) {
  return make_error_condition(condition).message().c_str();
}
inline doctest::String toString(const Address& address) {
  return address.to_string().c_str();
}
inline doctest::String toString(const Endpoint& endpoint) {
  return endpoint.to_string().c_str();
}
template <class T>
doctest::String toString(const Result<T>& result) {
  using doctest::toString;
  if (!result) return toString(result.error());
  if constexpr (std::is_void_v<T>) {
    return "success";
  } else {
    return toString(*result);
  }
}

// NOLINTEND(readability-identifier-naming)

}  // namespace eddy
