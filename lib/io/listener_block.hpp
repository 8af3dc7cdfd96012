// SPDX-License-Identifier: MIT
//
// The inside of a Listener: a socket of its own on a uv_poll_t. Private to io.
//
// Not uv_listen: when descriptors run out libuv accepts and closes clients without telling anyone,
// or spins.
#pragma once

#include <eddy/base/log_throttle.hpp>
#include <eddy/core/detail/timer_entry.hpp>
#include <eddy/core/detail/value_node.hpp>
#include <eddy/io/listener.hpp>

#include "core/handle.hpp"
#include "io/bind.hpp"

namespace eddy::detail {

/// An accept() that waits.
class AcceptNode final : public Pooled<AcceptNode, LeafNode<TcpStream>>,
                         private ListLink<AcceptNode> {
 public:
  using Pooled::Pooled;
  const char* waits_for() const noexcept override { return "a client"; }

 private:
  friend class List<AcceptNode>;
  void stop() noexcept override { ListLink<AcceptNode>::unlink(); }
};

/// Thread: loop.
class ListenerBlock final : public HandleBlock, private TimerEntry {
 public:
  ListenerBlock(LoopImpl& impl, BoundSocket&& bound, Site site) noexcept;

  /// Makes the handle; to be called once, before anything else. Gives a status of libuv.
  int init() noexcept;
  void start(Function<void(TcpStream)>&& callback);
  Future<TcpStream> accept(Site site);
  void pause() noexcept;
  void resume() noexcept;
  void finish() noexcept;
  int descriptor() const noexcept { return open() ? socket_.number() : -1; }
  const ListenerStatistic& statistic() const noexcept { return statistic_; }

 private:
  uv_handle_t* handle() noexcept override { return reinterpret_cast<uv_handle_t*>(&poll_); }
  void on_closing() noexcept override;

  static void on_ready(uv_poll_t* handle, int status, int events) noexcept;
  void accept_some() noexcept;
  bool accept_one() noexcept;
  void give(TcpStream stream) noexcept;
  void rest(int status) noexcept;
  bool wanted() const noexcept;
  void watch() noexcept;
  void remove_path() noexcept;

  uv_poll_t poll_{};
  Descriptor socket_;
  std::unique_ptr<LocalPath> path_;  // of a Unix socket that goes with this
  LoopCore& core_;
  CoreHold core_hold_;
  Function<void(TcpStream)> callback_;
  List<AcceptNode> waiting_;
  ListenerStatistic statistic_;
  log::Throttle complaints_;
  bool paused_ = false;
  bool calling_ = false;
};

}  // namespace eddy::detail
