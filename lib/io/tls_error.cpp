// SPDX-License-Identifier: MIT
#include <eddy/io/tls_error.hpp>

#include <string>

#include "io/tls_failure.hpp"

namespace eddy {
namespace {

/// OpenSSL's number for an alert that came from the peer is so much above the alert's own.
constexpr int alert_base = SSL_AD_REASON_OFFSET;

class TlsCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "tls"; }
  std::string message(int code) const override {
    const char* reason = ERR_reason_error_string(static_cast<unsigned long>(code));
    return reason != nullptr ? reason : "OpenSSL error " + std::to_string(code);
  }
};

class VerifyCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "tls.verify"; }
  std::string message(int code) const override { return X509_verify_cert_error_string(code); }
};

class AlertCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "tls.alert"; }
  std::string message(int alert) const override { return SSL_alert_desc_string_long(alert); }
  bool equivalent(const std::error_code& code, int alert) const noexcept override {
    const auto packed = static_cast<unsigned long>(code.value());
    return code.category() == tls_category() && ERR_GET_LIB(packed) == ERR_LIB_SSL &&
           ERR_GET_REASON(packed) == alert_base + alert;
  }
};

constinit TlsCategory the_tls_category;
constinit VerifyCategory the_verify_category;
constinit AlertCategory the_alert_category;

static_assert(static_cast<int>(TlsVerify::expired) == X509_V_ERR_CERT_HAS_EXPIRED);
static_assert(static_cast<int>(TlsVerify::not_yet_valid) == X509_V_ERR_CERT_NOT_YET_VALID);
static_assert(static_cast<int>(TlsVerify::self_signed) == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
static_assert(static_cast<int>(TlsVerify::self_signed_in_chain) ==
              X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN);
static_assert(static_cast<int>(TlsVerify::unknown_issuer) ==
              X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
static_assert(static_cast<int>(TlsVerify::incomplete_chain) ==
              X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE);
static_assert(static_cast<int>(TlsVerify::chain_too_long) == X509_V_ERR_CERT_CHAIN_TOO_LONG);
static_assert(static_cast<int>(TlsVerify::revoked) == X509_V_ERR_CERT_REVOKED);
static_assert(static_cast<int>(TlsVerify::wrong_purpose) == X509_V_ERR_INVALID_PURPOSE);
static_assert(static_cast<int>(TlsVerify::refused_by_limits) ==
              X509_V_ERR_APPLICATION_VERIFICATION);
static_assert(static_cast<int>(TlsVerify::host_mismatch) == X509_V_ERR_HOSTNAME_MISMATCH);
static_assert(static_cast<int>(TlsVerify::address_mismatch) == X509_V_ERR_IP_ADDRESS_MISMATCH);
static_assert(static_cast<int>(TlsVerify::key_too_small) == X509_V_ERR_EE_KEY_TOO_SMALL);
static_assert(static_cast<int>(TlsVerify::invalid_authority) == X509_V_ERR_INVALID_CA);

}  // namespace

const std::error_category& tls_category() noexcept {
  return the_tls_category;
}
const std::error_category& tls_verify_category() noexcept {
  return the_verify_category;
}
const std::error_category& tls_alert_category() noexcept {
  return the_alert_category;
}

namespace detail {
namespace {

std::error_code code_of(unsigned long packed) noexcept {
  if (ERR_SYSTEM_ERROR(packed)) return {ERR_GET_REASON(packed), std::system_category()};
  return {static_cast<int>(packed), tls_category()};
}

/// Empties the queue into a line for people.
std::string rest_of_queue() {
  std::string text;
  while (const unsigned long packed = ERR_get_error()) {
    if (!text.empty()) text += ", ";
    text += code_of(packed).message();
  }
  return text;
}

}  // namespace

Error take_tls_error() {
  const unsigned long first = ERR_get_error();
  if (first == 0) return Errc::protocol;
  return Error(code_of(first), rest_of_queue());
}

bool told_by_peer(const Error& error) noexcept {
  const auto packed = static_cast<unsigned long>(error.code().value());
  return error.code().category() == tls_category() && ERR_GET_LIB(packed) == ERR_LIB_SSL &&
         ERR_GET_REASON(packed) >= alert_base;
}

Error invalid_tls(const std::string& context) {
  const std::string reasons = rest_of_queue();
  return {Errc::invalid, reasons.empty() ? context : context + ": " + reasons};
}

}  // namespace detail
}  // namespace eddy
