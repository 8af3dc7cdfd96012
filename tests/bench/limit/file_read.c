// SPDX-License-Identifier: MIT
// What reading a file costs at least.
//
//   limit_file_read FILE       a thread that calls read() up to the end, into one buffer
//   limit_file_read FILE uv    uv_fs_read() from the loop, one after the other
#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <time.h>

#include "limit.h"

enum { block = 1 << 20 };

static const char* path;
static _Alignas(64) char buffer[block];
static unsigned long long total;

static int open_it(void) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    perror(path);
    exit(1);
  }
  return file;
}

static void* read_all(void* unused) {
  (void)unused;
  const int file = open_it();
  for (ssize_t got; (got = read(file, buffer, block)) > 0;)
    total += (unsigned long long)got;
  close(file);
  return NULL;
}

static void on_read(uv_fs_t* req) {
  const ssize_t got = req->result;
  const int file = req->file;
  uv_buf_t to = uv_buf_init(buffer, block);
  uv_fs_req_cleanup(req);
  if (got <= 0) return;
  total += (unsigned long long)got;
  check(uv_fs_read(req->loop, req, file, &to, 1, -1, on_read), "read");
}

static void read_by_uv(void) {
  uv_loop_t loop;
  uv_fs_t req;
  uv_buf_t to = uv_buf_init(buffer, block);
  check(uv_loop_init(&loop), "loop");
  const int file = open_it();
  check(uv_fs_read(&loop, &req, file, &to, 1, -1, on_read), "read");
  uv_run(&loop, UV_RUN_DEFAULT);
  close(file);
}

static double seconds(struct timeval t) {
  return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double cpu(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (seconds(used.ru_utime) + seconds(used.ru_stime)) * 1e9;
}

int main(int argc, char** argv) {
  pthread_t thread;
  if (argc < 2) return 2;
  path = argv[1];
  const uint64_t start = uv_hrtime();
  const double before = cpu();  // of loading the program
  if (argc > 2) {
    read_by_uv();
  } else {
    check(-pthread_create(&thread, NULL, read_all, NULL), "thread");
    pthread_join(thread, NULL);
  }
  const double wall = (double)(uv_hrtime() - start);
  const double mib = (double)total / (1024 * 1024);
  printf("name=read mib=%.0f cpu_ns=%.0f wall_ns=%.0f\n", mib, (cpu() - before) / mib, wall / mib);
  return 0;
}
