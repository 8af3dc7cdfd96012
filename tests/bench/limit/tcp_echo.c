// SPDX-License-Identifier: MIT
// TCP echo on bare libuv: one receive buffer for all, uv_try_write first, and a copy only of what
// the kernel refused.
#include "limit.h"

enum { receive_size = 65536 };

struct conn {
  uv_tcp_t tcp;  // must be first
  uv_write_t req;
  char* rest;
};

static char shared[receive_size];

static void on_close(uv_handle_t* h) {
  free(h);
}

static void on_alloc(uv_handle_t* h, size_t size, uv_buf_t* buf) {
  (void)h, (void)size;
  *buf = uv_buf_init(shared, sizeof shared);
}

static void on_read(uv_stream_t* s, ssize_t n, const uv_buf_t* buf);

static void on_rest_written(uv_write_t* req, int status) {
  struct conn* c = (struct conn*)req->handle;
  free(c->rest);
  if (status == 0) uv_read_start((uv_stream_t*)&c->tcp, on_alloc, on_read);
}

static void on_read(uv_stream_t* s, ssize_t n, const uv_buf_t* buf) {
  struct conn* c = (struct conn*)s;
  if (n <= 0) {
    if (n < 0) uv_close((uv_handle_t*)s, on_close);
    return;
  }
  uv_buf_t out = uv_buf_init(buf->base, (unsigned)n);
  int w = uv_try_write(s, &out, 1);
  if (w == n) return;
  if (w < 0 && w != UV_EAGAIN) {
    uv_close((uv_handle_t*)s, on_close);
    return;
  }
  if (w < 0) w = 0;
  c->rest = malloc((size_t)(n - w));
  memcpy(c->rest, buf->base + w, (size_t)(n - w));
  out = uv_buf_init(c->rest, (unsigned)(n - w));
  uv_read_stop(s);  // back-pressure: read again once this is out
  if (uv_write(&c->req, s, &out, 1, on_rest_written) != 0) uv_close((uv_handle_t*)s, on_close);
}

static void on_connection(uv_stream_t* server, int status) {
  if (status < 0) return;
  struct conn* c = malloc(sizeof *c);
  check(uv_tcp_init(server->loop, &c->tcp), "socket");
  if (uv_accept(server, (uv_stream_t*)&c->tcp) != 0) {
    uv_close((uv_handle_t*)&c->tcp, on_close);
    return;
  }
  uv_tcp_nodelay(&c->tcp, 1);
  uv_read_start((uv_stream_t*)&c->tcp, on_alloc, on_read);
}

int main(int argc, char** argv) {
  struct options opt = {.port = 0, .seconds = 600, .mode = ""};
  uv_loop_t loop;
  uv_tcp_t server;
  parse_options(argc, argv, &opt);
  check(uv_loop_init(&loop), "loop");
  listen_loopback(&loop, &server, opt.port, on_connection);
  return uv_run(&loop, UV_RUN_DEFAULT);
}
