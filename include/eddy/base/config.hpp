// SPDX-License-Identifier: MIT
//
// What every eddy header includes first: the language mode it needs, the export macro, and the
// assertion.
//
// Nothing else belongs here: this file is paid for by every translation unit of every user.
#pragma once

#if __cplusplus < 202002L
#error "eddy needs C++20: compile with -std=c++20"
#endif

#define EDDY_EXPORT __attribute__((visibility("default")))

/// Stops the program with `what` (a literal that names the broken rule) if `condition` is false.
///
/// For bugs of the program, never for conditions of the world. Active in every build type.
#define EDDY_ASSERT(condition, what)                 \
  (__builtin_expect(static_cast<bool>(condition), 1) \
       ? static_cast<void>(0)                        \
       : ::eddy::detail::assertion_failed(#condition, what, __FILE__, __LINE__))

namespace eddy::detail {

/// Prints the broken rule and the place to stderr, then aborts. Thread: any.
[[noreturn, gnu::cold]] EDDY_EXPORT void assertion_failed(const char* condition,
                                                          const char* what,
                                                          const char* file,
                                                          int line) noexcept;

}  // namespace eddy::detail
