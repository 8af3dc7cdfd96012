// SPDX-License-Identifier: MIT
#include <eddy/base/log.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/services/tcp_server.hpp>

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>

#include "parting.hpp"

namespace eddy {

/// A stream, counted by its server. Its server's task group owns it.
class TcpServer::Client {
 public:
  Client(TcpServer& server, TcpStream stream) : stream_(std::move(stream)), server_(server) {
    ++server_.open_;
    ++server_.statistic_.clients;
    ++server_.statistic_.open;
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() {
    stream_.close();
    server_.statistic_.bytes_received += stream_.statistic().bytes_in;
    server_.statistic_.bytes_sent += stream_.statistic().bytes_out;
    --server_.open_;
    --server_.statistic_.open;
    server_.check_room();
  }

  /// What on_client() gives, or why it gives nothing.
  Future<void> run() {
    try {
      Future<void> work = server_.on_client(stream_);
      if (work.valid()) return work;
      return failed_future<void>(Error(make_error_code(Errc::invalid), "an empty future"));
    } catch (...) {
      return failed_future<void>(Error(std::current_exception()));
    }
  }
  Future<void> part(Duration linger) { return detail::part(server_.loop(), stream_, linger); }

 private:
  TcpStream stream_;
  TcpServer& server_;
};

std::vector<std::string> TcpServer::Config::validate() const {
  std::vector<std::string> complaints;
  if (!*listen) complaints.emplace_back("listen is no address");
  if (max_connections == 0) complaints.emplace_back("max_connections must be more than zero");
  if (linger < Duration::zero()) complaints.emplace_back("linger must not be negative");
  if (drain < Duration::zero()) complaints.emplace_back("drain must not be negative");
  return complaints;
}

TcpServer::TcpServer(Env& env, Config config)
    : Service(env),
      config_(config),
      clients_(env.loop(),
               [this](const Task& task, const Error& error) { client_failed(task, error); }) {}

TcpServer::~TcpServer() = default;

Future<void> TcpServer::start() {
  auto listener = Listener::bind(loop(), *config_.listen, config_.bind);
  if (!listener) return failed_future<void>(std::move(listener).error());
  listener_ = *std::move(listener);
  listener_.start([this](TcpStream stream) { serve(std::move(stream)); });
  if (config_.statistics != nullptr) {
    registration_ = config_.statistics->add(std::string(name()), statistic_);
  }
  log::info("tcp server listens", {{"service", name()}, {"address", bound_address()}});
  return ready_future();
}

void TcpServer::serve(TcpStream stream) {
  std::string task = "client " + stream.peer().to_string();
  stream.set_idle_limit(config_.idle_limit);
  stream.set_write_limit(config_.write_limit);
  auto client = std::make_unique<Client>(*this, std::move(stream));
  Client* const served = client.get();
  check_room();
  Future<void> work =
      served->run().then([served, linger = config_.linger] { return served->part(linger); });
  clients_.spawn(std::move(task), std::move(work).attach(std::move(client)));
}

void TcpServer::check_room() noexcept {
  const bool full = open_ >= config_.max_connections;
  if (full == full_) return;
  full_ = full;
  if (full) {
    ++statistic_.reached_connection_limit;
    listener_.pause();
  } else {
    listener_.resume();
  }
}

void TcpServer::client_failed(const Task& task, const Error& error) {
  if (error == peer_gone) return;
  if (error == Errc::timed_out) {
    ++statistic_.timed_out;
    return;
  }
  ++statistic_.failed;
  log::error("tcp client failed", {{"service", name()}, {"task", task.name()}, {"error", error}});
}

Future<void> TcpServer::stop(StopReason why) {
  const Duration grace = env().stop_grace() / 10 * 9;
  const Duration drain = std::min(config_.drain, grace);
  if (drain > Duration::zero()) listener_.finish();
  listener_.close();
  Future<void> drained = drain > Duration::zero() ? clients_.empty().timeout(drain).or_else(
                                                        Errc::timed_out, [](Error&&) {})
                                                  : ready_future();
  return std::move(drained)
      .then([this, rest = grace - drain] { return clients_.stop(rest); })
      .then([this, why = std::move(why)]() mutable { return Service::stop(std::move(why)); });
}

Address TcpServer::bound_address() const noexcept {
  return listener_.local();
}

}  // namespace eddy
