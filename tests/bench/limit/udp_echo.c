// SPDX-License-Identifier: MIT
// UDP echo on bare libuv: each answer by uv_udp_try_send.
//
//   -m try    receives by recvmmsg, in batches    -m plain  one recvmsg a datagram
#include "limit.h"

enum { datagram_size = 65536, batch = 20 };  // libuv receives at most so many at a time

static char* shared;
static size_t shared_size;

static void on_alloc(uv_handle_t* h, size_t size, uv_buf_t* buf) {
  (void)h, (void)size;
  *buf = uv_buf_init(shared, (unsigned)shared_size);
}

static void on_recv(
    uv_udp_t* u, ssize_t n, const uv_buf_t* buf, const struct sockaddr* from, unsigned flags) {
  (void)flags;
  if (n < 0 || from == NULL) return;
  uv_buf_t out = uv_buf_init(buf->base, (unsigned)n);
  uv_udp_try_send(u, &out, 1, from);
}

int main(int argc, char** argv) {
  struct options opt = {.port = 0, .seconds = 600, .mode = "try"};
  uv_loop_t loop;
  uv_udp_t server;
  struct sockaddr_in addr;
  int size = sizeof addr;
  parse_options(argc, argv, &opt);
  const int plain = strcmp(opt.mode, "plain") == 0;
  shared_size = plain ? datagram_size : (size_t)datagram_size * batch;
  shared = malloc(shared_size);
  check(uv_loop_init(&loop), "loop");
  check(uv_udp_init_ex(&loop, &server, AF_INET | (plain ? 0 : UV_UDP_RECVMMSG)), "socket");
  check(uv_ip4_addr("127.0.0.1", opt.port, &addr), "address");
  check(uv_udp_bind(&server, (const struct sockaddr*)&addr, 0), "bind");
  check(uv_udp_recv_start(&server, on_alloc, on_recv), "receive");
  check(uv_udp_getsockname(&server, (struct sockaddr*)&addr, &size), "own address");
  printf("port %d\n", ntohs(addr.sin_port));
  fflush(stdout);
  return uv_run(&loop, UV_RUN_DEFAULT);
}
