// SPDX-License-Identifier: MIT
//
// The sockets that the service manager passed to the program (socket activation of systemd).
//
//     const auto passed = PassedSockets::take();
//     if (!passed) return fail(passed.error());
//     const auto where = passed->listen_on("http", "[::]:8080"_addr);
//
// The program then has its port before it runs, without privileges, and loses no client while it
// restarts. services/README.md shows the units.
#pragma once

#include <eddy/io/listen_on.hpp>

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace eddy {

/// What LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES announce.
///
/// Thread: any; a value like a vector.
class EDDY_EXPORT PassedSockets {
 public:
  /// More are taken for a mistake.
  static constexpr unsigned most = 1024;

  /// Takes the sockets that were passed to this process; none if LISTEN_FDS is not set.
  ///
  /// The variables are removed, for children must not take the sockets for theirs; a second call
  /// finds none. To be called before there are other threads, which might read the environment.
  /// Errors: Errc::invalid if the variables do not fit this process and its descriptors, with the
  /// reason; nothing has been changed then.
  [[nodiscard]] static Result<PassedSockets> take();

  std::size_t size() const noexcept { return sockets_.size(); }
  /// In the order in which they were passed.
  std::span<const PassedSocket> all() const noexcept { return sockets_; }

  /// The socket of that name; `otherwise` if there is none.
  ///
  /// Errors: Errc::invalid if several have the name (go through all()), or if none has it and
  /// `otherwise` is no address; the context has the names that there are.
  [[nodiscard]] Result<ListenOn> listen_on(std::string_view name,
                                           const Address& otherwise = {}) const;

  /// Those of one's own, as tests have them.
  explicit PassedSockets(std::vector<PassedSocket> sockets) noexcept
      : sockets_(std::move(sockets)) {}

 private:
  std::vector<PassedSocket> sockets_;
};

}  // namespace eddy
