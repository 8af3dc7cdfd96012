// SPDX-License-Identifier: MIT
#include "name_server.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

namespace eddy::testing {
namespace {

constexpr std::size_t header_size = 12;

std::string number16(unsigned value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
}

std::string number32(std::uint32_t value) {
  return number16(value >> 16) + number16(value & 0xffff);
}

/// "example.org" as labels.
std::string labels_of(std::string_view name) {
  std::string wire;
  while (!name.empty()) {
    const std::string_view label = name.substr(0, name.find('.'));
    wire += static_cast<char>(label.size());
    wire += label;
    name.remove_prefix(std::min(name.size(), label.size() + 1));
  }
  return wire + '\0';
}

Question parse(std::string wire, bool tcp) {
  Question question;
  question.wire = std::move(wire);
  question.tcp = tcp;
  std::size_t at = header_size;
  while (question.wire.at(at) != 0) {
    const std::size_t size = static_cast<unsigned char>(question.wire.at(at));
    if (!question.name.empty()) question.name += '.';
    question.name += question.wire.substr(at + 1, size);
    at += size + 1;
  }
  question.type = static_cast<unsigned char>(question.wire.at(at + 2));
  question.wire.resize(at + 5);  // what follows the question is not repeated
  return question;
}

std::string packed(std::string_view address, int family) {
  std::string octets(family == AF_INET ? 4 : 16, '\0');
  REQUIRE(::inet_pton(family, std::string(address).c_str(), octets.data()) == 1);
  return octets;
}

template <class Address>
sockaddr* generic(Address* address) {
  return reinterpret_cast<sockaddr*>(address);
}

/// A socket on the loopback interface.
int bound(int type, in_port_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = port;
  const int socket = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
  REQUIRE(socket >= 0);
  const int yes = 1;
  REQUIRE(::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0);
  if (::bind(socket, generic(&address), sizeof address) == 0) return socket;
  ::close(socket);
  return -1;
}

sockaddr_in name_of(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  REQUIRE(::getsockname(socket, generic(&address), &size) == 0);
  return address;
}

/// Sockets for datagrams and for streams with the same port, which somebody else may have for
/// either of them.
void bind_both(int& udp, int& tcp) {
  tcp = -1;
  for (int attempts = 0; attempts < 100 && tcp < 0; ++attempts) {
    udp = bound(SOCK_DGRAM, 0);
    tcp = bound(SOCK_STREAM, name_of(udp).sin_port);
    if (tcp < 0) ::close(udp);
  }
  REQUIRE(tcp >= 0);
}

}  // namespace

Record a_record(std::string_view name, std::string_view address, std::uint32_t ttl) {
  return {std::string(name), 1, ttl, packed(address, AF_INET)};
}

Record aaaa_record(std::string_view name, std::string_view address, std::uint32_t ttl) {
  return {std::string(name), 28, ttl, packed(address, AF_INET6)};
}

Record cname_record(std::string_view name, std::string_view target, std::uint32_t ttl) {
  return {std::string(name), 5, ttl, labels_of(target)};
}

Reply reply(const Question& question, const std::vector<Record>& records, Rcode code) {
  std::string wire = question.wire.substr(0, 2);
  wire += '\x81';                                            // a response; recursion was wanted
  wire += static_cast<char>(0x80 | static_cast<int>(code));  // and is available
  wire += number16(1) + number16(static_cast<unsigned>(records.size())) + number32(0);
  wire += question.wire.substr(header_size);
  for (const Record& each : records) {
    wire += labels_of(each.name) + number16(static_cast<unsigned>(each.type)) + number16(1);
    wire += number32(each.ttl) + number16(static_cast<unsigned>(each.data.size())) + each.data;
  }
  return {.wire = std::move(wire)};
}

Reply truncated(const Question& question) {
  Reply cut = reply(question);
  cut.wire[2] = static_cast<char>(cut.wire[2] | 0x02);
  return cut;
}

Reply with_other_id(Reply reply) {
  reply.wire[1] = static_cast<char>(reply.wire[1] ^ 0x55);
  return reply;
}

NameServer::NameServer(Script script)
    : script_(std::move(script)),
      elsewhere_(bound(SOCK_DGRAM, 0)),
      wake_(::eventfd(0, EFD_CLOEXEC)) {
  bind_both(udp_, tcp_);
  REQUIRE(::listen(tcp_, 16) == 0);
  const sockaddr_in name = name_of(udp_);
  address_ = Address::from_sockaddr(&name, sizeof name);
  thread_ = std::thread([this] { serve(); });
}

NameServer::~NameServer() {
  const std::uint64_t one = 1;
  CHECK(::write(wake_, &one, sizeof one) == sizeof one);
  thread_.join();
  for (const int socket : {udp_, elsewhere_, tcp_, wake_})
    ::close(socket);
}

void NameServer::wait_until_asked(int times) const noexcept {
  for (int seen = asked_; seen < times; seen = asked_)
    asked_.wait(seen);
}

void NameServer::serve() {
  for (;;) {
    pollfd ready[] = {{wake_, POLLIN, 0}, {udp_, POLLIN, 0}, {tcp_, POLLIN, 0}};
    ::poll(ready, 3, -1);
    if (ready[0].revents != 0) return;
    if (ready[1].revents != 0) serve_datagram();
    if (ready[2].revents != 0) serve_connection();
  }
}

std::vector<Reply> NameServer::ask(std::string wire, bool tcp) {
  ++asked_;
  asked_.notify_all();
  if (tcp) ++asked_over_tcp_;
  return script_(parse(std::move(wire), tcp));
}

void NameServer::serve_datagram() {
  char buffer[1024];
  sockaddr_in from{};
  socklen_t from_size = sizeof from;
  const ssize_t size = ::recvfrom(udp_, buffer, sizeof buffer, 0, generic(&from), &from_size);
  if (size <= 0) return;
  for (const Reply& each : ask(std::string(buffer, static_cast<std::size_t>(size)), false)) {
    const int socket = each.from_elsewhere ? elsewhere_ : udp_;
    ::sendto(socket, each.wire.data(), each.wire.size(), 0, generic(&from), from_size);
  }
}

/// One question, its answers, and good-bye.
void NameServer::serve_connection() {
  const int socket = ::accept4(tcp_, nullptr, nullptr, SOCK_CLOEXEC);
  if (socket < 0) return;
  unsigned char size[2];
  char buffer[1024];
  if (::recv(socket, size, 2, MSG_WAITALL) == 2) {
    const std::size_t expected = static_cast<std::size_t>(size[0]) << 8 | size[1];
    const ssize_t got = ::recv(socket, buffer, expected, MSG_WAITALL);
    for (const Reply& each : ask(std::string(buffer, static_cast<std::size_t>(got)), true)) {
      const std::string framed = number16(static_cast<unsigned>(each.wire.size())) + each.wire;
      ::send(socket, framed.data(), framed.size(), MSG_NOSIGNAL);
    }
  }
  ::close(socket);
}

}  // namespace eddy::testing
