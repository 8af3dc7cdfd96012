// SPDX-License-Identifier: MIT
#include <eddy/services/server_base.hpp>

#include <eddy/core/loop.hpp>

#include <algorithm>
#include <string>
#include <utility>

#include "parting.hpp"

namespace eddy {

/// A client, counted by its server from when it was accepted. Its server's task group owns it.
class ServerBase::Place {
 public:
  explicit Place(ServerBase& server) : server_(&server), watch_(server.presence_) {
    ++server.open_;
    ++server.statistic_.clients;
    ++server.statistic_.open;
    server.check_room();
  }
  Place(Place&& other) noexcept
      : server_(std::exchange(other.server_, nullptr)), watch_(std::move(other.watch_)) {}
  Place& operator=(Place&&) = delete;
  ~Place() {
    if (server_ == nullptr || watch_.over()) return;
    --server_->open_;
    --server_->statistic_.open;
    server_->check_room();
  }

 private:
  ServerBase* server_;
  detail::Presence::Watch watch_;  // this may die after the server
};

ServerBase::ServerBase(Env& env, Settings settings)
    : Service(env),
      settings_(std::move(settings)),
      clients_(std::make_unique<TaskGroup>(
          env.loop(),
          [this](const Task& task, const Error& error) { client_failed(task, error); })) {}

ServerBase::~ServerBase() = default;

void ServerBase::drop_clients() noexcept {
  clients_ = nullptr;
}

Future<void> ServerBase::start() {
  auto listener = Listener::bind(loop(), settings_.listen, settings_.bind);
  if (!listener) return failed_future<void>(std::move(listener).error());
  listener_ = *std::move(listener);
  listener_.start([this](TcpStream stream) { accept(std::move(stream)); });
  if (settings_.statistics != nullptr) {
    registration_ = settings_.statistics->add(std::string(name()), statistic_);
  }
  log::info(settings_.listens, {{"service", name()}, {"address", bound_address()}});
  return ready_future();
}

void ServerBase::accept(TcpStream stream) {
  std::string task = "client " + stream.peer().to_string();
  Place place(*this);
  const detail::Presence::Watch watch(presence_);
  Future<void> work = serve(std::move(stream));
  if (watch.over()) return;
  clients_->spawn(std::move(task), std::move(work).attach(std::move(place)));
}

void ServerBase::check_room() noexcept {
  const bool full = open_ >= settings_.max_connections;
  if (full && !full_) {
    ++statistic_.reached_connection_limit;
    newcomers_wait("server is full, newcomers have to wait",
                   open_,
                   "raise max_connections and the limit of open files, or set idle_limit");
  }
  full_ = full;
  const bool pause = full_ || resting_;
  if (pause == paused_) return;
  paused_ = pause;
  pause ? listener_.pause() : listener_.resume();
}

void ServerBase::newcomers_wait(log::Message why,
                                std::size_t count,
                                std::string_view cure) noexcept {
  const auto others = complaints_.admit(loop().now());
  if (!others) return;
  log::warning(
      why, {{"service", name()}, {"count", count}, {"cure", cure}, {"others_unlogged", *others}});
}

void ServerBase::set_resting(bool resting) noexcept {
  resting_ = resting;
  check_room();
}

Future<void> ServerBase::part(Stream& stream) {
  return detail::part(loop(), stream, settings_.linger);
}

void ServerBase::client_failed(const Task& task, const Error& error) {
  if (error == peer_gone) return;
  if (error == Errc::timed_out) {
    ++statistic_.timed_out;
    return;
  }
  ++statistic_.failed;
  const auto others = failures_.admit(loop().now());
  if (!others) return;
  log::error(
      settings_.client_failed,
      {{"service", name()}, {"task", task.name()}, {"error", error}, {"others_unlogged", *others}});
}

Future<void> ServerBase::stop(StopReason why) {
  const Duration grace = env().stop_grace() / 10 * 9;
  const Duration drain = std::min(settings_.drain, grace);
  const detail::Presence::Watch watch(presence_);
  if (drain > Duration::zero()) listener_.finish();
  if (watch.over()) return ready_future();  // by one of the handlers
  listener_.close();
  Future<void> drained = drain > Duration::zero() ? clients_->empty().timeout(drain).or_else(
                                                        Errc::timed_out, [](Error&&) {})
                                                  : ready_future();
  return std::move(drained)
      .then([this, rest = grace - drain] { return clients_->stop(rest); })
      .then([this, why = std::move(why)]() mutable { return Service::stop(std::move(why)); });
}

Address ServerBase::bound_address() const noexcept {
  return listener_.local();
}

}  // namespace eddy
