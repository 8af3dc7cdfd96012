// SPDX-License-Identifier: MIT
#include <eddy/io/tls_stream.hpp>

#include "io/tls_block.hpp"
#include "io/tls_certificate.hpp"

namespace eddy {
namespace {

const SSL& ssl_of(detail::StreamBase* base) noexcept {
  EDDY_ASSERT(base != nullptr, "an empty TlsStream was used");
  return static_cast<detail::TlsBlock*>(base)->ssl();
}

}  // namespace

TlsVersion TlsStream::version() const noexcept {
  return SSL_version(&ssl_of(base())) == TLS1_3_VERSION ? TlsVersion::tls1_3 : TlsVersion::tls1_2;
}

std::string TlsStream::cipher() const {
  return SSL_CIPHER_get_name(SSL_get_current_cipher(&ssl_of(base())));
}

std::string TlsStream::alpn() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(&ssl_of(base()), &name, &size);
  return std::string(reinterpret_cast<const char*>(name), size);
}

std::string TlsStream::server_name() const {
  const char* name = SSL_get_servername(&ssl_of(base()), TLSEXT_NAMETYPE_host_name);
  return name != nullptr ? name : "";
}

bool TlsStream::resumed() const noexcept {
  return SSL_session_reused(&ssl_of(base())) == 1;
}

std::optional<TlsCertificate> TlsStream::peer_certificate() const {
  X509* certificate = SSL_get0_peer_certificate(&ssl_of(base()));
  if (certificate == nullptr) return std::nullopt;
  return detail::describe(*certificate);
}

}  // namespace eddy
