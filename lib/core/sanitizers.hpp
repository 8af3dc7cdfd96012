// SPDX-License-Identifier: MIT
//
// Whether somebody watches the heap: then blocks must come from it one by one.
//
// Private to core. Asked at run time, for a program under a sanitizer may use a library that is
// not.
#pragma once

#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif

extern "C" {
[[gnu::weak]] void __asan_init(void);    // NOLINT: the sanitizers' own names
[[gnu::weak]] void __tsan_init(void);    // NOLINT
[[gnu::weak]] void __hwasan_init(void);  // NOLINT
}

namespace eddy::detail {

inline bool heap_is_watched() noexcept {
  if (&__asan_init != nullptr || &__tsan_init != nullptr || &__hwasan_init != nullptr) return true;
#ifdef RUNNING_ON_VALGRIND
  return RUNNING_ON_VALGRIND != 0;
#else
  return false;
#endif
}

}  // namespace eddy::detail
