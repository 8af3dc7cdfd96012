// SPDX-License-Identifier: MIT
#include "tls_kit.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <atomic>

namespace eddy::testing {
namespace {

struct FreeBio {
  void operator()(BIO* it) const noexcept { BIO_free(it); }
};

/// Runs `print` with a BIO and gives what it has written there.
template <class Print>
std::string printed(Print print) {
  const std::unique_ptr<BIO, FreeBio> out(BIO_new(BIO_s_mem()));
  print(out.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

std::string pem_of(X509* certificate) {
  return printed([&](BIO* out) { PEM_write_bio_X509(out, certificate); });
}

EVP_PKEY* new_pss_key(int bits) {
  EVP_PKEY_CTX* maker = EVP_PKEY_CTX_new_from_name(nullptr, "RSA-PSS", nullptr);
  EVP_PKEY* made = nullptr;
  EVP_PKEY_keygen_init(maker);
  EVP_PKEY_CTX_set_rsa_keygen_bits(maker, bits);
  REQUIRE(EVP_PKEY_generate(maker, &made) == 1);
  EVP_PKEY_CTX_free(maker);
  return made;
}

EVP_PKEY* new_key(const CertificateSpec& spec) {
  if (spec.pss) return new_pss_key(spec.rsa_bits);
  if (spec.rsa_bits > 0) return EVP_RSA_gen(static_cast<unsigned>(spec.rsa_bits));
  return spec.edwards ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519") : EVP_EC_gen("P-256");
}

void add_extension(X509* certificate, X509* issuer, int number, const std::string& value) {
  if (value.empty()) return;
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, number, value.c_str());
  REQUIRE(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

/// Signed by `issuer` with `signer`; by itself if there is none.
X509* new_certificate(const CertificateSpec& spec, EVP_PKEY* key, X509* issuer, EVP_PKEY* signer) {
  static std::atomic<long> serial = 1000;
  X509* made = X509_new();
  X509_set_version(made, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(made), spec.from);
  X509_gmtime_adj(X509_getm_notAfter(made), spec.until);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made),
                             "CN",
                             MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(spec.name.c_str()),
                             -1,
                             -1,
                             0);
  if (issuer == nullptr) issuer = made;
  X509_set_issuer_name(made, X509_get_subject_name(issuer));
  X509_set_pubkey(made, key);
  add_extension(made, issuer, NID_subject_key_identifier, "hash");
  add_extension(made, issuer, NID_authority_key_identifier, "keyid");
  add_extension(
      made, issuer, NID_basic_constraints, spec.authority ? "critical,CA:TRUE" : "CA:FALSE");
  if (spec.authority) {
    add_extension(made, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
  } else {
    add_extension(made, issuer, NID_ext_key_usage, spec.usage);
    add_extension(made, issuer, NID_subject_alt_name, spec.hosts);
  }
  add_extension(made, issuer, NID_netscape_comment, spec.comment);
  X509_sign(made, signer != nullptr ? signer : key, EVP_sha256());
  return made;
}

}  // namespace

std::string Certified::locked(const std::string& password) const {
  const std::unique_ptr<BIO, FreeBio> in(BIO_new_mem_buf(key.data(), static_cast<int>(key.size())));
  EVP_PKEY* plain = PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr);
  std::string text = printed([&](BIO* out) {
    PEM_write_bio_PKCS8PrivateKey(out,
                                  plain,
                                  EVP_aes_256_cbc(),
                                  password.data(),
                                  static_cast<int>(password.size()),
                                  nullptr,
                                  nullptr);
  });
  EVP_PKEY_free(plain);
  return text;
}

std::string Certified::locked_certificate(const std::string& password) const {
  const std::unique_ptr<BIO, FreeBio> in(
      BIO_new_mem_buf(certificate.data(), static_cast<int>(certificate.size())));
  X509* plain = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr);
  std::string text = printed([&](BIO* out) {
    const auto* key = reinterpret_cast<const unsigned char*>(password.data());
    PEM_ASN1_write_bio(
        [](const void* it, unsigned char** to) {
          return i2d_X509(static_cast<const X509*>(it), to);
        },
        PEM_STRING_X509,
        out,
        plain,
        EVP_aes_128_cbc(),
        key,
        static_cast<int>(password.size()),
        nullptr,
        nullptr);
  });
  X509_free(plain);
  return text;
}

void Authority::Free::operator()(evp_pkey_st* key) const noexcept {
  EVP_PKEY_free(key);
}
void Authority::Free::operator()(x509_st* certificate) const noexcept {
  X509_free(certificate);
}

CertificateSpec Authority::root_spec() {
  CertificateSpec spec;
  spec.name = "test root";
  spec.authority = true;
  return spec;
}

Authority::Authority(CertificateSpec spec)
    : key_(new_key(spec)), certificate_(new_certificate(spec, key_.get(), nullptr, nullptr)) {}

Authority::Authority(const Authority& issuer, CertificateSpec spec) : key_(new_key(spec)) {
  spec.authority = true;
  certificate_.reset(
      new_certificate(spec, key_.get(), issuer.certificate_.get(), issuer.key_.get()));
}

Certified Authority::issue(const CertificateSpec& spec) const {
  const std::unique_ptr<evp_pkey_st, Free> key(new_key(spec));
  const std::unique_ptr<x509_st, Free> made(
      new_certificate(spec, key.get(), certificate_.get(), key_.get()));
  return {pem_of(made.get()), printed([&](BIO* out) {
            PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

Certified Authority::self_signed(const CertificateSpec& spec) {
  const std::unique_ptr<evp_pkey_st, Free> key(new_key(spec));
  const std::unique_ptr<x509_st, Free> made(new_certificate(spec, key.get(), nullptr, nullptr));
  return {pem_of(made.get()), printed([&](BIO* out) {
            PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

std::string Authority::certify_rsa_key(int bits, const char* kind) const {
  BIGNUM* modulus = BN_new();
  BIGNUM* exponent = BN_new();
  BN_rand(modulus, bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD);
  BN_set_word(exponent, RSA_F4);
  OSSL_PARAM_BLD* parts = OSSL_PARAM_BLD_new();
  OSSL_PARAM_BLD_push_BN(parts, OSSL_PKEY_PARAM_RSA_N, modulus);
  OSSL_PARAM_BLD_push_BN(parts, OSSL_PKEY_PARAM_RSA_E, exponent);
  OSSL_PARAM* parameters = OSSL_PARAM_BLD_to_param(parts);
  EVP_PKEY_CTX* maker = EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr);
  EVP_PKEY* made = nullptr;
  EVP_PKEY_fromdata_init(maker);
  REQUIRE(EVP_PKEY_fromdata(maker, &made, EVP_PKEY_PUBLIC_KEY, parameters) == 1);
  const std::unique_ptr<evp_pkey_st, Free> key(made);
  EVP_PKEY_CTX_free(maker);
  OSSL_PARAM_free(parameters);
  OSSL_PARAM_BLD_free(parts);
  BN_free(modulus);
  BN_free(exponent);
  CertificateSpec spec;
  spec.authority = true;
  const std::unique_ptr<x509_st, Free> certificate(
      new_certificate(spec, key.get(), certificate_.get(), key_.get()));
  return pem_of(certificate.get());
}

std::string Authority::revocations(const Certified* revoked) const {
  X509_CRL* list = X509_CRL_new();
  X509_CRL_set_version(list, X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(list, X509_get_subject_name(certificate_.get()));
  ASN1_TIME* now = X509_gmtime_adj(nullptr, -60);
  ASN1_TIME* next = X509_gmtime_adj(nullptr, 3600);
  X509_CRL_set1_lastUpdate(list, now);
  X509_CRL_set1_nextUpdate(list, next);
  if (revoked != nullptr) {
    const std::string& text = revoked->certificate;
    const std::unique_ptr<BIO, FreeBio> in(
        BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    X509* certificate = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr);
    X509_REVOKED* entry = X509_REVOKED_new();
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificate));
    X509_REVOKED_set_revocationDate(entry, now);
    X509_CRL_add0_revoked(list, entry);
    X509_free(certificate);
  }
  X509_CRL_sign(list, key_.get(), EVP_sha256());
  std::string text = printed([&](BIO* out) { PEM_write_bio_X509_CRL(out, list); });
  ASN1_TIME_free(now);
  ASN1_TIME_free(next);
  X509_CRL_free(list);
  return text;
}

std::string Authority::pem() const {
  return pem_of(certificate_.get());
}

const Authority& the_authority() {
  static const Authority authority;
  return authority;
}

const Certified& the_certificate() {
  static const Certified certificate = the_authority().issue();
  return certificate;
}

TlsFixture::~TlsFixture() {
  CHECK(ERR_peek_error() == 0);
}

TlsServerOptions server_options() {
  TlsServerOptions options;
  options.certificates.push_back(the_certificate().pair());
  return options;
}

TlsClientOptions client_options() {
  TlsClientOptions options;
  options.authorities = the_authority().trust();
  return options;
}

TlsServerContext a_server(TlsServerOptions options) {
  return TlsServerContext::create(std::move(options)).value();
}

TlsClientContext a_client(TlsClientOptions options) {
  return TlsClientContext::create(std::move(options)).value();
}

DuplexOptions steady() {
  DuplexOptions options;
  for (DuplexScript* script : {&options.first, &options.second}) {
    script->usual_read.at_most = 1024 * 1024;
    script->usual_write.at_most = 1024 * 1024;
  }
  return options;
}

Handshake shake_hands(Fixture& t,
                      Pair pair,
                      const TlsClientContext& client,
                      const TlsServerContext& server,
                      std::string_view host,
                      TlsConnectOptions options) {
  auto accepting = tls_accept(std::move(pair.theirs), server);
  auto connecting = tls_connect(std::move(pair.ours), client, host, std::move(options));
  Result<TlsStream> connected = t.get(std::move(connecting));
  t.run_until_idle();
  if (connected && !accepting.ready()) t.advance(std::chrono::seconds(2));  // it was refused
  return {std::move(connected), t.get(std::move(accepting))};
}

Handshake shake_hands(Fixture& t,
                      const TlsClientContext& client,
                      const TlsServerContext& server,
                      std::string_view host) {
  auto [ours, theirs] = duplex(t.loop, steady());
  return shake_hands(t, {std::move(ours), std::move(theirs)}, client, server, host);
}

TlsPair a_tls_pair(Fixture& t, DuplexOptions below) {
  auto [ours, theirs] = duplex(t.loop, std::move(below));
  Handshake done = shake_hands(t, {std::move(ours), std::move(theirs)}, a_client(), a_server());
  return {std::move(done.client).value(), std::move(done.server).value()};
}

TlsPair a_tls_pair(Fixture& t, const TlsClientContext& client, const TlsServerContext& server) {
  Handshake done = shake_hands(t, client, server);
  return {std::move(done.client).value(), std::move(done.server).value()};
}

}  // namespace eddy::testing
