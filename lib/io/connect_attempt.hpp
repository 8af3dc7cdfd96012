// SPDX-License-Identifier: MIT
//
// One address that connect() tries. Private to io.
#pragma once

#include <eddy/core/detail/timer_entry.hpp>
#include <eddy/io/connect.hpp>

#include <memory>
#include <optional>

#include "io/socket_stream.hpp"
#include "io/system.hpp"

namespace eddy::detail {

class ConnectAttempt;
class ConnectNode;

/// A socket on its way to being connected; the attempt is null once nobody wants it.
class ConnectingSocket final : public SocketStream {
 public:
  using SocketStream::SocketStream;

  /// Takes over `socket`. Gives a status of libuv.
  int start(ConnectAttempt& attempt, Descriptor&& socket, const Address& address) noexcept;
  void abandon() noexcept;

 private:
  static void on_connected(uv_connect_t* request, int status) noexcept;

  std::unique_ptr<uv_connect_t> request_;
  ConnectAttempt* attempt_ = nullptr;
};

/// A timer of an attempt.
struct AttemptTimer final : TimerEntry {
  AttemptTimer(ConnectAttempt& owner, void (*on_due)(TimerEntry*) noexcept) noexcept
      : TimerEntry(on_due), attempt(owner) {}

  ConnectAttempt& attempt;
};

/// Tells its node how it ends, once, and never from within start(). Stays where it is.
class ConnectAttempt {
 public:
  ConnectAttempt(ConnectNode& node, const Address& address) noexcept;
  ConnectAttempt(const ConnectAttempt&) = delete;
  ConnectAttempt& operator=(const ConnectAttempt&) = delete;
  ~ConnectAttempt() { stop(); }

  enum class Outcome { pending, failed, connected };
  /// Connected: the stream is in take().
  Outcome start();
  /// Closes the socket, if there still is one.
  void stop() noexcept;
  TcpStream take() noexcept { return std::move(stream_); }

  const Address& address() const noexcept { return address_; }
  /// Why it failed; empty if it has not.
  const std::optional<Error>& error() const noexcept { return error_; }
  bool pending() const noexcept { return pending_; }

 private:
  friend class ConnectingSocket;

  Outcome start_tcp(Descriptor&& socket);
  Outcome start_local(Descriptor&& socket);
  Outcome failed(Error error) noexcept;
  Result<Descriptor> open() const;
  void retry() noexcept;
  void settle(Outcome outcome) noexcept;
  void on_connected(int status) noexcept;

  ConnectNode& node_;
  Address address_;
  ConnectingSocket* socket_ = nullptr;
  TcpStream stream_;
  std::optional<Error> error_;
  bool pending_ = false;
  TimePoint begun_{};
  Duration pause_;  // until a Unix socket is asked again
  AttemptTimer limit_;
  AttemptTimer retry_;
};

}  // namespace eddy::detail
