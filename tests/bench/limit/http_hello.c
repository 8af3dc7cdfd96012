// SPDX-License-Identifier: MIT
// HTTP/1.1 hello on bare libuv and llhttp: keep-alive, pipelining, one write for each read.
//
//   -m static   llhttp runs with on_message_complete only, the answer is a prebuilt block: the
//   limit -m headers  what a framework must at least do: views of the path and the header fields
//   are
//               collected, the path and Host are looked at, every answer is formatted anew
//
// A request split over two reads would need its bytes kept; in the headers mode this program closes
// the connection instead.
#include "limit.h"

#include <llhttp.h>
#include <strings.h>
#include <time.h>

enum { receive_size = 65536, batch = 64, max_bufs = 64, max_headers = 64 };

struct view {
  const char* data;
  size_t size;
};

struct conn {
  uv_tcp_t tcp;  // must be first
  llhttp_t parser;
  unsigned ready;  // requests parsed in this read and not yet answered
  int closing;     // answer what is ready, then close
  uv_write_t req;
  char* rest;
};

static struct {  // the request being parsed: views into the shared receive buffer
  int open;
  struct view url;
  unsigned nheaders;
  struct view headers[max_headers * 2];
} request;

static const char body[] = "Hello, World!";
static char shared[receive_size];
static char out[receive_size * 8];  // the shortest request is 18 bytes, its answer about 130
static size_t out_used;
static char answer[256], answers[batch * 256], date[64];
static size_t answer_size;
static llhttp_settings_t settings;
static int headers_mode;

static void refresh_date(uv_timer_t* t) {
  (void)t;
  time_t now = time(NULL);
  struct tm tm;
  gmtime_r(&now, &tm);
  strftime(date, sizeof date, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
  answer_size = (size_t)snprintf(answer,
                                 sizeof answer,
                                 "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                                 "Content-Length: %zu\r\n%s\r\n%s",
                                 sizeof body - 1,
                                 date,
                                 body);
  for (size_t i = 0; i < batch; i++)
    memcpy(answers + i * answer_size, answer, answer_size);
}

static void on_close(uv_handle_t* h) {
  free(h);
}

static void conn_close(struct conn* c) {
  if (!uv_is_closing((uv_handle_t*)&c->tcp)) uv_close((uv_handle_t*)&c->tcp, on_close);
}

static void on_alloc(uv_handle_t* h, size_t size, uv_buf_t* buf) {
  (void)h, (void)size;
  *buf = uv_buf_init(shared, sizeof shared);
}

static void on_read(uv_stream_t* s, ssize_t n, const uv_buf_t* buf);

static void on_rest_written(uv_write_t* req, int status) {
  struct conn* c = (struct conn*)req->handle;
  free(c->rest);
  if (status != 0 || c->closing) {
    conn_close(c);
  } else {
    uv_read_start((uv_stream_t*)&c->tcp, on_alloc, on_read);
  }
}

// Copies and queues what is left of the buffers after the first `skip` bytes.
static void conn_queue(struct conn* c, const uv_buf_t* bufs, unsigned n, size_t skip, size_t left) {
  uv_stream_t* s = (uv_stream_t*)&c->tcp;
  size_t at = 0;
  c->rest = malloc(left);
  for (unsigned i = 0; i < n; i++) {
    if (skip >= bufs[i].len) {
      skip -= bufs[i].len;
      continue;
    }
    memcpy(c->rest + at, bufs[i].base + skip, bufs[i].len - skip);
    at += bufs[i].len - skip;
    skip = 0;
  }
  uv_buf_t rest = uv_buf_init(c->rest, (unsigned)left);
  uv_read_stop(s);
  if (uv_write(&c->req, s, &rest, 1, on_rest_written) != 0) conn_close(c);
}

static void conn_send(struct conn* c, const uv_buf_t* bufs, unsigned n, size_t total) {
  int w = uv_try_write((uv_stream_t*)&c->tcp, bufs, n);
  if (w < 0 && w != UV_EAGAIN) {
    conn_close(c);
    return;
  }
  size_t done = w < 0 ? 0 : (size_t)w;
  if (done < total) {
    conn_queue(c, bufs, n, done, total - done);
  } else if (c->closing) {
    conn_close(c);
  }
}

static char* put(char* at, const char* text, size_t size) {
  memcpy(at, text, size);
  return at + size;
}

// The headers mode's handler: routes on the path, formats into the output buffer of the batch.
static void handle(void) {
  int host = 0;
  for (unsigned i = 0; i < request.nheaders; i++) {
    const struct view* name = &request.headers[2 * i];
    host |= name->size == 4 && strncasecmp(name->data, "host", 4) == 0;
  }
  int found = host && request.url.size == 1 && request.url.data[0] == '/';
  const char* status = found ? "200 OK\r\n" : "404 Not Found\r\n";
  char* at = out + out_used;
  at = put(at, "HTTP/1.1 ", 9);
  at = put(at, status, strlen(status));
  at = put(at, "Content-Type: text/plain\r\nContent-Length: 13\r\n", 46);
  at = put(at, date, strlen(date));
  at = put(at, "\r\n", 2);
  at = put(at, body, sizeof body - 1);
  out_used = (size_t)(at - out);
}

static int on_begin(llhttp_t* p) {
  (void)p;
  request.open = 1;
  request.nheaders = 0;
  request.url.size = 0;
  return 0;
}

static int on_url(llhttp_t* p, const char* at, size_t n) {
  (void)p;
  request.url = (struct view){at, n};
  return 0;
}

static int on_field(llhttp_t* p, const char* at, size_t n) {
  (void)p;
  if (request.nheaders == max_headers) return HPE_USER;
  request.headers[2 * request.nheaders] = (struct view){at, n};
  return 0;
}

static int on_value(llhttp_t* p, const char* at, size_t n) {
  (void)p;
  request.headers[2 * request.nheaders + 1] = (struct view){at, n};
  return 0;
}

static int on_value_complete(llhttp_t* p) {
  (void)p;
  request.nheaders++;
  return 0;
}

static int on_message(llhttp_t* p) {
  struct conn* c = p->data;
  c->ready++;
  if (headers_mode) {
    handle();
    request.open = 0;
  }
  if (!llhttp_should_keep_alive(p)) c->closing = 1;
  return 0;
}

static void answer_ready(struct conn* c) {
  uv_buf_t bufs[max_bufs];
  unsigned k = 0, left = c->ready;
  c->ready = 0;
  if (headers_mode) {
    bufs[0] = uv_buf_init(out, (unsigned)out_used);
    conn_send(c, bufs, 1, out_used);
    return;
  }
  size_t total = left * answer_size;
  for (; left > 0 && k < max_bufs; k++) {
    unsigned take = left < batch ? left : batch;
    bufs[k] = uv_buf_init(answers, (unsigned)(take * answer_size));
    left -= take;
  }
  conn_send(c, bufs, k, total);
}

static void on_read(uv_stream_t* s, ssize_t n, const uv_buf_t* buf) {
  struct conn* c = (struct conn*)s;
  if (n <= 0) {
    if (n < 0) conn_close(c);
    return;
  }
  out_used = 0;
  if (llhttp_execute(&c->parser, buf->base, (size_t)n) != HPE_OK || request.open) {
    request.open = 0;
    conn_close(c);
    return;
  }
  if (c->ready > 0) answer_ready(c);
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
  llhttp_init(&c->parser, HTTP_REQUEST, &settings);
  c->parser.data = c;
  c->ready = 0;
  c->closing = 0;
  uv_read_start((uv_stream_t*)&c->tcp, on_alloc, on_read);
}

static void choose_callbacks(void) {
  llhttp_settings_init(&settings);
  settings.on_message_complete = on_message;
  if (!headers_mode) return;
  settings.on_message_begin = on_begin;
  settings.on_url = on_url;
  settings.on_header_field = on_field;
  settings.on_header_value = on_value;
  settings.on_header_value_complete = on_value_complete;
}

int main(int argc, char** argv) {
  struct options opt = {.port = 0, .seconds = 600, .mode = "static"};
  uv_loop_t loop;
  uv_tcp_t server;
  uv_timer_t clock;
  parse_options(argc, argv, &opt);
  headers_mode = strcmp(opt.mode, "headers") == 0;
  choose_callbacks();
  refresh_date(NULL);
  check(uv_loop_init(&loop), "loop");
  check(uv_timer_init(&loop, &clock), "timer");
  check(uv_timer_start(&clock, refresh_date, 1000, 1000), "timer");
  listen_loopback(&loop, &server, opt.port, on_connection);
  return uv_run(&loop, UV_RUN_DEFAULT);
}
