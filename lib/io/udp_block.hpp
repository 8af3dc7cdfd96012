// SPDX-License-Identifier: MIT
//
// The inside of a UdpSocket: a socket of its own on a uv_poll_t. Private to io.
//
// Not uv_udp_t: batches, trains and control messages are ours to make.
#pragma once

#include <eddy/core/detail/timer_entry.hpp>
#include <eddy/core/detail/value_node.hpp>
#include <eddy/io/udp_socket.hpp>

#include <deque>
#include <memory>
#include <vector>

#include "core/handle.hpp"
#include "io/bind.hpp"
#include "io/datagram_pool.hpp"

namespace eddy::detail {

/// A receive() that waits.
class ReceiveNode final : public Pooled<ReceiveNode, LeafNode<Datagram>>,
                          private ListLink<ReceiveNode> {
 public:
  using Pooled::Pooled;
  const char* waits_for() const noexcept override { return "a datagram"; }

 private:
  friend class List<ReceiveNode>;
  void stop() noexcept override { ListLink<ReceiveNode>::unlink(); }
};

/// A drain() that waits.
class SentNode final : public Pooled<SentNode, LeafNode<void>>, private ListLink<SentNode> {
 public:
  using Pooled::Pooled;
  const char* waits_for() const noexcept override { return "a send queue"; }

 private:
  friend class List<SentNode>;
  void stop() noexcept override { ListLink<SentNode>::unlink(); }
};

/// Thread: loop.
class UdpBlock final : public HandleBlock, public Corked, private TimerEntry {
 public:
  UdpBlock(LoopImpl& impl, BoundSocket&& bound, const UdpOptions& options, Site site);
  ~UdpBlock() override;

  /// Makes the handle; to be called once, before anything else. Gives a status of libuv.
  int init() noexcept;
  Result<void> set_peer(const Address& peer);

  // Receiving: udp_receive.cpp.
  void start(DatagramSink& sink) noexcept;
  void stop() noexcept;
  void pause() noexcept;
  void resume() noexcept;
  void finish_receiving() noexcept;
  Future<Datagram> receive(Site site);

  // Sending: udp_send.cpp.
  /// Null: the socket's peer; any address.
  Result<void> send(const Address* to, const Address* from, ByteView bytes);
  Future<void> drain(Site site);
  std::size_t queued() const noexcept { return queue_ == nullptr ? 0 : queue_->size(); }
  std::size_t queued_bytes() const noexcept { return queue_ == nullptr ? 0 : queue_->bytes(); }

  void flush() noexcept override;
  int descriptor() const noexcept { return open() ? socket_.number() : -1; }
  int family() const noexcept { return family_; }
  Address peer_address() const noexcept;
  const UdpStatistic& statistic() const noexcept { return statistic_; }

 private:
  uv_handle_t* handle() noexcept override { return reinterpret_cast<uv_handle_t*>(&poll_); }
  void on_closing() noexcept override;

  static void on_ready(uv_poll_t* handle, int status, int events) noexcept;
  int wanted() const noexcept;
  void poll_for(int events) noexcept;
  void watch() noexcept;
  void rest() noexcept;
  void rested() noexcept;

  Result<void> keep_port();

  bool wants_input() const noexcept;
  unsigned room() noexcept;
  void receive_some(unsigned calls) noexcept;
  bool receive_batch() noexcept;
  bool receive_failed(int status) noexcept;
  Error receive_error(int status) const;
  void deliver(DatagramPool& pool, unsigned message) noexcept;
  void take(const DatagramView& datagram) noexcept;
  void deliver_inbox() noexcept;
  void fail_receives() noexcept;

  Error send_error(int status, const Address& to, std::size_t size) const;
  Result<void> check(const Address* to, const Address* from, ByteView bytes) const;
  Result<void> send_now(const Address* to, ByteView bytes);
  Result<void> enqueue(const Address* to, const Address* from, ByteView bytes);
  void push(const Address* to, const Address* from, ByteView bytes);
  Error overloaded();
  bool make_room(std::size_t size) noexcept;
  void transmit() noexcept;
  bool transmit_batch(SendQueue& queue) noexcept;
  bool transmit_failed(SendQueue& queue, int status) noexcept;
  void block() noexcept;
  void tell(Error error) noexcept;
  void tell_errors() noexcept;
  void emptied() noexcept;

  uv_poll_t poll_{};
  int polled_ = 0;  // events, if poll_ is active
  Descriptor socket_;
  LoopCore& core_;
  CoreHold core_hold_;
  int family_ = 0;
  std::uint16_t port_ = 0;           // the local one
  std::unique_ptr<LocalPath> path_;  // null: none, or not ours
  UdpStatistic statistic_;

  DatagramSink* sink_ = nullptr;
  List<ReceiveNode> waiting_;
  std::deque<Datagram> inbox_;  // the rest of a batch that nobody took: at most one
  std::uint32_t kernel_dropped_ = 0;
  bool paused_ = false;
  bool finished_ = false;
  bool receiving_rests_ = false;

  std::unique_ptr<SendQueue> queue_;  // null if nothing waits
  List<SentNode> draining_;
  std::vector<Error> untold_;
  Future<void> telling_;  // them
  std::size_t max_queued_;
  std::size_t max_queued_bytes_;
  std::size_t train_size_ = 0;       // largest datagram of a train; 0: the kernel makes no trains
  std::size_t suspected_train_ = 0;  // the same before a train was refused; 0: none was just now
  UdpOverflow overflow_;
  bool has_peer_ = false;
  bool collecting_ = false;  // a batch is being given out, or something was sent in this callback
  bool blocked_ = false;     // the kernel takes no more for now
  bool promised_ = false;    // it said that it would, and has taken nothing since
  bool retried_ = false;     // the first of the queue, after an error that was not its own
  bool sending_rests_ = false;
};

}  // namespace eddy::detail
