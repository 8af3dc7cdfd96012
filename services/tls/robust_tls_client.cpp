// SPDX-License-Identifier: MIT
#include <eddy/services/robust_tls_client.hpp>

#include <utility>

#include "tls_opening.hpp"

namespace eddy {

std::vector<std::string> RobustTlsClient::Config::validate() const {
  return detail::tls_complaints_of(*this);
}

RobustTlsClient::RobustTlsClient(Env& env, const Config& config)
    : ClientBase(env, Settings(config, After::reconnect)),
      opening_(std::make_unique<detail::TlsOpening>(config)) {}

RobustTlsClient::~RobustTlsClient() = default;

Future<void> RobustTlsClient::start() {
  return opening_->load(loop()).then([this] { begin(); });
}

bool RobustTlsClient::retry(const Error& error) const {
  return !(error == misuse);
}

Future<Stream> RobustTlsClient::open(bool again) {
  return opening_->open(loop(), name(), again);
}

}  // namespace eddy
