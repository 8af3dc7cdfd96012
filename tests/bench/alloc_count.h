// SPDX-License-Identifier: MIT
// The heap allocations made so far by a program that has alloc_count.c compiled in.
#ifndef EDDY_BENCH_ALLOC_COUNT_H
#define EDDY_BENCH_ALLOC_COUNT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

uint64_t alloc_count(void);

#ifdef __cplusplus
}
#endif

#endif
