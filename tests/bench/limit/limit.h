// SPDX-License-Identifier: MIT
// What the limit programs share: options, a loopback listener, error exits.
//
// A limit program does on bare libuv the least its job allows; the framework is measured against
// it. Each listens on 127.0.0.1 only, prints `port N` once it does, and ends by itself.
#ifndef EDDY_BENCH_LIMIT_H
#define EDDY_BENCH_LIMIT_H

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

struct options {
  int port;          // -p, 0: one that is free
  int seconds;       // -d: the program ends after so long
  const char* mode;  // -m
};

static inline void check(int rc, const char* what) {
  if (rc >= 0) return;
  fprintf(stderr, "%s: %s\n", what, uv_strerror(rc));
  exit(1);
}

static inline void parse_options(int argc, char** argv, struct options* o) {
  for (int c; (c = getopt(argc, argv, "p:d:m:")) != -1;) {
    if (c == 'p') {
      o->port = atoi(optarg);
    } else if (c == 'd') {
      o->seconds = atoi(optarg);
    } else if (c == 'm') {
      o->mode = optarg;
    } else {
      exit(2);
    }
  }
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  signal(SIGPIPE, SIG_IGN);
  alarm((unsigned)o->seconds);  // the default action of SIGALRM ends the process
}

static inline void listen_loopback(uv_loop_t* loop,
                                   uv_tcp_t* server,
                                   int port,
                                   uv_connection_cb on_connection) {
  struct sockaddr_in addr;
  int size = sizeof addr;
  check(uv_ip4_addr("127.0.0.1", port, &addr), "address");
  check(uv_tcp_init(loop, server), "socket");
  check(uv_tcp_bind(server, (const struct sockaddr*)&addr, 0), "bind");
  check(uv_listen((uv_stream_t*)server, 4096, on_connection), "listen");
  check(uv_tcp_getsockname(server, (struct sockaddr*)&addr, &size), "own address");
  printf("port %d\n", ntohs(addr.sin_port));
  fflush(stdout);
}

#endif
