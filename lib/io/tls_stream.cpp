// SPDX-License-Identifier: MIT
#include <eddy/io/tls_info.hpp>
#include <eddy/io/tls_stream.hpp>

#include "io/tls_block.hpp"
#include "io/tls_certificate.hpp"

namespace eddy {
namespace {

const SSL& ssl_of(detail::StreamBase* base) noexcept {
  EDDY_ASSERT(base != nullptr, "an empty TlsStream was used");
  return static_cast<detail::TlsBlock*>(base)->ssl();
}

TlsVersion version_of(const SSL& ssl) noexcept {
  return SSL_version(&ssl) == TLS1_3_VERSION ? TlsVersion::tls1_3 : TlsVersion::tls1_2;
}

std::string cipher_of(const SSL& ssl) {
  return SSL_CIPHER_get_name(SSL_get_current_cipher(&ssl));
}

std::string alpn_of(const SSL& ssl) {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(&ssl, &name, &size);
  return std::string(reinterpret_cast<const char*>(name), size);
}

std::string server_name_of(const SSL& ssl) {
  const char* name = SSL_get_servername(&ssl, TLSEXT_NAMETYPE_host_name);
  return name != nullptr ? name : "";
}

bool is_resumed(const SSL& ssl) noexcept {
  return SSL_session_reused(&ssl) == 1;
}

std::optional<TlsCertificate> peer_certificate_of(const SSL& ssl) {
  X509* certificate = SSL_get0_peer_certificate(&ssl);
  if (certificate == nullptr) return std::nullopt;
  return detail::describe(*certificate);
}

}  // namespace

TlsVersion TlsStream::version() const noexcept {
  return version_of(ssl_of(base()));
}

std::string TlsStream::cipher() const {
  return cipher_of(ssl_of(base()));
}

std::string TlsStream::alpn() const {
  return alpn_of(ssl_of(base()));
}

std::string TlsStream::server_name() const {
  return server_name_of(ssl_of(base()));
}

bool TlsStream::resumed() const noexcept {
  return is_resumed(ssl_of(base()));
}

std::optional<TlsCertificate> TlsStream::peer_certificate() const {
  return peer_certificate_of(ssl_of(base()));
}

std::optional<TlsInfo> tls_info(const Stream& stream) {
  const auto* block = dynamic_cast<detail::TlsBlock*>(detail::StreamBase::of_handle(stream));
  if (block == nullptr) return std::nullopt;
  const SSL& ssl = block->ssl();
  return TlsInfo{.version = version_of(ssl),
                 .cipher = cipher_of(ssl),
                 .alpn = alpn_of(ssl),
                 .server_name = server_name_of(ssl),
                 .resumed = is_resumed(ssl),
                 .peer_certificate = peer_certificate_of(ssl)};
}

}  // namespace eddy
