// SPDX-License-Identifier: MIT
//
// Owners of OpenSSL's objects. Private to the TLS part of io.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

namespace eddy::detail {

/// Frees with the function that belongs to the type.
struct TlsFree {
  void operator()(BIO* it) const noexcept { BIO_free(it); }
  void operator()(BIO_METHOD* it) const noexcept { BIO_meth_free(it); }
  void operator()(EVP_PKEY* it) const noexcept { EVP_PKEY_free(it); }
  void operator()(GENERAL_NAMES* it) const noexcept { GENERAL_NAMES_free(it); }
  void operator()(SSL* it) const noexcept { SSL_free(it); }
  void operator()(SSL_CTX* it) const noexcept { SSL_CTX_free(it); }
  void operator()(SSL_SESSION* it) const noexcept { SSL_SESSION_free(it); }
  void operator()(X509* it) const noexcept { X509_free(it); }
  void operator()(STACK_OF(X509) * it) const noexcept { sk_X509_pop_free(it, X509_free); }
  void operator()(STACK_OF(X509_INFO) * it) const noexcept {
    sk_X509_INFO_pop_free(it, X509_INFO_free);
  }
};
template <class T>
using TlsOwned = std::unique_ptr<T, TlsFree>;

}  // namespace eddy::detail
