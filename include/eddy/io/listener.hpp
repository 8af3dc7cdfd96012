// SPDX-License-Identifier: MIT
//
// Accepts connections on a TCP or Unix address.
//
// Servers usually derive from the ready TcpServer or HttpServer, which limit how many there are.
#pragma once

#include <eddy/base/function.hpp>
#include <eddy/base/statistic.hpp>
#include <eddy/io/bind_options.hpp>
#include <eddy/io/listen_on.hpp>
#include <eddy/io/tcp.hpp>

namespace eddy {

namespace detail {
struct BoundSocket;
class ListenerBlock;
}  // namespace detail

/// What a Listener has counted.
struct ListenerStatistic {
  Counter accepted;
  Counter aborted;    ///< gone before they were accepted, or failed by themselves
  Counter exhausted;  ///< times that descriptors or memory ran out and accepting backed off

  void visit(auto&& field) const {
    field("accepted", accepted), field("aborted", aborted), field("exhausted", exhausted);
  }
};

/// A listening socket.
///
/// It accepts once start() or accept() was called. When descriptors or memory run out it stops
/// accepting and tries again ten times a second; clients wait in the kernel's queue meanwhile.
/// Thread: loop.
/// Lifetime: closed by its destructor, also inside its own callback; may outlive its loop and is
/// closed then.
class EDDY_EXPORT Listener {
 public:
  /// So many connections are accepted before others of the loop have their turn.
  static constexpr unsigned accepts_per_turn = 64;
  /// The pause after descriptors or memory ran out.
  static constexpr Duration back_off = std::chrono::milliseconds(100);

  /// An empty Listener, to be assigned to.
  Listener() noexcept = default;
  Listener(Listener&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Listener& operator=(Listener&& other) noexcept;
  ~Listener();

  /// Binds to `address`; connections queue up from here on. Port 0 takes a free one.
  ///
  /// The socket of a server that is gone is removed from a Unix path; nothing else is. Servers that
  /// start at the same time do so one after the other, by a lock of the directory (flock).
  /// Errors: std::errc::address_in_use and so on; the context names the address, the cause and the
  /// cure, such as which process has the port. Errc::invalid for options that make no sense.
  [[nodiscard]] static Result<Listener> bind(Loop& loop,
                                             const Address& address,
                                             const BindOptions& options = {},
                                             Site site = EDDY_HERE);
  /// The same, or takes a passed socket, of which it keeps a duplicate; see adopt().
  [[nodiscard]] static Result<Listener> bind(Loop& loop,
                                             const ListenOn& where,
                                             const BindOptions& options = {},
                                             Site site = EDDY_HERE);
  /// Takes over `descriptor`, a stream socket that is bound or listens already; it is closed if
  /// this fails. A Unix socket's path stays when the Listener goes.
  ///
  /// Of `options` those are set that concern a socket which is bound.
  /// Errors: std::errc::not_a_socket; Errc::invalid if it is one of another kind; the context says
  /// of which.
  [[nodiscard]] static Result<Listener> adopt(Loop& loop,
                                              int descriptor,
                                              const BindOptions& options = {},
                                              Site site = EDDY_HERE);

  /// Calls `callback` with each accepted connection. No accept() may be waiting.
  ///
  /// The callback may pause, close or destroy the Listener. What it throws is reported as unread.
  void start(Function<void(TcpStream)> callback);
  /// Resolves to the next connection; several may wait and are served in order.
  ///
  /// Errors: Errc::closed, Errc::invalid after start().
  /// Cancel: total; a connection that comes later waits in the kernel.
  [[nodiscard]] Future<TcpStream> accept(Site site = EDDY_HERE);

  /// Stops accepting, to be used at a limit of connections; clients wait in the kernel's queue.
  void pause() noexcept;
  void resume() noexcept;
  /// Gives start()'s callback what waits in the kernel's queue, where close() would reset it, and
  /// closes; a paused Listener just closes.
  void finish() noexcept;
  /// Stops listening. Waiting futures fail with Errc::closed. Closing twice is the same as once.
  void close() noexcept;

  bool open() const noexcept;
  /// Where it listens, with the real port; no address if it is closed.
  Address local() const noexcept;
  const ListenerStatistic& statistic() const noexcept;
  /// The kernel's descriptor, which stays the listener's; -1 if it is closed.
  int native_handle() const noexcept;

 private:
  explicit Listener(detail::ListenerBlock* block) noexcept : block_(block) {}

  static Result<Listener> over(Loop& loop, detail::BoundSocket&& bound, Site site);
  detail::ListenerBlock& checked() const noexcept;

  detail::ListenerBlock* block_ = nullptr;
};

}  // namespace eddy
