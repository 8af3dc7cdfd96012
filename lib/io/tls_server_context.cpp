// SPDX-License-Identifier: MIT
#include <eddy/io/tls_server_context.hpp>

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <utility>

#include "io/tls_failure.hpp"
#include "io/tls_names.hpp"
#include "io/tls_server_state.hpp"

namespace eddy {
namespace detail {
namespace {

/// So many tickets a client gets: one for each of two connections that it may open next.
constexpr std::size_t tickets = 2;

/// Name, HMAC key and AES key, as OpenSSL 3 has them.
constexpr std::size_t ticket_keys_size = 80;

/// Whether the extension has a name of no octets: list size, kind and name size are all there is.
bool is_empty_name(SSL& ssl) noexcept {
  constexpr std::size_t frame = 5;
  const unsigned char* octets = nullptr;
  std::size_t count = 0;
  return SSL_client_hello_get0_ext(&ssl, TLSEXT_TYPE_server_name, &octets, &count) == 1 &&
         count == frame;
}

}  // namespace

Result<void> TlsServerState::prepare(const TlsServerState* former) {
  auto done = begin(*TLS_server_method(), options_.limits, options_.minimum, options_.maximum);
  if (done) done = prepare_certificates();
  if (!done) return done;
  const Result<std::string> trusted = prepare_clients();
  if (!trusted) return trusted.error();
  done = prepare_tickets(*trusted, former);
  if (!done) return done;
  Result<std::string> wire = alpn_wire(options_.alpn);
  if (!wire) return std::move(wire).error();
  alpn_ = *std::move(wire);
  SSL_CTX* made = &context();
  SSL_CTX_set_client_hello_cb(made, &on_hello, this);
  SSL_CTX_set_tlsext_servername_callback(made, &on_name);
  SSL_CTX_set_tlsext_servername_arg(made, this);
  if (!alpn_.empty()) SSL_CTX_set_alpn_select_cb(made, &on_protocols, this);
  return {};
}

Result<void> TlsServerState::prepare_certificates() {
  if (options_.certificates.empty()) {
    return Error(Errc::invalid, "a tls server needs a certificate");
  }
  for (const TlsKeyPair& pair : options_.certificates) {
    auto credential = read_credential(pair, options_.limits);
    if (!credential) return std::move(credential).error();
    if (auto tried = try_out(*credential); !tried) return tried;
    credentials_.push_back(*std::move(credential));
  }
  return use(credentials_.front());
}

/// Gives the text of the authorities.
Result<std::string> TlsServerState::prepare_clients() {
  if (options_.client_certificate == ClientCertificate::none) {
    if (options_.client_authorities.empty()) return std::string();
    auto unused = read_pem(options_.client_authorities);
    if (!unused) return unused.error().with("tls authorities");
    return unused;
  }
  if (options_.client_authorities.empty()) {
    return Error(Errc::invalid, "a tls server that wants certificates needs client_authorities");
  }
  auto trusted = add_authorities(context(), options_.client_authorities);
  if (!trusted) return trusted;
  announce_authorities(context());
  const bool required = options_.client_certificate == ClientCertificate::required;
  SSL_CTX_set_verify(
      &context(), SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
  return trusted;
}

/// A session is resumed only where its client would be trusted for the same reasons.
Result<void> TlsServerState::prepare_tickets(std::string_view trusted,
                                             const TlsServerState* former) {
  SSL_CTX* made = &context();
  SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(made, options_.resumption ? tickets : 0);
  if (!options_.resumption) SSL_CTX_set_options(made, SSL_OP_NO_TICKET);
  const std::string trust =
      std::to_string(static_cast<int>(options_.client_certificate)).append(trusted);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(trust.data()), trust.size(), digest.data());
  SSL_CTX_set_session_id_context(made, digest.data(), digest.size());
  if (former == nullptr) return {};
  std::array<unsigned char, ticket_keys_size> keys{};
  const bool copied =
      SSL_CTX_get_tlsext_ticket_keys(&former->context(), keys.data(), keys.size()) == 1 &&
      SSL_CTX_set_tlsext_ticket_keys(made, keys.data(), keys.size()) == 1;
  OPENSSL_cleanse(keys.data(), keys.size());
  if (!copied) return take_tls_error().with("tls tickets");
  return {};
}

// Callbacks of OpenSSL.

int TlsServerState::on_hello(SSL* ssl, int* alert, void* self) noexcept {
  const auto& state = *static_cast<const TlsServerState*>(self);
  if (TlsFacts::of(*ssl).hello > state.options_.limits.max_hello) {
    *alert = SSL_AD_ILLEGAL_PARAMETER;
    return SSL_CLIENT_HELLO_ERROR;
  }
  if (is_empty_name(*ssl)) {
    *alert = SSL_AD_DECODE_ERROR;
    return SSL_CLIENT_HELLO_ERROR;
  }
  return SSL_CLIENT_HELLO_SUCCESS;
}

int TlsServerState::on_name(SSL* ssl, int* /*alert*/, void* self) noexcept {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
  static_cast<const TlsServerState*>(self)->choose(*ssl, name);
  return SSL_TLSEXT_ERR_OK;
}

/// All certificates of the name, since they may have keys of different kinds.
void TlsServerState::choose(SSL& ssl, std::string_view name) const noexcept {
  const std::string wanted = folded_name(name);
  for (auto* matches : {&matches_exactly, &matches_wildcard}) {
    bool found = false;
    for (const TlsCredential& credential : credentials_) {
      const auto named = [matches, &wanted](const std::string& pattern) {
        return matches(pattern, wanted);
      };
      if (std::none_of(credential.names.begin(), credential.names.end(), named)) continue;
      // Or one of another kind, which is for another name, might be sent.
      if (!std::exchange(found, true)) SSL_certs_clear(&ssl);
      SSL_use_cert_and_key(
          &ssl, credential.certificate.get(), credential.key.get(), credential.issuers.get(), 1);
    }
    if (found) return;
  }
}

int TlsServerState::on_protocols(SSL* /*ssl*/,
                                 const unsigned char** chosen,
                                 unsigned char* chosen_size,
                                 const unsigned char* offered,
                                 unsigned offered_size,
                                 void* self) noexcept {
  const std::string& ours = static_cast<const TlsServerState*>(self)->alpn_;
  unsigned char* found = nullptr;
  const int outcome = SSL_select_next_proto(&found,
                                            chosen_size,
                                            reinterpret_cast<const unsigned char*>(ours.data()),
                                            static_cast<unsigned>(ours.size()),
                                            offered,
                                            offered_size);
  if (outcome != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace detail

Result<TlsServerContext> TlsServerContext::create(TlsServerOptions options) {
  auto state = std::make_shared<detail::TlsServerState>(std::move(options));
  if (auto prepared = state->prepare(nullptr); !prepared) return std::move(prepared).error();
  return detail::TlsServerState::handle_of(std::move(state));
}

Result<void> TlsServerContext::reload() {
  auto fresh = std::make_shared<detail::TlsServerState>(state_->options());
  auto prepared = fresh->prepare(state_.get());
  if (prepared) state_ = std::move(fresh);
  return prepared;
}

const TlsServerOptions& TlsServerContext::options() const noexcept {
  return state_->options();
}

}  // namespace eddy
