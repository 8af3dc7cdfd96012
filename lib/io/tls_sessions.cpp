// SPDX-License-Identifier: MIT
#include "io/tls_sessions.hpp"

#include <algorithm>

namespace eddy::detail {

std::list<TlsSessions::Entry>::iterator TlsSessions::place_of(const std::string& key) noexcept {
  return std::find_if(
      entries_.begin(), entries_.end(), [&key](const Entry& entry) { return entry.first == key; });
}

void TlsSessions::keep(const std::string& key, TlsOwned<SSL_SESSION> session) {
  if (limit_ == 0 || key.empty()) return;
  const std::lock_guard lock(mutex_);
  const auto place = place_of(key);
  if (place != entries_.end()) entries_.erase(place);
  entries_.emplace_front(key, std::move(session));
  if (entries_.size() > limit_) entries_.pop_back();
}

TlsOwned<SSL_SESSION> TlsSessions::find(const std::string& key) noexcept {
  const std::lock_guard lock(mutex_);
  const auto place = place_of(key);
  if (place == entries_.end()) return nullptr;
  if (SSL_SESSION_get_protocol_version(place->second.get()) >= TLS1_3_VERSION) {
    TlsOwned<SSL_SESSION> session = std::move(place->second);
    entries_.erase(place);
    return session;
  }
  entries_.splice(entries_.begin(), entries_, place);
  SSL_SESSION_up_ref(place->second.get());
  return TlsOwned<SSL_SESSION>(place->second.get());
}

std::size_t TlsSessions::size() const noexcept {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace eddy::detail
