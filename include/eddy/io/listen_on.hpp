// SPDX-License-Identifier: MIT
//
// Where a server listens: an address that it binds itself, or a socket that was passed to it.
#pragma once

#include <eddy/io/passed_socket.hpp>

#include <optional>
#include <string>
#include <utility>

namespace eddy {

/// An Address or a PassedSocket; both become one without a word.
///
///     supervisor.add<HttpServer>({.listen = "[::]:8080"_addr});
///     supervisor.add<HttpServer>({.listen = passed.listen_on("http", "[::]:8080"_addr).value()});
///
/// Thread: any; a value like a string.
class EDDY_EXPORT ListenOn {
 public:
  ListenOn(const Address& address) noexcept : address_(address) {}  // NOLINT: implicit on purpose
  ListenOn(PassedSocket socket) noexcept                            // NOLINT: implicit on purpose
      : passed_(std::move(socket)) {}

  /// Whether there is something to listen on.
  explicit operator bool() const noexcept { return passed_ || address_; }
  /// The address as it was given, or that of the passed socket.
  Address address() const noexcept { return passed_ ? passed_->local() : address_; }
  const std::optional<PassedSocket>& passed() const noexcept { return passed_; }
  /// For people: "[::]:8080", or "[::]:8080, passed as http".
  std::string to_string() const;

 private:
  Address address_;
  std::optional<PassedSocket> passed_;
};

}  // namespace eddy
