// SPDX-License-Identifier: MIT
//
// What stands in a certificate. Private to the TLS part of io.
#pragma once

#include <eddy/io/tls_stream.hpp>

#include <string>
#include <vector>

#include "io/tls_openssl.hpp"

namespace eddy::detail {

TlsCertificate describe(X509& certificate);
/// The names that a certificate is for, in lower case.
std::vector<std::string> host_names(X509& certificate);
/// How large an RSA key is, in bits, whatever it signs with; 0 if it is none.
unsigned rsa_bits_of(const EVP_PKEY& key) noexcept;
/// "CN=client,O=example".
std::string subject_of(const X509& certificate);

}  // namespace eddy::detail
