// SPDX-License-Identifier: MIT
#include <eddy/base/log.hpp>
#include <eddy/io/tls_client_context.hpp>

#include <utility>

#include "io/tls_client_state.hpp"
#include "io/tls_failure.hpp"

namespace eddy {
namespace detail {

Result<void> TlsClientState::prepare() {
  auto done = begin(*TLS_client_method(), options_.limits, options_.minimum, options_.maximum);
  if (done) done = prepare_trust();
  if (!done) return done;
  if (!options_.certificate.certificate.empty()) {
    const auto credential = read_credential(options_.certificate, options_.limits);
    if (!credential) return credential.error();
    if (auto used = use(*credential); !used) return used;
  }
  const Result<std::string> alpn = alpn_wire(options_.alpn);
  if (!alpn) return alpn.error();
  SSL_CTX* made = &context();
  const auto* wire = reinterpret_cast<const unsigned char*>(alpn->data());
  // Gives 0 for success, unlike all its neighbours.
  if (SSL_CTX_set_alpn_protos(made, wire, static_cast<unsigned>(alpn->size())) != 0) {
    return take_tls_error().with("tls context");
  }
  SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(made, &on_session);
  return {};
}

Result<void> TlsClientState::prepare_trust() {
  SSL_CTX* made = &context();
  if (options_.verification.skipped()) {
    log::warning("a tls client takes any server for the right one: insecure_skip_verification()");
    SSL_CTX_set_verify(made, SSL_VERIFY_NONE, nullptr);
    return {};
  }
  SSL_CTX_set_verify(made, SSL_VERIFY_PEER, nullptr);
  const bool own = !options_.authorities.empty();
  forget_tls_errors();
  if ((!own || options_.system_authorities) && SSL_CTX_set_default_verify_paths(made) != 1) {
    return take_tls_error().with("tls authorities of the system");
  }
  if (!own) return {};
  const auto added = add_authorities(*made, options_.authorities);
  return added ? Result<void>() : added.error();
}

int TlsClientState::on_session(SSL* ssl, SSL_SESSION* session) noexcept {
  const TlsFacts& facts = TlsFacts::of(*ssl);
  const auto& state = static_cast<const TlsClientState&>(*facts.context);
  state.sessions().keep(facts.session_key, TlsOwned<SSL_SESSION>(session));
  return 1;  // the session is ours now
}

}  // namespace detail

Result<TlsClientContext> TlsClientContext::create(TlsClientOptions options) {
  auto state = std::make_shared<detail::TlsClientState>(std::move(options));
  if (auto prepared = state->prepare(); !prepared) return std::move(prepared).error();
  return detail::TlsClientState::handle_of(std::move(state));
}

std::size_t TlsClientContext::sessions() const noexcept {
  return state_->sessions().size();
}

const TlsClientOptions& TlsClientContext::options() const noexcept {
  return state_->options();
}

}  // namespace eddy
