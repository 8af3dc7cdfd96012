// SPDX-License-Identifier: MIT
//
// The inside of a Stream: all that does not depend on what carries the octets.
//
// Private to io. Derived classes are the carriers: they send, receive and close, and tell what
// happened. Everything that calls the user (sink, continuations) is done inside a callback scope.
#pragma once

#include <eddy/core/wheel.hpp>
#include <eddy/io/stream.hpp>

#include <memory>
#include <optional>

#include "core/handle.hpp"
#include "io/read_node.hpp"
#include "io/stream_pool.hpp"

namespace eddy::detail {

/// A limit of time of a stream.
struct StreamLimit final : Limit {
  StreamLimit(StreamBase& owner, void (*on_due)(Limit&) noexcept) noexcept
      : Limit(on_due), stream(owner) {}

  StreamBase& stream;
};

/// A drain() or shutdown() that waits.
class WaitNode final : public Pooled<WaitNode, LeafNode<void>>, private ListLink<WaitNode> {
 public:
  enum class For : std::uint8_t { drain, shutdown };
  WaitNode(LoopCore& owner, Site where, For what) noexcept : Pooled(owner, where), awaited(what) {}

  void leave() noexcept { ListLink<WaitNode>::unlink(); }
  const char* waits_for() const noexcept override { return "a stream to be written"; }

  const For awaited;

 private:
  friend class List<WaitNode>;
  void stop() noexcept override { leave(); }
};

/// What the kernel refused, and who watches over it. Exists while there is any.
struct Outbox {
  explicit Outbox(StreamBase& owner) noexcept;

  std::string sending;   // in the carrier's hands: stays where it is
  std::string pending;   // written since
  StreamLimit stall;     // looks for progress four times in a write limit
  TimePoint moved{};     // when there was some
  std::size_t left = 0;  // how much was unsent then
};

/// Thread: loop.
class StreamBase : public HandleBlock, private Corked, private ListLink<StreamBase> {
 public:
  ~StreamBase() override;

  // The functions of Stream; see there.
  void start(ByteSink& sink) noexcept;
  void stop_push() noexcept { sink_ = nullptr; }
  void pause() noexcept { paused_ = true; }
  void resume() noexcept;
  Future<std::string> read(ReadGoal&& goal, Site site);
  void write(ByteView bytes);
  std::span<char> writable(std::size_t at_least);
  void wrote(std::size_t count) noexcept;
  std::size_t queued() const noexcept;
  bool congested() const noexcept { return congested_; }
  Future<void> drain(Site site);
  Future<void> shutdown(Site site);
  void finish() noexcept;  // the last try to send, to be followed by close() or release()
  void reset() noexcept;
  void set_idle_limit(Duration limit) noexcept;
  virtual void set_write_limit(Duration limit) noexcept;
  void set_water_marks(const WaterMarks& marks) noexcept { marks_ = marks; }
  const StreamStatistic& statistic() const noexcept { return statistic_; }

  /// Open, and nothing has gone wrong.
  bool usable() const noexcept { return open() && !failed_; }
  void forget_reader() noexcept { reader_ = nullptr; }
  /// Sends or queues what is corked. Calls nobody: what there is to tell is told at scope end.
  void send_corked() noexcept;
  /// The same, down to the kernel. True if nothing is left.
  bool send_now() noexcept;
  /// What was transmitted and has not left, because another stream below holds it.
  virtual std::size_t carried() const noexcept { return 0; }
  LoopCore& core() const noexcept { return core_; }

  template <class Handle>
  static Handle handle_of(StreamBase* base) noexcept {
    return Handle(base);
  }
  static StreamBase* of_handle(const Stream& stream) noexcept { return stream.base_; }

 protected:
  StreamBase(LoopImpl& impl, const char* kind, Site site) noexcept;

  static constexpr int in_progress = 1;

  // What a carrier does. A status is one of libuv: 0 or more is success.

  /// Sends what it can of both at once; gives the number of octets, 0 if not now.
  virtual int transmit(ByteView first, ByteView second) noexcept = 0;
  /// Sends all of `bytes`, which stay where they are, as the peer reads; then calls sent().
  virtual int transmit_all(ByteView bytes) noexcept = 0;
  /// How much of it is left.
  virtual std::size_t untransmitted() const noexcept = 0;
  /// Tells the peer that no more will be sent. All that was written has been transmitted. Gives
  /// `in_progress` if that takes time; then calls end_sent().
  virtual int transmit_end() noexcept = 0;
  /// Starts to call received() and received_end(), until wants_input() says no or the end.
  virtual int receive() noexcept = 0;
  /// Hands on to the kernel what was transmitted. Gives whether nothing is left.
  virtual bool push_out() noexcept { return true; }
  /// The close that follows is to be a reset.
  virtual void abort() noexcept = 0;

  // What a carrier tells, inside a callback scope.

  bool wants_input() const noexcept;
  void input_refused() noexcept { receiving_ = false; }
  void received(ByteView bytes) noexcept;
  /// `truncated`: the octets ended, and the peer did not say that these were all.
  void received_end(bool truncated = false) noexcept;
  void sent() noexcept;
  void end_sent() noexcept;
  /// Dies of `error` when the callback is over; the first fault counts.
  void fault(Error error) noexcept;
  /// The stream is dead: closes it and tells those who wait.
  void die(const Error& error) noexcept;

  // For carriers that bring more than octets.

  void start_receiving() noexcept;
  bool input_has_ended() const noexcept { return ended_; }
  Error why_no_input() const;
  Error why_no_output() const;
  /// Whether what is transmitted now is the last try to send before the stream closes.
  bool finishing() const noexcept { return finishing_; }

  void on_closing() noexcept override;

 private:
  friend class StreamPool;
  friend class List<StreamBase>;
  friend struct Outbox;

  // What is put off to the end of the callback.
  static constexpr unsigned fault_due = 1;
  static constexpr unsigned end_due = 2;
  static constexpr unsigned drained_due = 4;
  static constexpr unsigned input_due = 8;

  enum class Output : std::uint8_t { open, ending, telling, ended };

  void flush() noexcept override;
  void finish_due() noexcept;
  void due(unsigned what) noexcept;
  bool writing() const noexcept { return usable() && output_ == Output::open; }

  void serve_reader() noexcept;
  std::string take(const ReadGoal::Match& found);
  void fail_reader(const Error& error) noexcept;
  void deliver_input() noexcept;
  void tell_end() noexcept;

  void drop_cork() noexcept;
  void write_large(ByteView bytes);
  void transmit_or_keep(ByteView first, ByteView second);
  void transmit_outbox() noexcept;
  void watch_progress() noexcept;
  void grown() noexcept;
  void overload(std::size_t count) noexcept;
  void shrunk() noexcept;
  void end_output() noexcept;
  void settle_waiting(WaitNode::For what) noexcept;
  void fail_waiting(const Error& error) noexcept;
  Future<void> wait_for(WaitNode::For what, Site site);
  Future<void> settled(Site site, Result<void>&& result);

  void touched() noexcept {
    if (idle_limit_ > Duration::zero()) [[unlikely]]
      idle_.start(impl()->loop, idle_limit_);
  }
  void on_idle() noexcept;
  void on_stall() noexcept;

  // First what each event looks at: with thousands of streams, how many cache lines it touches is
  // what it costs.
  ByteSink* sink_ = nullptr;
  ReadNode* reader_ = nullptr;
  char* cork_ = nullptr;  // lent
  std::size_t corked_ = 0;
  std::unique_ptr<Outbox> outbox_;
  Buffer inbox_;
  unsigned due_ = 0;
  Output output_ = Output::open;
  bool failed_ = false;  // there is an error_
  bool paused_ = false;
  bool receiving_ = false;
  bool ended_ = false;      // the peer has
  bool truncated_ = false;  // without saying so
  bool end_told_ = false;
  bool congested_ = false;
  bool finishing_ = false;
  Duration idle_limit_{};
  WaterMarks marks_;
  StreamStatistic statistic_;

  LoopCore& core_;
  CoreHold core_hold_;  // futures are made after the loop too
  List<WaitNode> waiting_;
  StreamLimit idle_;
  std::size_t idle_left_ = 0;  // unsent when the idle limit last looked
  Duration write_limit_{};
  std::optional<Error> error_;
};

}  // namespace eddy::detail
