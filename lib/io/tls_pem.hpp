// SPDX-License-Identifier: MIT
//
// Reads certificates and keys. Private to the TLS part of io.
#pragma once

#include <eddy/base/result.hpp>
#include <eddy/io/tls_options.hpp>

#include <string>
#include <vector>

#include "io/tls_openssl.hpp"

namespace eddy::detail {

/// A TlsKeyPair that was read, and whose key is that of its certificate.
struct TlsCredential {
  TlsOwned<X509> certificate;
  TlsOwned<STACK_OF(X509)> issuers;
  TlsOwned<EVP_PKEY> key;
  std::vector<std::string> names;  // of hosts, in lower case
};

/// A file of more is no certificate. A store of all public authorities has 200 KiB.
inline constexpr std::size_t max_pem = 4 * 1024 * 1024;

/// The text of `pem`.
Result<std::string> read_pem(const Pem& pem);
Result<TlsCredential> read_credential(const TlsKeyPair& pair, const TlsLimits& limits);
/// Trusts the certificates in `pem`, whose text it gives; with revocation lists there, these are
/// heeded.
Result<std::string> add_authorities(SSL_CTX& context, const Pem& pem);
/// Tells a client which authorities its certificate may come from.
void announce_authorities(SSL_CTX& context);

}  // namespace eddy::detail
