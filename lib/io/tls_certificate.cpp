// SPDX-License-Identifier: MIT
#include "io/tls_certificate.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <chrono>
#include <ctime>

namespace eddy::detail {
namespace {

/// Runs `print` with a BIO and gives what it has written there.
template <class Print>
std::string printed(Print print) {
  const TlsOwned<BIO> out(BIO_new(BIO_s_mem()));
  if (out == nullptr) return {};
  print(out.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

std::string text_of(const X509_NAME* name) {
  // As RFC 2253 has it, but for UTF-8, which stays readable.
  constexpr unsigned long style =
      XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  return printed([name](BIO* out) { X509_NAME_print_ex(out, name, 0, style); });
}

std::string hex(const unsigned char* octets, std::size_t count) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += digits[octets[i] >> 4U];
    text += digits[octets[i] & 0xFU];
  }
  return text;
}

/// The nearest time that a WallTime can tell. RFC 5280 writes the year 9999 for "no end".
WallTime time_of(const ASN1_TIME* time) noexcept {
  using std::chrono::seconds;
  constexpr auto first = std::chrono::duration_cast<seconds>(WallTime::min().time_since_epoch());
  constexpr auto last = std::chrono::duration_cast<seconds>(WallTime::max().time_since_epoch());
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  const seconds told(timegm(&parts));
  if (told < first) return WallTime::min();
  return told > last ? WallTime::max() : WallTime(told);
}

std::string text_of(const ASN1_STRING* string) {
  const auto* data = reinterpret_cast<const char*>(ASN1_STRING_get0_data(string));
  return std::string(data, static_cast<std::size_t>(ASN1_STRING_length(string)));
}

std::string address_of(const ASN1_STRING* string) {
  char text[INET6_ADDRSTRLEN] = "";
  const int family = ASN1_STRING_length(string) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(string) != 16) return {};
  inet_ntop(family, ASN1_STRING_get0_data(string), text, sizeof text);
  return text;
}

TlsOwned<GENERAL_NAMES> names_of(const X509& certificate) noexcept {
  return TlsOwned<GENERAL_NAMES>(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
}

/// Calls `visit` with the type and the value of each name.
template <class Visit>
void for_each_name(const X509& certificate, Visit visit) {
  const TlsOwned<GENERAL_NAMES> names = names_of(certificate);
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type);
    const bool text = type == GEN_DNS || type == GEN_EMAIL || type == GEN_URI || type == GEN_IPADD;
    if (text) visit(type, static_cast<const ASN1_STRING*>(value));
  }
}

void add_name(TlsCertificate& description, int type, const ASN1_STRING* value) {
  if (type == GEN_DNS) description.dns_names.push_back(text_of(value));
  if (type == GEN_EMAIL) description.emails.push_back(text_of(value));
  if (type == GEN_URI) description.uris.push_back(text_of(value));
  if (type == GEN_IPADD) description.addresses.push_back(address_of(value));
}

}  // namespace

TlsCertificate describe(X509& certificate) {
  TlsCertificate description;
  description.subject = text_of(X509_get_subject_name(&certificate));
  description.issuer = text_of(X509_get_issuer_name(&certificate));
  const ASN1_INTEGER* serial = X509_get0_serialNumber(&certificate);
  description.serial =
      hex(ASN1_STRING_get0_data(serial), static_cast<std::size_t>(ASN1_STRING_length(serial)));
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  X509_digest(&certificate, EVP_sha256(), digest, &size);
  description.fingerprint = hex(digest, size);
  description.not_before = time_of(X509_get0_notBefore(&certificate));
  description.not_after = time_of(X509_get0_notAfter(&certificate));
  for_each_name(certificate, [&description](int type, const ASN1_STRING* value) {
    add_name(description, type, value);
  });
  return description;
}

std::vector<std::string> host_names(X509& certificate) {
  std::vector<std::string> names;
  for_each_name(certificate, [&names](int type, const ASN1_STRING* value) {
    if (type != GEN_DNS) return;
    std::string& name = names.emplace_back(text_of(value));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
      return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    });
  });
  return names;
}

unsigned rsa_bits_of(const EVP_PKEY& key) noexcept {
  const int kind = EVP_PKEY_get_base_id(&key);
  const bool rsa = kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS;
  return rsa ? static_cast<unsigned>(EVP_PKEY_get_bits(&key)) : 0;
}

std::string subject_of(const X509& certificate) {
  return text_of(X509_get_subject_name(&certificate));
}

}  // namespace eddy::detail
