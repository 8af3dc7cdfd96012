// SPDX-License-Identifier: MIT
// What a short child costs with bare libuv: uv_spawn of /bin/true, and the wait for its end, one
// after the other.
#include "limit.h"

enum { count = 200, rounds = 15 };

static uv_loop_t loop;
static int left;

static void spawn(void);

static void on_closed(uv_handle_t* child) {
  free(child);
  if (--left > 0) spawn();
}

static void on_exit_of_child(uv_process_t* child, int64_t status, int signal) {
  (void)status;
  (void)signal;
  uv_close((uv_handle_t*)child, on_closed);
}

static void spawn(void) {
  char* argv[] = {"/bin/true", NULL};
  uv_stdio_container_t stdio[3] = {
      {.flags = UV_IGNORE},
      {.flags = UV_INHERIT_FD, .data.fd = 1},
      {.flags = UV_INHERIT_FD, .data.fd = 2},
  };
  uv_process_options_t options = {
      .exit_cb = on_exit_of_child, .file = argv[0], .args = argv, .stdio = stdio, .stdio_count = 3};
  uv_process_t* child = malloc(sizeof *child);
  check(uv_spawn(&loop, child, &options), "spawn");
}

int main(int argc, char** argv) {
  struct options opt = {.port = 0, .seconds = 60, .mode = ""};
  uint64_t least = UINT64_MAX;
  parse_options(argc, argv, &opt);
  check(uv_loop_init(&loop), "loop");
  for (int round = 0; round < rounds; round++) {
    uint64_t start = uv_hrtime();
    left = count;
    spawn();
    uv_run(&loop, UV_RUN_DEFAULT);
    uint64_t took = uv_hrtime() - start;
    if (took < least) least = took;
  }
  printf("name=spawn ns=%.0f\n", (double)least / count);
  return uv_loop_close(&loop);
}
