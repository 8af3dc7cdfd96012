// SPDX-License-Identifier: MIT
// What a pending uv_timer_t costs: 100,000 of them armed with random due times, then cancelled.
//
//   reused  the handles are there already: uv_timer_start, uv_timer_stop
//   each    a handle is allocated and closed for each timer, as a thin wrapper would do
#include <malloc.h>

#include "limit.h"

enum { count = 100000, rounds = 15 };

static uint64_t seed = 88172645463325252ULL;

static uint64_t random_due(void) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return 60000 + seed % 60000;
}

static void on_timer(uv_timer_t* t) {
  (void)t;
}

static void report(const char* what, uint64_t ns, size_t bytes) {
  printf("name=%s ns=%.2f bytes=%zu\n", what, (double)ns / count, bytes / count);
}

static uint64_t least(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

static void reused(uv_loop_t* loop) {
  uv_timer_t* t = malloc(count * sizeof *t);
  uint64_t arm = UINT64_MAX, cancel = UINT64_MAX;
  for (int i = 0; i < count; i++)
    uv_timer_init(loop, &t[i]);
  for (int round = 0; round < rounds; round++) {
    uint64_t start = uv_hrtime();
    for (int i = 0; i < count; i++)
      uv_timer_start(&t[i], on_timer, random_due(), 0);
    uint64_t armed = uv_hrtime();
    for (int i = 0; i < count; i++)
      uv_timer_stop(&t[i]);
    arm = least(arm, armed - start);
    cancel = least(cancel, uv_hrtime() - armed);
  }
  report("reused_arm", arm, count * sizeof *t);
  report("reused_cancel", cancel, 0);
  for (int i = 0; i < count; i++)
    uv_close((uv_handle_t*)&t[i], NULL);
  uv_run(loop, UV_RUN_NOWAIT);
  free(t);
}

static size_t heap_bytes(void) {
  struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

static void each(uv_loop_t* loop) {
  uv_timer_t** t = malloc(count * sizeof *t);
  uint64_t arm = UINT64_MAX, cancel = UINT64_MAX;
  size_t used = 0;
  for (int round = 0; round < rounds; round++) {
    size_t before = heap_bytes();
    uint64_t start = uv_hrtime();
    for (int i = 0; i < count; i++) {
      t[i] = malloc(sizeof **t);
      uv_timer_init(loop, t[i]);
      uv_timer_start(t[i], on_timer, random_due(), 0);
    }
    uint64_t armed = uv_hrtime();
    used = heap_bytes() - before;
    uint64_t closing = uv_hrtime();
    for (int i = 0; i < count; i++)
      uv_close((uv_handle_t*)t[i], (uv_close_cb)free);
    uv_run(loop, UV_RUN_NOWAIT);
    arm = least(arm, armed - start);
    cancel = least(cancel, uv_hrtime() - closing);
  }
  report("each_arm", arm, used);
  report("each_cancel", cancel, 0);
  free(t);
}

int main(int argc, char** argv) {
  struct options opt = {.port = 0, .seconds = 60, .mode = ""};
  uv_loop_t loop;
  parse_options(argc, argv, &opt);
  check(uv_loop_init(&loop), "loop");
  reused(&loop);
  each(&loop);
  return uv_loop_close(&loop);
}
