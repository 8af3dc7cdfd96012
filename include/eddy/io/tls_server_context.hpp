// SPDX-License-Identifier: MIT
//
// What a TLS server needs for each connection: certificates, keys and settings, read and checked.
//
// Make one, and give it to tls_accept() (io/tls.hpp). See io/tls_options.hpp for what can be set.
#pragma once

#include <eddy/base/result.hpp>
#include <eddy/io/tls_options.hpp>

#include <memory>

namespace eddy {

namespace detail {
class TlsServerState;
}

/// Checked settings of a server; immutable, cheap to copy.
///
/// Connections and copies keep what they were made with: whoever reloads changes what the next
/// handshake of this object gets.
/// Thread: copies may be used on different threads at once; one object, one at a time.
class EDDY_EXPORT TlsServerContext {
 public:
  /// Reads and checks all that `options` name. Reads files: at work in a loop, do it in a pool.
  ///
  /// Errors: Errc::invalid (a key that does not match, a missing or wrong password, nonsense), a
  /// std::errc (a file that cannot be read), tls_category() (no PEM); each names what it is about.
  static Result<TlsServerContext> create(TlsServerOptions options);

  /// Reads the files again. If anything is wrong with them the old certificates stay.
  ///
  /// Keys of tickets are kept, so that clients of before can resume their sessions. To keep the
  /// loop free reload a copy in a pool, and assign it when that is done.
  /// Errors: those of create().
  Result<void> reload();

  const TlsServerOptions& options() const noexcept;

 private:
  friend class detail::TlsServerState;

  explicit TlsServerContext(std::shared_ptr<const detail::TlsServerState> state) noexcept
      : state_(std::move(state)) {}

  std::shared_ptr<const detail::TlsServerState> state_;  // shared by threads
};

}  // namespace eddy
