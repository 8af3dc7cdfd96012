// SPDX-License-Identifier: MIT
//
// The inside of a Process: a pidfd on a uv_poll_t. Private to io.
//
// The number of a child is used, for its group, only until it has been reaped: until then the
// kernel gives it to nobody else.
#pragma once

#include <eddy/core/detail/counted.hpp>
#include <eddy/core/detail/timer_entry.hpp>
#include <eddy/core/detail/value_node.hpp>
#include <eddy/core/semaphore.hpp>
#include <eddy/io/process.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "core/handle.hpp"
#include "io/spawn.hpp"

namespace eddy::detail {

/// A wait() that waits.
class ExitNode final : public Pooled<ExitNode, LeafNode<ExitStatus>>, private ListLink<ExitNode> {
 public:
  using Pooled::Pooled;
  const char* waits_for() const noexcept override { return "a child to end"; }

 private:
  friend class List<ExitNode>;
  void stop() noexcept override { ListLink<ExitNode>::unlink(); }
};

class ProcessBlock;

/// The way from a communicate() to a block, which may go before it.
struct ProcessRef final : Counted {
  ProcessBlock* block = nullptr;
};

/// Thread: loop.
class ProcessBlock final : public HandleBlock {
 public:
  using Streams = std::array<Stream, 3>;

  ProcessBlock(LoopImpl& impl,
               const Command& command,
               SpawnedChild child,
               Streams streams,
               Permit permit,
               Site site);
  ~ProcessBlock() override;

  /// Makes a child for `command`.
  static Result<Process> make(Loop& loop, const Command& command, Permit permit, Site site);

  /// As run_command(); the child gives the permit back when it has been reaped.
  static Future<ProcessOutput> run(Loop& loop,
                                   Command command,
                                   std::string input,
                                   CommunicateOptions options,
                                   Permit permit,
                                   Site site);

  Future<ExitStatus> wait(Site site);
  Result<void> signal(int number) noexcept;
  void terminate(Duration grace, int number) noexcept;
  void kill() noexcept;
  Future<ProcessOutput> communicate(std::string input, CommunicateOptions options, Site site);
  /// Kills the child, closes the streams, and reaps in the background.
  void give_up() noexcept;
  /// The same, and nobody will ask any more: the block frees itself.
  void abandon() noexcept;

  bool running() const noexcept { return open() && !given_up_; }
  int pid() const noexcept { return running() ? child_.pid : 0; }
  std::optional<ExitStatus> status() const noexcept;
  const std::string& program() const noexcept { return program_; }
  Stream& stream(std::size_t index) noexcept { return streams_[index]; }

 private:
  struct Alarm final : TimerEntry {
    Alarm(ProcessBlock& owner, void (*on_due)(TimerEntry*) noexcept) noexcept
        : TimerEntry(on_due), block(owner) {}
    ProcessBlock& block;
  };

  uv_handle_t* handle() noexcept override { return reinterpret_cast<uv_handle_t*>(&poll_); }
  void on_closing() noexcept override;

  static void on_ready(uv_poll_t* handle, int status, int events) noexcept;
  int start() noexcept;
  void look() noexcept;
  void finish(Result<ExitStatus>&& outcome) noexcept;
  void on_grace_over() noexcept;
  void fail_waiting() noexcept;
  void close_streams() noexcept;
  int send(int number) const noexcept;
  int send_to_all(int number) const noexcept;
  Error trouble(int status, const char* what) const;

  uv_poll_t poll_{};
  SpawnedChild child_;
  Streams streams_;
  const std::string program_;
  const bool leads_group_;
  bool end_group_;
  bool given_up_ = false;
  bool abandoned_ = false;
  LoopCore& core_;
  CoreHold core_hold_;  // futures are made after the loop too
  Alarm grace_;
  Alarm recheck_;
  std::optional<Result<ExitStatus>> outcome_;
  List<ExitNode> waiting_;
  CountedPtr<ProcessRef> ref_;
  Permit permit_;
};

}  // namespace eddy::detail
