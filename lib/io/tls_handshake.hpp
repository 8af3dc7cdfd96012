// SPDX-License-Identifier: MIT
//
// The leaf of a handshake. Private to the TLS part of io.
#pragma once

#include <eddy/core/detail/timer_entry.hpp>
#include <eddy/core/detail/value_node.hpp>
#include <eddy/io/tls_stream.hpp>

#include <optional>
#include <string>

#include "io/tls_block.hpp"

namespace eddy::detail {

class HandshakeNode final : public Pooled<HandshakeNode, LeafNode<TlsStream>>, private TimerEntry {
 public:
  /// `what` is the context of its errors.
  HandshakeNode(LoopCore& owner, Site where, TlsBlock& block, Duration limit, std::string what);
  ~HandshakeNode() override { stop(); }
  const char* waits_for() const noexcept override { return "a TLS handshake"; }

  // What the block tells.
  void done() noexcept;
  /// Closes the block, and what is below it. The first error counts.
  void finish(const Error& error) noexcept;
  /// It has failed, which is told when finish() is called, or so much later.
  void linger(Error error, Duration limit) noexcept;

 private:
  void stop() noexcept override;

  TlsBlock* block_;
  std::string what_;
  std::optional<Error> failure_;
};

}  // namespace eddy::detail
