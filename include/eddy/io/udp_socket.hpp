// SPDX-License-Identifier: MIT
//
// A socket that sends and receives datagrams: UDP over IPv4 and IPv6, or a Unix datagram socket,
// which behaves alike but never loses anything.
//
// Servers usually derive from the ready UdpServer, which limits how much work there is.
#pragma once

#include <eddy/base/result.hpp>
#include <eddy/base/statistic.hpp>
#include <eddy/core/future.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/io/datagram_sink.hpp>
#include <eddy/io/listen_on.hpp>
#include <eddy/io/udp_options.hpp>

#include <cstddef>
#include <utility>

namespace eddy {

namespace detail {
struct BoundSocket;
class UdpBlock;
}  // namespace detail

/// What a UdpSocket has counted.
struct UdpStatistic {
  Counter received;
  Counter bytes_received;
  Counter truncated;       ///< received without their end
  Counter kernel_dropped;  ///< came while the kernel's buffer was full, as far as it has told
  Counter sent;
  Counter bytes_sent;
  Counter deferred;       ///< times that the kernel took no more for now
  Counter dropped;        ///< given up, for too many waited to be sent, or at the end
  Counter failed;         ///< could not be sent
  Counter unreachable;    ///< times that the network said that something did not arrive
  Counter receive_calls;  ///< system calls that received
  Counter send_calls;     ///< system calls that sent

  void visit(auto&& field) const {
    field("received", received), field("bytes_received", bytes_received);
    field("truncated", truncated), field("kernel_dropped", kernel_dropped);
    field("sent", sent), field("bytes_sent", bytes_sent), field("deferred", deferred);
    field("dropped", dropped), field("failed", failed), field("unreachable", unreachable);
    field("receive_calls", receive_calls), field("send_calls", send_calls);
  }
};

/// A datagram socket.
///
/// It receives once start() or receive() was called; what nobody takes waits in the kernel's
/// buffer. That a peer is not there never stops it.
/// Thread: loop.
/// Lifetime: closed by its destructor, also inside its own callback; may outlive its loop and is
/// closed then. The path of a Unix socket that it has bound goes with it.
class EDDY_EXPORT UdpSocket {
 public:
  /// So many octets fit into a datagram over IPv4, 20 more over IPv6.
  static constexpr std::size_t max_size = 65'507;
  /// So many calls of the kernel, of up to 32 datagrams or trains each, are made before others of
  /// the loop have their turn.
  static constexpr unsigned receives_per_turn = 4;
  /// The pause where the kernel has no memory or cannot tell when it takes more.
  static constexpr Duration back_off = std::chrono::milliseconds(5);
  /// More errors are counted and not told.
  static constexpr std::size_t errors_per_scope = 16;

  /// An empty UdpSocket, to be assigned to.
  UdpSocket() noexcept = default;
  UdpSocket(UdpSocket&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  UdpSocket& operator=(UdpSocket&& other) noexcept;
  ~UdpSocket();

  /// Binds to `address`; datagrams queue up from here on. Port 0 takes a free one.
  ///
  /// The socket of a program that is gone is removed from a Unix path; nothing else is.
  /// Errors: std::errc::address_in_use and so on; the context names the address, the cause and the
  /// cure, such as which process has the port.
  [[nodiscard]] static Result<UdpSocket> bind(Loop& loop,
                                              const Address& address,
                                              const UdpOptions& options = {},
                                              Site site = EDDY_HERE);
  /// The same, or takes a passed socket, of which it keeps a duplicate; see adopt().
  [[nodiscard]] static Result<UdpSocket> bind(Loop& loop,
                                              const ListenOn& where,
                                              const UdpOptions& options = {},
                                              Site site = EDDY_HERE);
  /// Takes an address that the kernel chooses, and `peer` as the only one to talk to.
  [[nodiscard]] static Result<UdpSocket> connect(Loop& loop,
                                                 const Address& peer,
                                                 const UdpOptions& options = {},
                                                 Site site = EDDY_HERE);
  /// Takes over `descriptor`, a datagram socket; it is closed if this fails. Of the options it is
  /// given those that do not concern its address.
  [[nodiscard]] static Result<UdpSocket> adopt(Loop& loop,
                                               int descriptor,
                                               const UdpOptions& options = {},
                                               Site site = EDDY_HERE);

  /// Talks to `peer` alone from now on: what others send does not arrive, and send() knows where
  /// to. No address makes it talk to everybody again, from the port that it has. What had arrived
  /// or waits to be sent stays what it was.
  /// Errors: the kernel's; std::errc::address_in_use if somebody took a port that the kernel had
  /// chosen in the instant in which the peer was given up, and then the socket has none.
  [[nodiscard]] Result<void> set_peer(const Address& peer);

  /// Sends a datagram.
  ///
  /// The first of a callback leaves at once, those that follow leave together when the callback
  /// is over; so do all that answer a batch of received ones. What the kernel does not take waits,
  /// within the limits of UdpOptions. Success means no more than that: UDP may lose anything.
  /// Errors: std::errc::message_size, Errc::overloaded, Errc::closed, Errc::invalid, what the
  /// kernel says; with a peer, std::errc::connection_refused if it was not there for an earlier
  /// one, and then this one was not sent. Of what does not leave at once, DatagramSink::on_error()
  /// is told.
  [[nodiscard]] Result<void> send_to(const Address& peer, ByteView bytes);
  /// The same to the one peer of set_peer().
  [[nodiscard]] Result<void> send(ByteView bytes);
  /// The same from one of several addresses of this host, such as DatagramView::local; its port
  /// does not matter. No address is any. Not for Unix sockets.
  ///
  /// Errors: Errc::invalid if the two are not of one family.
  [[nodiscard]] Result<void> send_from(const Address& local, const Address& peer, ByteView bytes);
  /// Resolves when nothing waits to be sent.
  /// Errors: Errc::closed. Cancel: total.
  [[nodiscard]] Future<void> drain(Site site = EDDY_HERE);
  /// Datagrams that wait to be sent, and their octets.
  std::size_t queued() const noexcept;
  std::size_t queued_bytes() const noexcept;

  /// Gives each datagram to `sink`, which must live until stop(), close() or the end of the socket.
  /// No receive() may be waiting.
  void start(DatagramSink& sink) noexcept;
  /// The sink gets no more; another one may be started.
  void stop() noexcept;
  /// The sink gets nothing until resume(); what comes waits in the kernel's buffer.
  void pause() noexcept;
  void resume() noexcept;
  /// Gives the sink what has reached the kernel, and receives no more. Sending goes on.
  ///
  /// A sink that is paused gets nothing, and inside of a sink, be it that of another socket,
  /// nothing is asked of the kernel any more.
  void finish_receiving() noexcept;
  /// Resolves to the next datagram; several may wait and are served in order.
  ///
  /// Errors: Errc::closed, also after finish_receiving(); Errc::invalid after start(); with a peer,
  /// std::errc::connection_refused if it is not there: the next receive() may be more fortunate.
  /// Cancel: total; a datagram that comes later waits in the kernel.
  [[nodiscard]] Future<Datagram> receive(Site site = EDDY_HERE);

  /// Receives what is sent to a group.
  ///
  /// Errors: the kernel's; the context names the group, the interface and the cure.
  [[nodiscard]] Result<void> join(const MulticastGroup& group);
  [[nodiscard]] Result<void> leave(const MulticastGroup& group);

  /// Tries once more to send what waits, and closes. Waiting futures fail with Errc::closed.
  /// Closing twice is the same as once.
  void close() noexcept;
  bool open() const noexcept;
  /// Our address, with the real port; no address if it is closed.
  Address local() const noexcept;
  /// The only peer; no address if there is none.
  Address peer() const noexcept;
  const UdpStatistic& statistic() const noexcept;
  /// The kernel's descriptor, which stays the socket's; -1 if it is closed.
  int native_handle() const noexcept;

 private:
  explicit UdpSocket(detail::UdpBlock* block) noexcept : block_(block) {}

  static Result<UdpSocket> over(Loop& loop,
                                detail::BoundSocket&& bound,
                                const UdpOptions& options,
                                Site site);
  detail::UdpBlock& checked() const noexcept;

  detail::UdpBlock* block_ = nullptr;
};

}  // namespace eddy
