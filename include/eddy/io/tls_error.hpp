// SPDX-License-Identifier: MIT
//
// What goes wrong with TLS: the categories of its errors, and names for those a program may ask
// for.
//
// A failed handshake says why: `error == TlsVerify::expired`, `error == TlsAlert::unknown_ca`. What
// has no name here is still a code of one of the two categories, with OpenSSL's text.
#pragma once

#include <eddy/base/config.hpp>

#include <system_error>
#include <type_traits>

namespace eddy {

/// Why the certificate of a peer was refused. The numbers are OpenSSL's, and so are the codes that
/// have no name here.
enum class TlsVerify {
  not_yet_valid = 9,
  expired = 10,
  self_signed = 18,           ///< the peer's own certificate, which nobody here trusts
  self_signed_in_chain = 19,  ///< an authority that nobody here trusts
  unknown_issuer = 20,        ///< the issuer is neither sent nor known here
  incomplete_chain = 21,      ///< one certificate was sent, and its issuer is not known here
  chain_too_long = 22,
  revoked = 23,
  wrong_purpose = 26,  ///< such as one for clients that a server shows
  refused_by_limits = 50,
  host_mismatch = 62,
  address_mismatch = 64,  ///< the host is an address, which the certificate does not name
  key_too_small = 66,
  invalid_authority = 79,  ///< an issuer that is no authority
};

/// An alert that ended a handshake or a connection, and that the peer sent. The numbers are those
/// of RFC 8446. To be compared with an Error; what we found ourselves is no alert.
enum class TlsAlert {
  unexpected_message = 10,
  bad_record_mac = 20,
  handshake_failure = 40,
  bad_certificate = 42,
  certificate_revoked = 44,
  certificate_expired = 45,
  certificate_unknown = 46,
  illegal_parameter = 47,
  unknown_ca = 48,
  access_denied = 49,
  decode_error = 50,
  decrypt_error = 51,
  protocol_version = 70,
  insufficient_security = 71,
  internal_error = 80,
  no_renegotiation = 100,
  unrecognized_name = 112,
  certificate_required = 116,
  no_application_protocol = 120,
};

/// Codes are the first entry of OpenSSL's error queue; the rest of it is the Error's context.
EDDY_EXPORT const std::error_category& tls_category() noexcept;
/// Codes are those of X.509 verification.
EDDY_EXPORT const std::error_category& tls_verify_category() noexcept;
/// Conditions are alerts.
EDDY_EXPORT const std::error_category& tls_alert_category() noexcept;

inline std::error_code make_error_code(TlsVerify code) noexcept {
  return {static_cast<int>(code), tls_verify_category()};
}
inline std::error_condition make_error_condition(TlsAlert alert) noexcept {
  return {static_cast<int>(alert), tls_alert_category()};
}

}  // namespace eddy

template <>
struct std::is_error_code_enum<eddy::TlsVerify> : std::true_type {};
template <>
struct std::is_error_condition_enum<eddy::TlsAlert> : std::true_type {};
