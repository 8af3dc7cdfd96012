// SPDX-License-Identifier: MIT
//
// The carrier of a UnixStream: octets, and descriptors that travel with them. Private to io.
#pragma once

#include <eddy/core/detail/value_node.hpp>
#include <eddy/io/unix_stream.hpp>

#include <deque>

#include "io/polled_stream.hpp"

namespace eddy::detail {

/// A receive_descriptor() that waits.
class DescriptorNode final : public Pooled<DescriptorNode, LeafNode<OwnedDescriptor>>,
                             private ListLink<DescriptorNode> {
 public:
  using Pooled::Pooled;
  const char* waits_for() const noexcept override { return "a descriptor from a peer"; }

 private:
  friend class List<DescriptorNode>;
  void stop() noexcept override { ListLink<DescriptorNode>::unlink(); }
};

/// Thread: loop.
class UnixSocket final : public PolledStream {
 public:
  UnixSocket(LoopImpl& impl, Descriptor&& socket, Site site) noexcept;

  Result<void> send(int descriptor, ByteView bytes);
  Future<OwnedDescriptor> receive_one(Site site);

 private:
  /// On its way out: goes with the octet at `position`, counted from the first that was written.
  struct Passed {
    std::uint64_t position;
    Descriptor copy;
  };

  int read_some(char* room, std::size_t size) noexcept override;
  int write_some(ByteView first, ByteView second) noexcept override;
  int write_end() noexcept override;
  void input_ended() noexcept override;
  void on_closing() noexcept override;

  int write_run(ByteView first, ByteView second) noexcept;
  void take_from(msghdr& message) noexcept;
  void serve_waiting() noexcept;
  void fail_waiting_for_descriptor(const Error& error) noexcept;

  LoopCore& core_;
  CoreHold core_hold_;          // futures are made after the loop too
  std::uint64_t position_ = 0;  // of the next octet to be sent
  std::deque<Passed> to_send_;
  std::deque<OwnedDescriptor> arrived_;
  List<DescriptorNode> waiting_;
};

}  // namespace eddy::detail
