// SPDX-License-Identifier: MIT
#include "io/tls_handshake.hpp"

#include <eddy/core/detail/timeout_node.hpp>
#include <eddy/io/tls.hpp>

#include <utility>

#include "io/tls_client_state.hpp"
#include "io/tls_failure.hpp"
#include "io/tls_names.hpp"
#include "io/tls_server_state.hpp"

namespace eddy {
namespace detail {

HandshakeNode::HandshakeNode(
    LoopCore& owner, Site where, TlsBlock& block, Duration limit, std::string what)
    : Pooled(owner, where),
      TimerEntry([](TimerEntry* entry) noexcept {
        static_cast<HandshakeNode*>(entry)->finish(Error(Errc::timed_out, "handshake"));
      }),
      block_(&block),
      what_(std::move(what)) {
  const Duration own = limit > Duration::zero() ? limit : Duration::max();
  const Duration wait = clip_to_deadline(owner, own).wait;
  if (wait < Duration::max()) arm(owner, *this, wait);
}

void HandshakeNode::done() noexcept {
  disarm(*core, *this);
  settle_value(StreamBase::handle_of<TlsStream>(std::exchange(block_, nullptr)));
}

void HandshakeNode::finish(const Error& error) noexcept {
  Error told = (failure_ ? *failure_ : error).with(what_);
  stop();
  settle_error(std::move(told));
}

void HandshakeNode::linger(Error error, Duration limit) noexcept {
  failure_.emplace(std::move(error));
  const TimePoint end = later(core->loop->clock->now(), limit);
  if (!armed() || end < due) arm_at(*core, *this, end);
}

void HandshakeNode::stop() noexcept {
  disarm(*core, *this);
  if (block_ != nullptr) std::exchange(block_, nullptr)->abandon();
}

namespace {

Future<TlsStream> failed(LoopCore& core, Site site, const Error& error, const std::string& what) {
  ValueNode<TlsStream>* node = ReadyNode<TlsStream>::make(core, site, error.with(what));
  return make_future(node);
}

/// Names the host for the server, for the check of its certificate, and for later sessions.
Result<void> prepare_client(TlsBlock& block,
                            const TlsClientState& state,
                            const TlsHost& host,
                            const TlsConnectOptions& options) {
  SSL* ssl = &block.ssl();
  const std::string name = options.server_name.value_or(host.address ? "" : host.name);
  bool set = name.empty() || SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
  X509_VERIFY_PARAM* checks = SSL_get0_param(ssl);
  X509_VERIFY_PARAM_set_hostflags(
      checks, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  set = set && (host.address ? X509_VERIFY_PARAM_set1_ip_asc(checks, host.name.c_str())
                             : X509_VERIFY_PARAM_set1_host(checks, host.name.c_str(), 0)) == 1;
  if (!set) return take_tls_error();
  block.facts().session_key = host.name + ' ' + name;
  const TlsOwned<SSL_SESSION> session = state.sessions().find(block.facts().session_key);
  if (session != nullptr) SSL_set_session(ssl, session.get());
  return {};
}

/// Makes the block of a handshake, lets `prepare` make it ready, and begins.
template <class Prepare>
Future<TlsStream> shake_hands(Stream&& stream,
                              std::shared_ptr<const TlsContextState> context,
                              std::string what,
                              Site site,
                              Prepare prepare) {
  StreamBase* base = StreamBase::of_handle(stream);
  EDDY_ASSERT(base != nullptr, "TLS needs a stream");
  LoopCore& core = base->core();
  core.check_thread();
  if (!stream.open()) return failed(core, site, Errc::closed, what);
  const Duration limit = context->limits().handshake;
  auto* block = new TlsBlock(*base->impl(), std::move(stream), std::move(context), site);
  Result<void> ready = block->prepare();
  if (ready) ready = prepare(*block);
  if (!ready) {
    block->release();
    return failed(core, site, ready.error(), what);
  }
  auto* node = HandshakeNode::make(core, site, *block, limit, std::move(what));
  block->begin(*node);
  return make_future<TlsStream>(node);
}

}  // namespace
}  // namespace detail

Future<TlsStream> tls_accept(Stream stream, const TlsServerContext& context, Site site) {
  return detail::shake_hands(std::move(stream),
                             detail::TlsServerState::of(context),
                             "tls accept",
                             site,
                             [](detail::TlsBlock& block) -> Result<void> {
                               SSL_set_accept_state(&block.ssl());
                               return {};
                             });
}

Future<TlsStream> tls_connect(Stream stream,
                              const TlsClientContext& context,
                              std::string_view host,
                              TlsConnectOptions options,
                              Site site) {
  const auto state = detail::TlsClientState::of(context);
  return detail::shake_hands(std::move(stream),
                             state,
                             "tls connect " + std::string(host),
                             site,
                             [&state, &options, host](detail::TlsBlock& block) -> Result<void> {
                               SSL_set_connect_state(&block.ssl());
                               const auto parsed = detail::parse_tls_host(host);
                               if (!parsed) return parsed.error();
                               return detail::prepare_client(block, *state, *parsed, options);
                             });
}

}  // namespace eddy
