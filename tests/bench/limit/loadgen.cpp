// SPDX-License-Identifier: MIT
// Load for echo and HTTP servers on 127.0.0.1: one epoll thread, a fixed number of messages in
// flight, so that a slow server gets less load instead of a queue.
//
//   loadgen echo  PORT  a message and its echo     loadgen http PORT  GET / with keep-alive
//   loadgen close PORT  connect, one GET, close, again
//   loadgen hold  PORT  one GET on each connection, then holds them until -d is over
//   loadgen tls   PORT  as echo, over TLS 1.3      loadgen tls-hold PORT  as hold, with an echo
//
//   -c connections (64)  -s message bytes (1024)  -P messages in flight on each (1)
//   -d seconds (2)  -w warm-up seconds (0.3)  -n answers after which it ends, with no warm-up
//   -i pid of the server, whose CPU time and memory are read
//
// Prints one line of key=value.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "histogram.hpp"
#include "options.hpp"
#include "tls_client.hpp"
#include "watched.hpp"

namespace {

using bench::Kind;
using bench::Options;

constexpr std::string_view request =
    "GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: loadgen\r\nAccept: */*\r\n\r\n";
constexpr std::string_view last_request =
    "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

std::uint64_t now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(t.tv_nsec);
}

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "loadgen: %s (%s)\n", why.c_str(), std::strerror(errno));
  std::exit(1);
}

sockaddr_in loopback(int port, std::uint32_t host) {
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_port = htons(static_cast<std::uint16_t>(port));
  a.sin_addr.s_addr = htonl(host);
  return a;
}

// Binds to one of many source addresses: a closed connection keeps its port for a while.
int open_socket(int port, int flags) {
  static std::uint32_t sources = 0;
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  if (fd < 0) die("socket");
  const int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  const timeval limit{.tv_sec = 5, .tv_usec = 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  const sockaddr_in from = loopback(0, INADDR_LOOPBACK + 1 + sources++ % 200);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) die("bind");
  const sockaddr_in to = loopback(port, INADDR_LOOPBACK);
  const int rc = connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  if (rc != 0 && errno != EINPROGRESS) die("connect");
  return fd;
}

// The size of the whole answer in `got`, or 0 while its head is not complete.
std::size_t answer_size(const std::string& got) {
  const std::size_t end = got.find("\r\n\r\n");
  if (end == std::string::npos) return 0;
  std::string head = got.substr(0, end);
  std::transform(head.begin(), head.end(), head.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  const std::string key = "content-length:";
  const std::size_t at = head.find(key);
  if (at == std::string::npos) die("no Content-Length: " + got);
  return end + 4 + std::strtoull(head.c_str() + at + key.size(), nullptr, 10);
}

// Sends one request and learns how long every answer will be.
std::size_t probe(int port, std::string_view text) {
  const int fd = open_socket(port, 0);
  if (send(fd, text.data(), text.size(), MSG_NOSIGNAL) < 0) die("send");
  std::string got;
  for (std::size_t whole = 0; whole == 0 || got.size() < whole; whole = answer_size(got)) {
    char piece[4096];
    const ssize_t n = recv(fd, piece, sizeof piece, 0);
    if (n <= 0) die("no whole answer: " + got);
    got.append(piece, static_cast<std::size_t>(n));
  }
  close(fd);
  return got.size();
}

struct Connection {
  int fd = -1;
  SSL* tls = nullptr;
  std::size_t unsent = 0;           // bytes of the messages in flight that the socket did not take
  std::size_t send_at = 0;          // where in the message the next unsent byte is
  std::size_t received = 0;         // bytes of the oldest answer
  std::vector<std::uint64_t> sent;  // a ring of send times, one for each message in flight
  std::size_t head = 0;
  bool connecting = false;
  bool waiting_out = false;
};

ssize_t send_some(const Connection& c, const char* data, std::size_t size) {
  return c.tls ? bench::tls_send(c.tls, data, size) : send(c.fd, data, size, MSG_NOSIGNAL);
}

ssize_t receive_some(const Connection& c, char* room, std::size_t size) {
  return c.tls ? bench::tls_receive(c.tls, room, size) : recv(c.fd, room, size, 0);
}

class Load {
 public:
  explicit Load(const Options& options)
      : options_(options), server_(options.pid), input_(std::size_t{256} * 1024) {
    std::string message(options.size, 'x');
    const bool echo = bench::echoes(options.kind);
    if (!echo) message = options.kind == Kind::close ? last_request : request;
    out_size_ = message.size();
    in_size_ = echo ? out_size_ : probe(options.port, message);
    for (std::size_t i = 0; i < options.depth; ++i)
      output_ += message;
  }

  void hold();
  void run();

 private:
  Connection& add_connection();
  void open(Connection& c) const;
  void watch(Connection& c, int operation, std::uint32_t events) const;
  void start(Connection& c);
  void flush(Connection& c);
  void read(Connection& c);
  void answered(Connection& c, std::size_t count);
  void reopen(Connection& c);
  void drive_short(Connection& c);
  void turn();
  void measure_until_done();
  void report() const;

  const Options options_;
  const bench::Watched server_;
  const bench::TlsClient tls_;
  bench::Histogram latency_;
  std::vector<char> input_;
  std::string output_;  // `depth` copies of the message
  std::size_t in_size_ = 0;
  std::size_t out_size_ = 0;
  int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  std::vector<std::unique_ptr<Connection>> connections_;
  std::uint64_t answers_ = 0;
  std::uint64_t took_ns_ = 0;
  std::uint64_t cpu_ns_ = 0;
};

Connection& Load::add_connection() {
  Connection& c = *connections_.emplace_back(std::make_unique<Connection>());
  c.sent.assign(options_.depth, now());
  return c;
}

void Load::open(Connection& c) const {
  c.fd = open_socket(options_.port, 0);
  if (!bench::encrypts(options_.kind)) return;
  c.tls = tls_.connect(c.fd);
  if (c.tls == nullptr) die("TLS handshake");
}

void Load::watch(Connection& c, int operation, std::uint32_t events) const {
  epoll_event event{.events = events, .data = {.ptr = &c}};
  if (epoll_ctl(epoll_, operation, c.fd, &event) != 0) die("epoll_ctl");
}

void Load::start(Connection& c) {
  open(c);
  fcntl(c.fd, F_SETFL, O_NONBLOCK);
  watch(c, EPOLL_CTL_ADD, EPOLLIN);
}

void Load::flush(Connection& c) {
  while (c.unsent > 0) {
    const std::size_t size = std::min(c.unsent, output_.size() - c.send_at);
    const ssize_t n = send_some(c, output_.data() + c.send_at, size);
    if (n < 0 && errno == EAGAIN) {
      if (!c.waiting_out) watch(c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
      c.waiting_out = true;
      return;
    }
    if (n < 0) die("send");
    c.unsent -= static_cast<std::size_t>(n);
    c.send_at = (c.send_at + static_cast<std::size_t>(n)) % out_size_;
  }
  if (c.waiting_out) watch(c, EPOLL_CTL_MOD, EPOLLIN);
  c.waiting_out = false;
}

void Load::answered(Connection& c, std::size_t count) {
  const std::uint64_t t = now();
  for (std::size_t i = 0; i < count; ++i) {
    latency_.add(t - c.sent[c.head]);
    c.sent[c.head] = t;
    c.head = (c.head + 1) % c.sent.size();
  }
  answers_ += count;
  c.unsent += count * out_size_;
  flush(c);
}

void Load::read(Connection& c) {
  for (;;) {
    const ssize_t n = receive_some(c, input_.data(), input_.size());
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) die("the server closed a connection");
    const bool head = !bench::echoes(options_.kind) && c.received == 0 && n >= 12;
    if (head && std::memcmp(input_.data(), "HTTP/1.1 200", 12) != 0) die("not a 200 answer");
    c.received += static_cast<std::size_t>(n);
    const std::size_t done = c.received / in_size_;
    c.received %= in_size_;
    if (done > 0) answered(c, done);
    if (c.tls == nullptr && static_cast<std::size_t>(n) < input_.size()) return;
  }
}

void Load::reopen(Connection& c) {
  c.connecting = true;
  c.received = 0;
  c.fd = open_socket(options_.port, SOCK_NONBLOCK);
  c.sent[0] = now();
  watch(c, EPOLL_CTL_ADD, EPOLLOUT);
}

void Load::drive_short(Connection& c) {
  if (c.connecting) {
    c.connecting = false;
    const ssize_t n = send(c.fd, output_.data(), out_size_, MSG_NOSIGNAL);
    if (n != static_cast<ssize_t>(out_size_)) die("send");
    watch(c, EPOLL_CTL_MOD, EPOLLIN);
    return;
  }
  const ssize_t n = recv(c.fd, input_.data(), input_.size(), 0);
  if (n < 0 && errno == EAGAIN) return;
  if (n < 0) die("recv");
  c.received += static_cast<std::size_t>(n);
  if (n > 0 && c.received < in_size_) return;
  if (c.received < in_size_) die("the server closed a connection early");
  latency_.add(now() - c.sent[0]);
  ++answers_;
  close(c.fd);
  reopen(c);
}

void Load::turn() {
  epoll_event events[512];
  const int n = epoll_wait(epoll_, events, 512, 20);
  for (int i = 0; i < n; ++i) {
    Connection& c = *static_cast<Connection*>(events[i].data.ptr);
    if (options_.kind == Kind::close) {
      drive_short(c);
      continue;
    }
    if (events[i].events & EPOLLOUT) flush(c);
    if (events[i].events & ~static_cast<std::uint32_t>(EPOLLOUT)) read(c);
  }
}

void Load::measure_until_done() {
  const std::uint64_t warm = now() + static_cast<std::uint64_t>(options_.warm_up * 1e9);
  while (options_.limit == 0 && now() < warm)
    turn();
  answers_ = 0;
  latency_.clear();
  const std::uint64_t start = now();
  const std::uint64_t end = start + static_cast<std::uint64_t>(options_.seconds * 1e9);
  const std::uint64_t cpu = server_.cpu_ns();
  if (options_.limit > 0) {
    while (answers_ < options_.limit)
      turn();
  } else {
    while (now() < end)
      turn();
  }
  took_ns_ = now() - start;
  cpu_ns_ = server_.cpu_ns() - cpu;
}

void Load::report() const {
  const double answers = static_cast<double>(answers_);
  const double took = static_cast<double>(took_ns_);
  const double cpu = static_cast<double>(cpu_ns_);
  std::printf("answers=%llu rps=%.0f p50=%.1f p99=%.1f p999=%.1f cpu_ns=%.1f busy=%.3f\n",
              static_cast<unsigned long long>(answers_),
              answers * 1e9 / took,
              latency_.microseconds(0.5),
              latency_.microseconds(0.99),
              latency_.microseconds(0.999),
              answers_ ? cpu / answers : 0.0,
              cpu / took);
}

void Load::run() {
  for (int i = 0; i < options_.connections; ++i) {
    Connection& c = add_connection();
    options_.kind == Kind::close ? reopen(c) : start(c);
  }
  for (const auto& c : connections_) {
    if (options_.kind == Kind::close) break;
    std::fill(c->sent.begin(), c->sent.end(), now());
    c->unsent = output_.size();
    flush(*c);
  }
  measure_until_done();
  report();
}

void Load::hold() {
  const std::uint64_t before = server_.private_bytes();
  for (int i = 0; i < options_.connections; ++i) {
    Connection& c = add_connection();
    open(c);
    if (send_some(c, output_.data(), out_size_) < 0) die("send");
    for (std::size_t got = 0; got < in_size_;) {
      const ssize_t n = receive_some(c, input_.data(), input_.size());
      if (n <= 0) die("recv");
      got += static_cast<std::size_t>(n);
    }
  }
  usleep(300'000);  // the server puts aside what it needed for the last request
  const double grown = static_cast<double>(server_.private_bytes()) - static_cast<double>(before);
  std::printf("held=%d bytes=%.1f base_kib=%llu\n",
              options_.connections,
              grown / options_.connections,
              static_cast<unsigned long long>(before / 1024));
  std::fflush(stdout);
  usleep(static_cast<useconds_t>(options_.seconds * 1e6));
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = bench::parse(argc, argv);
  if (!options) {
    std::fprintf(stderr,
                 "usage: loadgen echo|tls|http|close|hold|tls-hold PORT [-c -s -P -d -w -n -i]\n");
    return 2;
  }
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  std::signal(SIGPIPE, SIG_IGN);
  alarm(static_cast<unsigned>(options->seconds + options->warm_up) + 60);  // never runs on
  Load load(*options);
  const bool hold = options->kind == Kind::hold || options->kind == Kind::tls_hold;
  hold ? load.hold() : load.run();
  return 0;
}
