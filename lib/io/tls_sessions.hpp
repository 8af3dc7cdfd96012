// SPDX-License-Identifier: MIT
//
// The sessions that a client may resume. Private to the TLS part of io.
#pragma once

#include <list>
#include <mutex>
#include <string>
#include <utility>

#include "io/tls_openssl.hpp"

namespace eddy::detail {

/// One session a key; the one that was not used for longest gives way.
/// Thread: any.
class TlsSessions {
 public:
  explicit TlsSessions(std::size_t limit) noexcept : limit_(limit) {}

  void keep(const std::string& key, TlsOwned<SSL_SESSION> session);
  /// A session to offer; null if there is none. One of TLS 1.3 is given once, so that nobody who
  /// listens can tell that two connections belong together.
  TlsOwned<SSL_SESSION> find(const std::string& key) noexcept;
  std::size_t size() const noexcept;

 private:
  using Entry = std::pair<std::string, TlsOwned<SSL_SESSION>>;

  std::list<Entry>::iterator place_of(const std::string& key) noexcept;

  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // the last one used first; some hundreds, so looked through
};

}  // namespace eddy::detail
