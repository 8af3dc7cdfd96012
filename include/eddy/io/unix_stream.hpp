// SPDX-License-Identifier: MIT
//
// A connected Unix socket with what only such a socket has: it passes descriptors, and knows who
// its peer is.
//
// For octets alone the TcpStream that connect() and Listener give for a Unix address does as well,
// and throws away descriptors that a peer sends.
#pragma once

#include <eddy/io/owned_descriptor.hpp>
#include <eddy/io/tcp.hpp>

#include <sys/types.h>

namespace eddy {

/// Who made the other end of a Unix socket, at the time when it was connected.
struct PeerCredentials {
  pid_t process = 0;  ///< may be gone, and its number another's, by now
  uid_t user = 0;
  gid_t group = 0;
};

struct UnixStreamPair;

/// A connected Unix socket.
///
/// Adds functions and no data to Stream, as which it may be moved away.
/// Thread: loop.
class EDDY_EXPORT UnixStream : public Stream {
 public:
  /// So many descriptors may wait to be sent, or to be taken by receive_descriptor().
  static constexpr std::size_t max_descriptors = 64;

  UnixStream() noexcept = default;

  /// Makes two that are connected, to be used within the program or given to a child.
  [[nodiscard]] static Result<UnixStreamPair> pair(Loop& loop, Site site = EDDY_HERE);
  /// Takes over `descriptor`, a connected Unix stream socket; it is closed if this fails.
  /// Errors: std::errc::not_a_socket, Errc::invalid for a socket of another kind.
  [[nodiscard]] static Result<UnixStream> adopt(Loop& loop, int descriptor, Site site = EDDY_HERE);
  /// Makes one of what connect() or Listener gave, before it is used:
  ///
  ///     connect(loop, "unix:/run/app.sock"_addr).then(UnixStream::from)
  ///
  /// `stream` is closed. Errors: as adopt(); Errc::invalid if something was read or is queued.
  [[nodiscard]] static Result<UnixStream> from(TcpStream stream);

  /// Sends a copy of `descriptor`, which stays the caller's, after all that was written before and
  /// together with `bytes`, at least one.
  ///
  /// Errors: Errc::overloaded if max_descriptors wait already, Errc::invalid without octets,
  /// Errc::closed, std::errc::bad_file_descriptor.
  [[nodiscard]] Result<void> send_descriptor(int descriptor, ByteView bytes);
  /// Resolves to the next descriptor that the peer sent; it is not passed on to child programs.
  /// Several may wait and are served in order.
  ///
  /// Octets and descriptors are taken apart from each other. One comes no earlier than the octets
  /// before it are read, or fit into Stream::read_ahead. A peer that sends more than
  /// max_descriptors before they are taken kills the stream with Errc::overloaded; one whose
  /// descriptors find no room in the process with std::errc::too_many_files_open.
  /// Errors: as those of read().
  /// Cancel: total; the descriptor stays for the next call.
  [[nodiscard]] Future<OwnedDescriptor> receive_descriptor(Site site = EDDY_HERE);

  /// Errors: Errc::closed.
  [[nodiscard]] Result<PeerCredentials> peer_credentials() const;
  /// The kernel's descriptor, which stays the stream's; -1 if it is not open.
  int native_handle() const noexcept;

 private:
  friend class detail::StreamBase;

  explicit UnixStream(detail::StreamBase* base) noexcept : Stream(base) {}
};

/// Two connected sockets.
struct UnixStreamPair {
  UnixStream first;
  UnixStream second;
};

}  // namespace eddy
