// SPDX-License-Identifier: MIT
// Counts the heap allocations of a program, wherever they come from.
//
// Preloaded into a server it keeps its count in the file that EDDY_BENCH_ALLOC_COUNT names, eight
// bytes mapped into both processes, so that a reader may look at any time. Compiled into a program
// it is read with alloc_count(). Needs glibc, which exports the allocator's own names.
#define _GNU_SOURCE
#include "alloc_count.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

extern void* __libc_malloc(size_t size);
extern void* __libc_calloc(size_t count, size_t size);
extern void* __libc_realloc(void* block, size_t size);
extern void* __libc_memalign(size_t alignment, size_t size);

static _Atomic uint64_t own_count;
static _Atomic uint64_t* count = &own_count;

static void add(void) {
  atomic_fetch_add_explicit(count, 1, memory_order_relaxed);
}

uint64_t alloc_count(void) {
  return atomic_load_explicit(count, memory_order_relaxed);
}

__attribute__((constructor)) static void share_count(void) {
  const char* path = getenv("EDDY_BENCH_ALLOC_COUNT");
  if (path == NULL) return;
  int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void* at = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (at != MAP_FAILED) count = at;
}

void* malloc(size_t size) {
  add();
  return __libc_malloc(size);
}

void* calloc(size_t n, size_t size) {
  add();
  return __libc_calloc(n, size);
}

void* realloc(void* block, size_t size) {
  add();
  return __libc_realloc(block, size);
}

void* memalign(size_t alignment, size_t size) {
  add();
  return __libc_memalign(alignment, size);
}

void* aligned_alloc(size_t alignment, size_t size) {
  add();
  return __libc_memalign(alignment, size);
}

int posix_memalign(void** block, size_t alignment, size_t size) {
  add();
  void* got = __libc_memalign(alignment, size);
  if (got == NULL) return ENOMEM;
  *block = got;
  return 0;
}
