// SPDX-License-Identifier: MIT
#include "io/tls_pem.hpp"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>
#include <utility>

#include "io/tls_certificate.hpp"
#include "io/tls_failure.hpp"

namespace eddy::detail {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

/// "/etc/x.pem", or what stands for it in messages.
std::string place_of(const Pem& pem) {
  return pem.is_file() ? pem.value() : "given as text";
}

Result<std::string> read_file(const std::string& path) {
  if (path.empty()) return Error(std::errc::no_such_file_or_directory, "the path is empty");
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rbe"));
  if (file == nullptr) return Error(std::error_code(errno, std::system_category()), path);
  std::string text;
  char part[16 * 1024];
  while (const std::size_t count = std::fread(part, 1, sizeof part, file.get())) {
    text.append(part, count);
    if (text.size() > max_pem) return Error(Errc::too_large, path);
  }
  if (std::ferror(file.get()) != 0) {
    return Error(std::error_code(errno, std::system_category()), path);
  }
  return text;
}

TlsOwned<BIO> reader_of(const std::string& text) {
  return TlsOwned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// Certificates have no passwords. Without this OpenSSL would ask at the terminal, and wait.
int give_no_password(char* /*room*/, int /*size*/, int /*writing*/, void* /*argument*/) noexcept {
  return -1;
}

/// What the function that is asked for a password is given, and tells.
struct Password {
  const std::string& text;
  bool asked = false;

  static int give(char* room, int size, int /*writing*/, void* self) noexcept {
    auto& password = *static_cast<Password*>(self);
    password.asked = true;
    const std::string& text = password.text;
    if (text.empty() || text.size() > static_cast<std::size_t>(size)) return -1;
    return static_cast<int>(text.copy(room, text.size()));
  }
};

Result<TlsOwned<EVP_PKEY>> read_key(const TlsKeyPair& pair) {
  Result<std::string> text = read_pem(pair.key.empty() ? pair.certificate : pair.key);
  if (!text) return std::move(text).error().with("tls key");
  const std::string noun = "tls key " + place_of(pair.key.empty() ? pair.certificate : pair.key);
  forget_tls_errors();
  Password password{pair.password};
  TlsOwned<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(reader_of(*text).get(), nullptr, &Password::give, &password));
  OPENSSL_cleanse(text->data(), text->size());
  if (key != nullptr) return key;
  if (!password.asked) return take_tls_error().with(noun + ": no private key in PEM");
  return invalid_tls(noun + (pair.password.empty() ? ": encrypted, and no password was given"
                                                   : ": the password is wrong"));
}

/// The certificates of `text`, the first one first.
Result<void> read_chain(const std::string& text, TlsCredential& credential) {
  const TlsOwned<BIO> reader = reader_of(text);
  forget_tls_errors();
  credential.certificate.reset(
      PEM_read_bio_X509(reader.get(), nullptr, &give_no_password, nullptr));
  if (credential.certificate == nullptr) return take_tls_error();
  credential.issuers.reset(sk_X509_new_null());
  while (X509* issuer = PEM_read_bio_X509(reader.get(), nullptr, &give_no_password, nullptr))
    sk_X509_push(credential.issuers.get(), issuer);
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) return take_tls_error();
  ERR_clear_error();  // that there is no further one
  return {};
}

Result<void> check(const TlsCredential& credential, const TlsLimits& limits) {
  forget_tls_errors();
  if (X509_check_private_key(credential.certificate.get(), credential.key.get()) != 1) {
    return invalid_tls("the key does not match the certificate");
  }
  if (const unsigned bits = rsa_bits_of(*credential.key); bits > limits.max_rsa_bits) {
    return Error(Errc::invalid, "an RSA key of " + std::to_string(bits) + " bits is too slow");
  }
  return {};
}

}  // namespace

Result<std::string> read_pem(const Pem& pem) {
  if (pem.empty()) return Error(Errc::invalid, "none was given");
  if (pem.is_file()) return read_file(pem.value());
  if (pem.value().size() > max_pem) return Error(Errc::too_large, "given as text");
  return pem.value();
}

Result<TlsCredential> read_credential(const TlsKeyPair& pair, const TlsLimits& limits) {
  const Result<std::string> text = read_pem(pair.certificate);
  if (!text) return text.error().with("tls certificate");
  const std::string noun = "tls certificate " + place_of(pair.certificate);
  TlsCredential credential;
  if (const auto chain = read_chain(*text, credential); !chain) return chain.error().with(noun);
  auto key = read_key(pair);
  if (!key) return std::move(key).error();
  credential.key = *std::move(key);
  if (const auto checked = check(credential, limits); !checked) return checked.error().with(noun);
  credential.names = host_names(*credential.certificate);
  return credential;
}

Result<std::string> add_authorities(SSL_CTX& context, const Pem& pem) {
  Result<std::string> text = read_pem(pem);
  if (!text) return text.error().with("tls authorities");
  const std::string noun = "tls authorities " + place_of(pem);
  forget_tls_errors();
  const TlsOwned<STACK_OF(X509_INFO)> found(
      PEM_X509_INFO_read_bio(reader_of(*text).get(), nullptr, &give_no_password, nullptr));
  if (found == nullptr) return take_tls_error().with(noun);
  X509_STORE* store = SSL_CTX_get_cert_store(&context);
  int certificates = 0;
  for (int i = 0; i < sk_X509_INFO_num(found.get()); ++i) {
    const X509_INFO* info = sk_X509_INFO_value(found.get(), i);
    if (info->x509 != nullptr) certificates += X509_STORE_add_cert(store, info->x509);
    if (info->crl != nullptr && X509_STORE_add_crl(store, info->crl) == 1) {
      X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
    }
  }
  if (certificates == 0) return invalid_tls(noun + ": there is no certificate");
  ERR_clear_error();
  return text;
}

void announce_authorities(SSL_CTX& context) {
  const STACK_OF(X509_OBJECT)* known = X509_STORE_get0_objects(SSL_CTX_get_cert_store(&context));
  for (int i = 0; i < sk_X509_OBJECT_num(known); ++i) {
    X509* certificate = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(known, i));
    if (certificate != nullptr) SSL_CTX_add_client_CA(&context, certificate);
  }
}

}  // namespace eddy::detail
