// SPDX-License-Identifier: MIT
// Load for a UDP echo server on 127.0.0.1: one epoll thread, so many datagrams in flight on each
// socket; a flight that brings no answer for 50 ms is taken for lost and replaced.
//
//   udp_load udp PORT  -c sockets (64)  -s octets (1024)  -P datagrams in flight on each (1)
//   -g sends and receives trains (UDP_SEGMENT, UDP_GRO)  -d seconds (2)  -w warm-up seconds (0.3)
//   -n answers after which it ends, with no warm-up  -i pid of the server, whose CPU time is read
//
// Prints one line of key=value.
#include <arpa/inet.h>
#include <netinet/udp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "watched.hpp"

namespace {

constexpr std::uint64_t lost_after_ns = 50'000'000;
constexpr unsigned batch = 64;

struct Options {
  int port = 0;
  int sockets = 64;
  std::size_t size = 1024;
  unsigned depth = 1;
  bool trains = false;
  double seconds = 2;
  double warm_up = 0.3;
  std::uint64_t limit = 0;
  int pid = 0;
};

std::uint64_t now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(t.tv_nsec);
}

[[noreturn]] void die(const char* why) {
  std::fprintf(stderr, "udp_load: %s (%s)\n", why, std::strerror(errno));
  std::exit(1);
}

struct Socket {
  int fd = -1;
  unsigned in_flight = 0;
  std::uint64_t sent = 0;
};

class Load {
 public:
  explicit Load(const Options& options)
      : options_(options),
        server_(options.pid),
        epoll_(epoll_create1(EPOLL_CLOEXEC)),
        output_(std::max<std::size_t>(options.size * options.depth, 1), 'x'),
        input_(batch * buffer_size) {
    sockets_.resize(static_cast<std::size_t>(options_.sockets));
    for (Socket& socket : sockets_)
      open(socket);
  }

  void run() {
    for (Socket& socket : sockets_)
      fill(socket);
    turns_until(options_.limit > 0 ? 0 : now() + nanoseconds(options_.warm_up));
    answers_ = lost_ = 0;
    const std::uint64_t start = now();
    const std::uint64_t cpu = server_.cpu_ns();
    if (options_.limit > 0) {
      while (answers_ < options_.limit)
        turn();
    } else {
      turns_until(start + nanoseconds(options_.seconds));
    }
    report(now() - start, server_.cpu_ns() - cpu);
  }

 private:
  static constexpr std::size_t buffer_size = 65536;

  static std::uint64_t nanoseconds(double seconds) {
    return static_cast<std::uint64_t>(seconds * 1e9);
  }

  void open(Socket& socket) const {
    socket.fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(options_.port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket.fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) die("connect");
    const int one = 1;
    if (options_.trains) setsockopt(socket.fd, IPPROTO_UDP, UDP_GRO, &one, sizeof one);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &socket;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, socket.fd, &event) != 0) die("epoll_ctl");
  }

  /// Sends until so many are in flight as there should be.
  void fill(Socket& socket) {
    const unsigned missing = options_.depth - std::min(socket.in_flight, options_.depth);
    if (missing == 0) return;
    socket.sent = now();
    socket.in_flight += options_.trains ? send_train(socket, missing) : send_each(socket, missing);
  }

  unsigned send_each(const Socket& socket, unsigned count) {
    mmsghdr messages[batch]{};
    iovec part{output_.data(), options_.size};
    count = std::min(count, batch);
    for (unsigned i = 0; i < count; ++i) {
      messages[i].msg_hdr.msg_iov = &part;
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    const int sent = sendmmsg(socket.fd, messages, count, 0);
    return sent > 0 ? static_cast<unsigned>(sent) : 0;
  }

  unsigned send_train(const Socket& socket, unsigned count) {
    count = std::min<unsigned>({count, batch, static_cast<unsigned>(65'000 / options_.size)});
    iovec part{output_.data(), options_.size * count};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(std::uint16_t))] = {};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = IPPROTO_UDP;
    header->cmsg_type = UDP_SEGMENT;
    header->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
    const auto size = static_cast<std::uint16_t>(options_.size);
    std::memcpy(CMSG_DATA(header), &size, sizeof size);
    return sendmsg(socket.fd, &message, 0) > 0 ? count : 0;
  }

  void read(Socket& socket) {
    mmsghdr messages[batch]{};
    iovec parts[batch];
    for (unsigned i = 0; i < batch; ++i) {
      parts[i] = {input_.data() + i * buffer_size, buffer_size};
      messages[i].msg_hdr.msg_iov = &parts[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    const int count = recvmmsg(socket.fd, messages, batch, MSG_DONTWAIT, nullptr);
    std::uint64_t octets = 0;
    for (int i = 0; i < count; ++i)
      octets += messages[i].msg_len;
    const auto datagrams = static_cast<unsigned>(octets / options_.size);
    answers_ += datagrams;
    socket.in_flight -= std::min(datagrams, socket.in_flight);
    // A flight leaves as a whole, as it came.
    if (socket.in_flight == 0 || !options_.trains) fill(socket);
  }

  void turn() {
    epoll_event events[256];
    const int count = epoll_wait(epoll_, events, 256, 20);
    for (int i = 0; i < count; ++i)
      read(*static_cast<Socket*>(events[i].data.ptr));
    const std::uint64_t t = now();
    if (t - checked_ < lost_after_ns) return;
    checked_ = t;
    for (Socket& socket : sockets_) {
      if (t - socket.sent < lost_after_ns) continue;
      lost_ += socket.in_flight;
      socket.in_flight = 0;
      fill(socket);
    }
  }

  void turns_until(std::uint64_t end) {
    while (now() < end)
      turn();
  }

  void report(std::uint64_t took_ns, std::uint64_t cpu_ns) const {
    const auto answers = static_cast<double>(answers_);
    std::printf("answers=%llu rps=%.0f lost=%llu cpu_ns=%.1f busy=%.3f\n",
                static_cast<unsigned long long>(answers_),
                answers * 1e9 / static_cast<double>(took_ns),
                static_cast<unsigned long long>(lost_),
                answers_ > 0 ? static_cast<double>(cpu_ns) / answers : 0.0,
                static_cast<double>(cpu_ns) / static_cast<double>(took_ns));
  }

  Options options_;
  bench::Watched server_;
  int epoll_;
  std::string output_;
  std::vector<char> input_;
  std::vector<Socket> sockets_;
  std::uint64_t answers_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t checked_ = 0;
};

bool read_option(Options& to, int letter, const char* value) {
  switch (letter) {
    case 'c':
      to.sockets = std::atoi(value);
      return to.sockets > 0;
    case 's':
      to.size = std::strtoull(value, nullptr, 10);
      return to.size > 0 && to.size < 65'000;
    case 'P':
      to.depth = static_cast<unsigned>(std::strtoul(value, nullptr, 10));
      return to.depth > 0;
    case 'g':
      to.trains = true;
      return true;
    case 'd':
      to.seconds = std::atof(value);
      return true;
    case 'w':
      to.warm_up = std::atof(value);
      return true;
    case 'n':
      to.limit = std::strtoull(value, nullptr, 10);
      return true;
    case 'i':
      to.pid = std::atoi(value);
      return true;
    default:
      return false;
  }
}

bool parse(int argc, char** argv, Options& options) {
  if (argc < 3 || std::string(argv[1]) != "udp") return false;
  options.port = std::atoi(argv[2]);
  optind = 3;
  for (int letter = 0; (letter = getopt(argc, argv, "c:s:P:gd:w:n:i:")) != -1;) {
    if (!read_option(options, letter, optarg)) return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fprintf(stderr, "usage: udp_load udp PORT [-c -s -P -g -d -w -n -i]\n");
    return 2;
  }
  alarm(static_cast<unsigned>(options.seconds + options.warm_up) + 60);  // never runs on
  Load load(options);
  load.run();
  return 0;
}
