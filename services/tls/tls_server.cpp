// SPDX-License-Identifier: MIT
#include <eddy/services/tls_server.hpp>

#include <eddy/base/log.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/io/tls.hpp>
#include <eddy/io/tls_load.hpp>

#include <algorithm>
#include <tuple>
#include <utility>

#include "certificate_watch.hpp"
#include "server/converse.hpp"
#include "tls_complaints.hpp"

namespace eddy {
/// A handshake under way, counted by its server.
class TlsServer::Handshake {
 public:
  explicit Handshake(TlsServer& server) noexcept : server_(&server), watch_(server.presence_) {
    ++server.tls_statistic_.handshaking;
    server.check_handshakes();
  }
  Handshake(Handshake&& other) noexcept
      : server_(std::exchange(other.server_, nullptr)), watch_(std::move(other.watch_)) {}
  Handshake& operator=(Handshake&&) = delete;
  ~Handshake() {
    if (server_ == nullptr || watch_.over()) return;
    --server_->tls_statistic_.handshaking;
    server_->check_handshakes();
  }

 private:
  TlsServer* server_;
  detail::Presence::Watch watch_;  // this may die after the server
};

std::vector<std::string> TlsServer::Config::validate() const {
  std::vector<std::string> complaints = complaints_of(*this);
  if (max_handshakes == 0) complaints.emplace_back("max_handshakes must be more than zero");
  for (std::string& complaint : detail::complaints_of(*tls))
    complaints.push_back(std::move(complaint));
  return complaints;
}

TlsServer::TlsServer(Env& env, Config config)
    : ServerBase(env, Settings(config, "tls server listens", "tls client failed")),
      config_(std::move(config)) {}

TlsServer::~TlsServer() {
  drop_clients();  // their handshakes are counted here
}

// Start and stop.

Future<void> TlsServer::start() {
  // Before the files are read, or a change after that might not be seen.
  if (auto watched = watch(); !watched) return failed_future<void>(std::move(watched).error());
  return reloading_.lock()
      .then([this](Mutex::Guard turn) { return load().attach(std::move(turn)); })
      .then([this] { return listen(); });
}

Future<void> TlsServer::load() {
  return load_tls_server(loop(), config_.tls).then([this](TlsServerContext context) {
    context_.emplace(std::move(context));
  });
}

Future<void> TlsServer::listen() {
  if (config_.statistics != nullptr) {
    tls_registration_ = config_.statistics->add(std::string(name()) + " tls", tls_statistic_);
  }
  return ServerBase::start();
}

Result<void> TlsServer::watch() {
  watch_ =
      std::make_unique<detail::CertificateWatch>(loop(), [this] { return reload_by_itself(); });
  if (config_.reload_on_hangup) {
    if (auto watched = watch_->on_hangup(); !watched) return watched;
  }
  if (!config_.reload_on_change) return {};
  return watch_->on_change(detail::files_of(config_.tls));
}

Future<void> TlsServer::stop(StopReason why) {
  watch_ = nullptr;
  return ServerBase::stop(std::move(why));
}

// Handshakes.

Future<void> TlsServer::serve(TcpStream stream) {
  const Address peer = stream.peer();
  return tls_accept(std::move(stream), *context_)
      .attach(Handshake(*this))
      .then([](TlsStream client) { return std::optional(std::move(client)); })
      .or_else([this, peer](const Error& error) {
        handshake_failed(peer, error);
        return std::optional<TlsStream>();
      })
      .then([this](std::optional<TlsStream> client) {
        if (!client) return ready_future();
        ++tls_statistic_.handshakes;
        return converse(*std::move(client), [this](TlsStream& each) { return on_client(each); });
      });
}

void TlsServer::handshake_failed(const Address& peer, const Error& error) {
  ++(error == Errc::timed_out ? tls_statistic_.timed_out : tls_statistic_.failed_handshakes);
  const auto others = complaints_.admit(loop().now());
  if (!others) return;
  log::warning(
      "tls handshake failed",
      {{"service", name()}, {"peer", peer}, {"error", error}, {"others_unlogged", *others}});
}

void TlsServer::check_handshakes() noexcept {
  const auto now = static_cast<std::size_t>(tls_statistic_.handshaking.value());
  const bool at_limit = now >= config_.max_handshakes;
  if (at_limit == at_limit_) return;
  at_limit_ = at_limit;
  if (at_limit) {
    ++tls_statistic_.reached_handshake_limit;
    newcomers_wait("server has too many handshakes, newcomers have to wait",
                   now,
                   "raise max_handshakes, or lower the limit of a handshake");
  }
  set_resting(at_limit);
}

// Reloads.

/// The work is one of the service's tasks, for whoever waits for it may outlive the service.
Future<void> TlsServer::reload() {
  Promise<void> promise(loop());
  Future<void> told = promise.future();
  Future<void> work =
      reloading_.lock().then([this, promise = std::move(promise)](Mutex::Guard turn) mutable {
        return reload_for(std::move(promise)).attach(std::move(turn));
      });
  std::ignore = tasks().spawn("reload of certificates", std::move(work));
  return told;
}

Future<void> TlsServer::reload_for(Promise<void> asker) {
  if (!asker.wanted()) return ready_future();
  return replace_context().complete([asker = std::move(asker)](Result<void>&& how) mutable {
    std::move(asker).set(std::move(how));
  });
}

Future<void> TlsServer::replace_context() {
  if (!context_) {
    return failed_future<void>(Error(make_error_code(Errc::invalid), "reload before the start"));
  }
  return reload_tls_server(loop(), *context_)
      .then([this](TlsServerContext fresh) {
        context_.emplace(std::move(fresh));
        ++tls_statistic_.reloads;
        reload_complaint_.clear();
        log::info("tls server has reloaded its certificates", {{"service", name()}});
      })
      .or_else([this](Error error) -> Result<void> {
        ++tls_statistic_.failed_reloads;
        return error;
      });
}

/// One that nobody waits for, so that the log has to tell how it went.
Future<void> TlsServer::reload_by_itself() {
  return reload().or_else([this](const Error& error) { reload_failed(error); });
}

void TlsServer::reload_failed(const Error& error) {
  std::string complaint = error.message();
  if (complaint == reload_complaint_) return;
  reload_complaint_ = std::move(complaint);
  log::error("tls server keeps its old certificates, for the new ones are wrong",
             {{"service", name()}, {"error", error}});
}

}  // namespace eddy
