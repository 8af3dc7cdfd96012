// SPDX-License-Identifier: MIT
//
// A stream carried by another stream, through OpenSSL. Private to the TLS part of io.
//
// It lives on a uv_idle_t, so that it is owned, closed and counted like any other handle; that one
// runs when octets that were put off are to be decrypted. Of the stream below it is the sink.
#pragma once

#include <eddy/io/byte_sink.hpp>

#include "io/stream_base.hpp"
#include "io/tls_context.hpp"
#include "io/tls_wire.hpp"

namespace eddy::detail {

class HandshakeNode;

class TlsBlock final : public StreamBase, private ByteSink, private TlsWire {
 public:
  TlsBlock(LoopImpl& impl,
           Stream&& below,
           std::shared_ptr<const TlsContextState> context,
           Site site) noexcept;

  /// Makes the connection's SSL. To be called first.
  Result<void> prepare() noexcept;
  SSL& ssl() const noexcept { return *ssl_; }
  TlsFacts& facts() noexcept { return facts_; }

  /// Begins the handshake; `node` is told how it ends.
  void begin(HandshakeNode& node) noexcept;
  /// Nobody waits for the handshake any more.
  void abandon() noexcept;

  void set_write_limit(Duration limit) noexcept override;
  std::size_t carried() const noexcept override { return below_.queued(); }

 private:
  enum class Input { starved, full, ended, failed };

  uv_handle_t* handle() noexcept override { return reinterpret_cast<uv_handle_t*>(&idle_); }
  void on_closing() noexcept override;

  // The carrier of the stream above.
  int transmit(ByteView first, ByteView second) noexcept override;
  int transmit_all(ByteView bytes) noexcept override;
  std::size_t untransmitted() const noexcept override { return unsent_.size(); }
  int transmit_end() noexcept override;
  int receive() noexcept override;
  void abort() noexcept override { aborted_ = true; }
  bool push_out() noexcept override { return open() && below_.flush(); }

  // The sink of the stream below.
  void on_bytes(ByteView bytes) noexcept override;
  void on_end() noexcept override;
  void on_error(const Error& error) noexcept override;
  void on_drained() noexcept override;

  // The wire of OpenSSL.
  int take(char* room, std::size_t size) noexcept override;
  void put(ByteView bytes) noexcept override;

  static void on_turn(uv_idle_t* handle) noexcept;
  void shake_hands() noexcept;
  void refuse(Error error) noexcept;
  void discard(std::size_t count) noexcept;
  void fail_handshake(const Error& error) noexcept;
  void decrypt() noexcept;
  Input fill(char* room, std::size_t& filled) noexcept;
  std::size_t encrypt(ByteView bytes) noexcept;
  bool sent_whole() const noexcept;
  void say_goodbye() noexcept;
  Error broken() noexcept;
  void put_off() noexcept;

  // Before the SSL, which uses them to its end.
  TlsFacts facts_;
  TlsOwned<SSL> ssl_;
  Stream below_;
  ByteView input_;   // of the peer's, in the slab of the stream below: to be decrypted now
  Buffer kept_;      // and what was put off
  ByteView unsent_;  // to be encrypted when the stream below has room; stands in the outbox
  HandshakeNode* node_ = nullptr;
  std::size_t discarded_ = 0;  // octets of a peer that was refused
  Future<void> ending_;
  uv_idle_t idle_{};
  bool ended_by_peer_ = false;
  bool aborted_ = false;
  bool broken_ = false;  // nothing more can be said to the peer
  bool said_goodbye_ = false;
  bool spoke_ = false;    // in this step of the handshake
  bool refused_ = false;  // the peer, who is listened to until it has heard so
};

}  // namespace eddy::detail
