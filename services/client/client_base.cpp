// SPDX-License-Identifier: MIT
#include <eddy/services/client_base.hpp>

#include <eddy/base/log.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/core/task_group.hpp>

#include <exception>
#include <tuple>
#include <utility>

#include "parting.hpp"
#include "reconnect_plan.hpp"

namespace eddy {

ClientBase::ClientBase(Env& env, Settings settings)
    : Service(env),
      settings_(std::move(settings)),
      plan_(std::make_unique<detail::ReconnectPlan>(settings_.reconnect)) {}

ClientBase::~ClientBase() {
  hang_up();
  close();
}

bool ClientBase::retry(const Error& error) const {
  return error == retryable;
}

void ClientBase::begin() {
  if (settings_.statistics != nullptr) {
    registration_ = settings_.statistics->add(std::string(name()), statistic_);
  }
  Future<void> life = repeat(loop(), [this] { return round(); });
  std::ignore = tasks().spawn("connection to " + settings_.server,
                              std::move(life).complete([this](Result<void>&& how) { ended(how); }));
}

/// One attempt, and what comes of it.
Future<Next> ClientBase::round() {
  enter(ClientState::connecting);
  ++statistic_.attempts;
  return open(std::exchange(again_, true))
      .then([this](Stream stream) { return serve(std::move(stream)); })
      .then([this] { return handler_done(); })
      .or_else([this](const Error& error) { return went_wrong(error); })
      .then([this](Next next) { return next == Next::done ? ready_future(next) : pause(); });
}

Future<void> ClientBase::serve(Stream stream) {
  stream_ = std::move(stream);
  connected_at_ = loop().now();
  ++statistic_.connections;
  statistic_.connected.set(1);
  log::info("client is connected", {{"service", name()}, {"server", settings_.server}});
  enter(ClientState::connected);
  return call_handler()
      .then([this] { return detail::part(loop(), stream_, settings_.linger); })
      .or_else(Errc::canceled,
               [this](Error error) -> Result<void> {
                 if (stopping_) return error;
                 // Not ours: some work inside of the handler was cancelled.
                 return Error(Errc::closed, "on_connection() was canceled");
               })
      .finally([this] { hang_up(); });
}

/// What on_connection() gives, or why it gives nothing.
Future<void> ClientBase::call_handler() {
  try {
    Future<void> work = on_connection(stream_);
    if (work.valid()) return work;
    return failed_future<void>(Error(make_error_code(Errc::invalid), "an empty future"));
  } catch (...) {
    return failed_future<void>(Error(std::current_exception()));
  }
}

void ClientBase::hang_up() noexcept {
  if (statistic_.connected.value() == 0) return;
  stream_.close();
  statistic_.bytes_received += stream_.statistic().bytes_in;
  statistic_.bytes_sent += stream_.statistic().bytes_out;
  stream_ = {};
  statistic_.connected.set(0);
}

Next ClientBase::handler_done() {
  plan_->connection_lasted(loop().now() - connected_at_);
  plan_->succeeded();
  return settings_.after == After::finish ? Next::done : Next::again;
}

/// Gives the error if that is the end.
Result<Next> ClientBase::went_wrong(const Error& error) {
  const bool was_connected = state() == ClientState::connected;
  if (was_connected) {
    plan_->connection_lasted(loop().now() - connected_at_);
    if (!(error == peer_gone)) ++statistic_.failed;
    if (settings_.after == After::finish) return error;
  } else {
    ++statistic_.failed_attempts;
  }
  if (!retry(error)) return error;
  if (!plan_->failed()) {
    return error.with("gave up after " + std::to_string(plan_->failures()) + " failures in a row");
  }
  log::warning("client failed, and will try again",
               {{"service", name()}, {"server", settings_.server}, {"error", error}});
  return Next::again;
}

Future<Next> ClientBase::pause() {
  enter(ClientState::backoff);
  const Duration length = plan_->next_pause();
  log::info("client waits before it connects again",
            {{"service", name()}, {"server", settings_.server}, {"pause", length}});
  return loop().sleep(length, Next::again);
}

void ClientBase::ended(const Result<void>& how) {
  close();
  if (how) {
    finish();
  } else if (!stopping_) {
    log::error("client is over",
               {{"service", name()}, {"server", settings_.server}, {"error", how.error()}});
    fail(how.error());
  }
}

Future<void> ClientBase::stop(StopReason why) {
  stopping_ = true;
  return Service::stop(std::move(why)).finally([this] { close(); });
}

Future<void> ClientBase::connected(Site site) {
  if (state() == ClientState::connected) return ready_future(site);
  if (state() == ClientState::closed) return failed_future<void>(closed_error(), site);
  // When the event dies we may have, too.
  return arrival_.wait(site).or_else(
      Errc::closed, [closed = closed_error()](auto&&) { return Result<void>(closed); });
}

Error ClientBase::closed_error() const {
  return {Errc::closed, "client of " + settings_.server};
}

void ClientBase::enter(ClientState state) {
  states_.set(state);
  if (state != ClientState::connected) return;
  arrival_.set();
  arrival_.clear();  // the next one is for those who come later
}

void ClientBase::close() {
  states_.set(ClientState::closed);
  states_.close();
  arrival_ = {};
}

}  // namespace eddy
