// SPDX-License-Identifier: MIT
#include <eddy/services/tls_client.hpp>

#include <utility>

#include "tls_opening.hpp"

namespace eddy {

std::vector<std::string> TlsClient::Config::validate() const {
  return detail::tls_complaints_of(*this);
}

TlsClient::TlsClient(Env& env, const Config& config)
    : ClientBase(env, Settings(config, After::finish)),
      opening_(std::make_unique<detail::TlsOpening>(config)) {}

TlsClient::~TlsClient() = default;

Future<void> TlsClient::start() {
  return opening_->load(loop()).then([this] {
    Future<void> up = connected();
    begin();
    return up;
  });
}

Future<Stream> TlsClient::open(bool again) {
  return opening_->open(loop(), name(), again);
}

}  // namespace eddy
