// SPDX-License-Identifier: MIT
#include "tls_complaints.hpp"

#include <eddy/io/tls_server_context.hpp>

#include <algorithm>

#include "certificate_watch.hpp"

namespace eddy::detail {
namespace {

/// RFC 7301 counts the octets of a name with one octet.
constexpr std::size_t max_protocol_name = 255;

template <class Options>
void check_common(const Options& options, std::vector<std::string>& complaints) {
  if (options.minimum > options.maximum) {
    complaints.emplace_back("tls.minimum must not be above tls.maximum");
  }
  const auto nameless = [](const std::string& name) {
    return name.empty() || name.size() > max_protocol_name;
  };
  if (std::any_of(options.alpn.begin(), options.alpn.end(), nameless)) {
    complaints.emplace_back("tls.alpn has a name that is empty or too long");
  }
  if (options.limits.handshake <= Duration::zero()) {
    complaints.emplace_back("tls.limits.handshake must be more than zero, or who stalls stays");
  }
  if (options.limits.linger < Duration::zero()) {
    complaints.emplace_back("tls.limits.linger must not be negative");
  }
}

}  // namespace

std::vector<std::string> complaints_of(const TlsServerOptions& options) {
  std::vector<std::string> complaints;
  check_common(options, complaints);
  if (options.certificates.empty()) complaints.emplace_back("tls.certificates is empty");
  const auto lacking = [](const TlsKeyPair& pair) {
    return pair.certificate.empty();
  };
  if (std::any_of(options.certificates.begin(), options.certificates.end(), lacking)) {
    complaints.emplace_back("tls.certificates has a key without a certificate");
  }
  const bool asks = options.client_certificate != ClientCertificate::none;
  if (asks && options.client_authorities.empty()) {
    complaints.emplace_back("tls.client_certificate needs tls.client_authorities");
  }
  if (!complaints.empty() || !files_of(options).empty()) return complaints;
  const auto made = TlsServerContext::create(options);
  if (!made) complaints.push_back(made.error().message());
  return complaints;
}

std::vector<std::string> complaints_of(const TlsClientOptions& options) {
  std::vector<std::string> complaints;
  check_common(options, complaints);
  if (options.certificate.certificate.empty() && !options.certificate.key.empty()) {
    complaints.emplace_back("tls.certificate has a key without a certificate");
  }
  return complaints;
}

}  // namespace eddy::detail
