// SPDX-License-Identifier: MIT
#include "io/unix_socket.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "io/message_parts.hpp"
#include "io/pipe_calls.hpp"

namespace eddy::detail {
namespace {

/// So many descriptors may come with one message.
constexpr std::size_t per_message = UnixStream::max_descriptors;

int first_of(const cmsghdr& header, std::size_t index) noexcept {
  int number = -1;
  std::memcpy(&number, CMSG_DATA(&header) + index * sizeof number, sizeof number);
  return number;
}

}  // namespace

UnixSocket::UnixSocket(LoopImpl& impl, Descriptor&& socket, Site site) noexcept
    : PolledStream(impl, "unix stream", std::move(socket), Direction::both, site),
      core_(impl.core),
      core_hold_(impl.core) {}

void UnixSocket::on_closing() noexcept {
  PolledStream::on_closing();
  to_send_.clear();
  arrived_.clear();
  if (!impl()->ending) return fail_waiting_for_descriptor(why_no_output());
  while (!waiting_.empty())
    waiting_.pop_front();
}

// Sending.

Result<void> UnixSocket::send(int descriptor, ByteView bytes) {
  core_.check_thread();
  if (bytes.empty()) return Error(Errc::invalid, "a descriptor is sent with at least one octet");
  if (!usable()) return why_no_output();
  if (to_send_.size() >= UnixStream::max_descriptors) {
    return Error(Errc::overloaded, "descriptors wait to be sent");
  }
  Descriptor copy(uninterrupted(pipe_calls->duplicate, descriptor));
  if (copy.number() < 0) return uv_error(copy.number(), "send a descriptor");
  const std::uint64_t refused = statistic().bytes_refused;
  to_send_.push_back(Passed{position_ + queued(), std::move(copy)});
  write(bytes);
  if (statistic().bytes_refused == refused) return {};
  to_send_.pop_back();
  return Error(Errc::closed, "send a descriptor after shutdown");
}

int UnixSocket::write_some(ByteView first, ByteView second) noexcept {
  int sum = 0;
  while (!first.empty() || !second.empty()) {
    const int count = write_run(first, second);
    if (count < 0) return sum > 0 && count == -EAGAIN ? sum : count;
    sum += count;
    const auto sent = static_cast<std::size_t>(count);
    const std::size_t of_first = std::min(sent, first.size());
    first.remove_prefix(of_first);
    second.remove_prefix(sent - of_first);
    if (to_send_.empty()) break;
  }
  return sum;
}

/// Sends up to the octet that the next descriptor goes with, or that octet with its descriptor.
int UnixSocket::write_run(ByteView first, ByteView second) noexcept {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))]{};
  msghdr message{};
  const bool passing = !to_send_.empty() && to_send_.front().position == position_;
  const std::size_t next = passing ? 1 : 0;
  if (next < to_send_.size()) {
    const std::uint64_t run = to_send_[next].position - position_;
    first = first.substr(0, run);
    second = second.substr(0, run - first.size());
  }
  if (passing) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    const int number = to_send_.front().copy.number();
    std::memcpy(CMSG_DATA(header), &number, sizeof number);
  }
  MessageParts parts(first, second);
  message.msg_iov = parts.data();
  message.msg_iovlen = static_cast<std::size_t>(parts.size());
  const int count = uninterrupted(pipe_calls->sendmsg, number(), &message, MSG_NOSIGNAL);
  if (count <= 0) return count;
  if (passing) to_send_.pop_front();
  position_ += static_cast<std::uint64_t>(count);
  return count;
}

int UnixSocket::write_end() noexcept {
  return uninterrupted(system_calls->shutdown, number(), SHUT_WR);
}

// Receiving.

int UnixSocket::read_some(char* room, std::size_t size) noexcept {
  alignas(cmsghdr) char control[CMSG_SPACE(per_message * sizeof(int))]{};
  iovec part{room, size};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const int count = uninterrupted(pipe_calls->recvmsg, number(), &message, MSG_CMSG_CLOEXEC);
  if (count < 0) return count;
  const std::size_t before = arrived_.size();
  take_from(message);
  const bool lost = (message.msg_flags & MSG_CTRUNC) != 0;
  if (lost && arrived_.size() - before < per_message) return -EMFILE;
  serve_waiting();
  if (!lost && arrived_.size() <= UnixStream::max_descriptors) return count;
  die(Error(Errc::overloaded, "descriptors that nobody takes"));
  return -EAGAIN;  // dead already
}

void UnixSocket::take_from(msghdr& message) noexcept {
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i)
      arrived_.emplace_back(first_of(*header, i));
  }
}

void UnixSocket::serve_waiting() noexcept {
  while (!arrived_.empty() && !waiting_.empty()) {
    OwnedDescriptor next = std::move(arrived_.front());
    arrived_.pop_front();
    waiting_.pop_front().settle_value(std::move(next));
  }
}

Future<OwnedDescriptor> UnixSocket::receive_one(Site site) {
  core_.check_thread();
  const auto ready = [this, site](Result<OwnedDescriptor> result) {
    ValueNode<OwnedDescriptor>* node =
        ReadyNode<OwnedDescriptor>::make(core_, site, std::move(result));
    return make_future(node);
  };
  if (!arrived_.empty()) {
    OwnedDescriptor next = std::move(arrived_.front());
    arrived_.pop_front();
    return ready(std::move(next));
  }
  if (!usable() || input_has_ended()) return ready(why_no_input());
  DescriptorNode* node = DescriptorNode::make(core_, site);
  waiting_.push_back(*node);
  start_receiving();
  return make_future<OwnedDescriptor>(node);
}

void UnixSocket::input_ended() noexcept {
  fail_waiting_for_descriptor(why_no_input());
}

void UnixSocket::fail_waiting_for_descriptor(const Error& error) noexcept {
  List<DescriptorNode> failed;
  failed.take(waiting_);
  while (!failed.empty())
    failed.pop_front().settle_error(error);
}

}  // namespace eddy::detail
