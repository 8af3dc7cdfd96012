// SPDX-License-Identifier: MIT
//
// The leaf of a connect(): which attempts run, and who wins. Private to io.
#pragma once

#include <eddy/core/detail/timeout_node.hpp>

#include <list>
#include <vector>

#include "io/connect_attempt.hpp"

namespace eddy::detail {

/// A timer of a connect().
struct ConnectTimer final : TimerEntry {
  ConnectTimer(ConnectNode& owner, void (*on_due)(TimerEntry*) noexcept) noexcept
      : TimerEntry(on_due), node(owner) {}

  ConnectNode& node;
};

class ConnectNode final : public Pooled<ConnectNode, LeafNode<TcpStream>> {
 public:
  ConnectNode(LoopCore& owner,
              Site where,
              std::span<const Address> addresses,
              const ConnectOptions& options);
  ~ConnectNode() override { stop(); }
  const char* waits_for() const noexcept override { return "a connection"; }

  /// More addresses may come; to be called before the first attempt.
  void expect(Future<std::vector<Address>>&& rest);
  /// Begins attempts until one of them is under way.
  void proceed() noexcept;
  /// What an attempt that was under way tells.
  void connected(ConnectAttempt& attempt) noexcept;
  void failed() noexcept;

  const ConnectOptions& options() const noexcept { return options_; }

 private:
  void stop() noexcept override;
  void expire() noexcept;
  void give_up(const std::optional<Error>& expired) noexcept;
  void join(std::span<const Address> all);
  bool attempt_pending() const noexcept;
  /// Whether an address that is not known yet would be tried.
  bool waits_for_more() const noexcept;
  Error failure(const std::optional<Error>& expired) const;
  std::size_t untried() const noexcept;

  ConnectOptions options_;
  std::vector<Address> addresses_;
  std::size_t given_;
  std::list<ConnectAttempt> attempts_;  // in the order in which they began
  TimePoint begun_;
  TimeLimit limit_;
  ConnectTimer expiry_;
  ConnectTimer stagger_;
  Future<void> rest_;  // empty: all addresses are known
};

}  // namespace eddy::detail
