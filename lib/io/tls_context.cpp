// SPDX-License-Identifier: MIT
#include "io/tls_context.hpp"

#include <eddy/io/tls_error.hpp>

#include <algorithm>
#include <limits>

#include "io/tls_certificate.hpp"
#include "io/tls_failure.hpp"
#include "io/tls_wire.hpp"

namespace eddy::detail {
namespace {

/// Those of TLS 1.2 with an ephemeral key and authenticated encryption. All of TLS 1.3 are such.
constexpr const char* ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* groups = "X25519:P-256";
/// 112 bits: RSA from 2048 on, no SHA-1.
constexpr int security_level = 2;
/// For so much data the peer may send one message besides data.
constexpr std::uint64_t data_for_a_message = 64 * 1024;

/// A limit of ours as OpenSSL wants it.
template <class T>
T clipped(std::size_t limit) noexcept {
  return static_cast<T>(std::min<std::size_t>(limit, std::numeric_limits<T>::max()));
}

int number_of(TlsVersion version) noexcept {
  return version == TlsVersion::tls1_2 ? TLS1_2_VERSION : TLS1_3_VERSION;
}

/// Whether one of the certificates that the peer has sent takes long to work with.
bool too_slow(const X509_STORE_CTX& store, const TlsLimits& limits) noexcept {
  const STACK_OF(X509)* sent = X509_STORE_CTX_get0_untrusted(&store);
  for (int i = 0; i < sk_X509_num(sent); ++i) {
    const EVP_PKEY* key = X509_get0_pubkey(sk_X509_value(sent, i));
    if (key != nullptr && rsa_bits_of(*key) > limits.max_rsa_bits) return true;
  }
  return false;
}

bool within_limits(X509_STORE_CTX& store, const TlsLimits& limits) noexcept {
  const int sent = sk_X509_num(X509_STORE_CTX_get0_untrusted(&store));
  const long most = long{limits.max_chain} + 2;  // with the peer's own and a root
  if (sent > most) {
    X509_STORE_CTX_set_error(&store, X509_V_ERR_CERT_CHAIN_TOO_LONG);
    return false;
  }
  if (!too_slow(store, limits)) return true;
  X509_STORE_CTX_set_error(&store, X509_V_ERR_APPLICATION_VERIFICATION);
  return false;
}

/// Looks at what verifying would cost before it verifies, and keeps the reason of a failure.
int verify(X509_STORE_CTX* store, void* /*argument*/) noexcept {
  const int index = SSL_get_ex_data_X509_STORE_CTX_idx();
  const auto& ssl = *static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, index));
  if (SSL_get_verify_mode(&ssl) == SSL_VERIFY_NONE) return 1;
  TlsFacts& facts = TlsFacts::of(ssl);
  if (within_limits(*store, facts.context->limits()) && X509_verify_cert(store) == 1) return 1;
  const X509* refused = X509_STORE_CTX_get_current_cert(store);
  if (refused == nullptr) refused = X509_STORE_CTX_get0_cert(store);
  const std::error_code code(X509_STORE_CTX_get_error(store), tls_verify_category());
  facts.refuse(Error(code, "certificate of " + subject_of(*refused)));
  return 0;
}

}  // namespace

void watch_messages(int written,
                    int /*version*/,
                    int type,
                    const void* /*octets*/,
                    std::size_t count,
                    SSL* ssl,
                    void* /*argument*/) noexcept {
  if (written != 0 || type != SSL3_RT_HANDSHAKE) return;
  TlsFacts& facts = TlsFacts::of(*ssl);
  if (!facts.connected) {
    if (facts.hello == 0) facts.hello = count;
    return;
  }
  ++facts.messages;
  const std::uint64_t allowed =
      facts.context->limits().max_messages + facts.bytes_in / data_for_a_message;
  if (facts.messages > allowed) facts.refuse(Error(Errc::protocol, "too many messages of TLS"));
}

Result<void> TlsContextState::begin(const SSL_METHOD& method,
                                    const TlsLimits& limits,
                                    TlsVersion minimum,
                                    TlsVersion maximum) {
  if (minimum > maximum) return Error(Errc::invalid, "tls: no version is allowed");
  if (std::min(limits.handshake, limits.linger) < Duration::zero()) {
    return Error(Errc::invalid, "tls: a limit of time is negative");
  }
  forget_tls_errors();
  wire_ = make_tls_wire_method();
  context_.reset(SSL_CTX_new(&method));
  if (wire_ == nullptr || context_ == nullptr) return take_tls_error().with("tls context");
  SSL_CTX* made = context_.get();
  SSL_CTX_set_security_level(made, security_level);
  const bool set = SSL_CTX_set_min_proto_version(made, number_of(minimum)) == 1 &&
                   SSL_CTX_set_max_proto_version(made, number_of(maximum)) == 1 &&
                   SSL_CTX_set_cipher_list(made, ciphers) == 1 &&
                   SSL_CTX_set1_groups_list(made, groups) == 1;
  if (!set) return take_tls_error().with("tls context");
  SSL_CTX_set_options(made, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(made, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_max_early_data(made, 0);
  SSL_CTX_set_max_cert_list(made, clipped<long>(limits.max_certificates));
  SSL_CTX_set_verify_depth(made, clipped<int>(limits.max_chain));
  SSL_CTX_set_cert_verify_callback(made, &verify, nullptr);
  SSL_CTX_set_msg_callback(made, &watch_messages);
  return {};
}

Result<void> TlsContextState::try_out(const TlsCredential& credential) const {
  forget_tls_errors();
  const TlsOwned<SSL> trial(SSL_new(context_.get()));
  const bool used = trial != nullptr && SSL_use_cert_and_key(trial.get(),
                                                             credential.certificate.get(),
                                                             credential.key.get(),
                                                             credential.issuers.get(),
                                                             1) == 1;
  if (!used) return take_tls_error().with("tls certificate " + subject_of(*credential.certificate));
  return {};
}

Result<void> TlsContextState::use(const TlsCredential& credential) {
  forget_tls_errors();
  const int used = SSL_CTX_use_cert_and_key(context_.get(),
                                            credential.certificate.get(),
                                            credential.key.get(),
                                            credential.issuers.get(),
                                            1);
  if (used != 1)
    return take_tls_error().with("tls certificate " + subject_of(*credential.certificate));
  return {};
}

Result<std::string> alpn_wire(const std::vector<std::string>& names) {
  constexpr std::size_t max_name = 255;
  std::string wire;
  for (const std::string& name : names) {
    if (name.empty() || name.size() > max_name) {
      return Error(Errc::invalid, "tls: the name of a protocol has 1 to 255 octets");
    }
    wire += static_cast<char>(name.size());
    wire += name;
  }
  constexpr std::size_t max_wire = 65535;
  if (wire.size() > max_wire) return Error(Errc::invalid, "tls: too many protocols");
  return wire;
}

}  // namespace eddy::detail
