// SPDX-License-Identifier: MIT
#include "udp_support.hpp"

#include <unistd.h>

#include <algorithm>
#include <optional>

namespace eddy::testing {
namespace {

ScriptedDatagramCalls* script = nullptr;

std::optional<ScriptedDatagramCalls::Step> next(std::deque<ScriptedDatagramCalls::Step>& steps) {
  if (steps.empty()) return std::nullopt;
  const ScriptedDatagramCalls::Step step = steps.front();
  steps.pop_front();
  return step;
}

int failed(int error) {
  errno = error;
  return -1;
}

unsigned limited(unsigned count, const std::optional<ScriptedDatagramCalls::Step>& step) {
  return step && step->at_most > 0 ? std::min(count, step->at_most) : count;
}

ssize_t scripted_sendto(int descriptor,
                        const void* data,
                        std::size_t size,
                        int flags,
                        const sockaddr* address,
                        socklen_t address_size) {
  const auto step = next(script->sendto);
  if (step && step->error != 0) return failed(step->error);
  return ::sendto(descriptor, data, size, flags, address, address_size);
}

int scripted_sendmmsg(int descriptor, mmsghdr* messages, unsigned count, int flags) {
  script->sent_messages.push_back(count);
  const auto step = next(script->sendmmsg);
  if (step && step->error != 0) return failed(step->error);
  return ::sendmmsg(descriptor, messages, limited(count, step), flags);
}

int scripted_recvmmsg(
    int descriptor, mmsghdr* messages, unsigned count, int flags, timespec* limit) {
  const auto step = next(script->recvmmsg);
  if (step && step->error != 0) return failed(step->error);
  return ::recvmmsg(descriptor, messages, limited(count, step), flags, limit);
}

}  // namespace

Address OverAbstract::address() {
  static unsigned count = 0;
  return Address::parse("unix:@eddy-udp-" + std::to_string(getpid()) + "-" +
                        std::to_string(++count))
      .value();
}

void send_all(UdpSocket& from, const Address& to, const std::vector<std::string>& texts) {
  for (const std::string& text : texts)
    CHECK(from.send_to(to, text));
}

std::vector<std::string> DatagramRecorder::texts() const {
  std::vector<std::string> all;
  for (const Datagram& datagram : datagrams)
    all.push_back(datagram.bytes);
  return all;
}

ScriptedDatagramCalls::ScriptedDatagramCalls() : table_(*detail::datagram_calls) {
  script = this;
  table_.sendto = &scripted_sendto;
  table_.sendmmsg = &scripted_sendmmsg;
  table_.recvmmsg = &scripted_recvmmsg;
  detail::datagram_calls = &table_;
}

ScriptedDatagramCalls::~ScriptedDatagramCalls() {
  detail::datagram_calls = &detail::kernel_datagram_calls;
  script = nullptr;
}

}  // namespace eddy::testing
