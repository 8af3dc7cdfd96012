// SPDX-License-Identifier: MIT
#include <eddy/base/log.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/services/udp_server.hpp>

#include <algorithm>
#include <exception>
#include <system_error>
#include <tuple>
#include <utility>

namespace eddy {

using detail::Presence;

/// What the socket gives its datagrams to.
class UdpServer::Intake final : public DatagramSink {
 public:
  explicit Intake(UdpServer& server) noexcept : server_(server) {}

  void on_datagram(const DatagramView& datagram) noexcept override {
    UdpServer& server = server_;
    const Presence::Watch watch(server.presence_);
    try {
      server.take(datagram);
    } catch (...) {
      Error error(std::current_exception());
      if (!watch.over()) return server.handler_failed("arrival", error);
      std::ignore = failed_future<void>(std::move(error));  // reports it
    }
  }
  void on_error(const Error& error) noexcept override { server_.socket_failed(error); }

 private:
  UdpServer& server_;
};

/// A handler that runs, counted by its server. The server's task group owns it.
class UdpServer::Running {
 public:
  explicit Running(UdpServer& server) noexcept : server_(&server), watch_(server.presence_) {
    ++server.running_;
    ++server.statistic_.running;
  }
  Running(Running&& other) noexcept
      : server_(std::exchange(other.server_, nullptr)), watch_(std::move(other.watch_)) {}
  Running& operator=(Running&&) = delete;
  ~Running() {
    if (server_ != nullptr && !watch_.over()) server_->ended();
  }

 private:
  UdpServer* server_;
  Presence::Watch watch_;  // this may die after the server
};

std::vector<std::string> UdpServer::Config::validate() const {
  std::vector<std::string> complaints;
  if (!*listen) complaints.emplace_back("listen is no address");
  if (max_handlers == 0) complaints.emplace_back("max_handlers must be more than zero");
  if (handler_limit < Duration::zero()) {
    complaints.emplace_back("handler_limit must not be negative");
  }
  if (drain < Duration::zero()) complaints.emplace_back("drain must not be negative");
  return complaints;
}

UdpServer::UdpServer(Env& env, Config config)
    : Service(env),
      config_(std::move(config)),
      intake_(std::make_unique<Intake>(*this)),
      handlers_(env.loop(), [this](const Task& task, const Error& error) {
        handler_failed(task.name(), error);
      }) {}

UdpServer::~UdpServer() = default;

bool UdpServer::on_arrival(const DatagramView&) {
  return false;
}

Future<void> UdpServer::start() {
  auto socket = UdpSocket::bind(loop(), *config_.listen, config_.socket);
  if (!socket) return failed_future<void>(std::move(socket).error());
  socket_ = *std::move(socket);
  started_ = true;
  socket_.start(*intake_);
  if (config_.statistics != nullptr) {
    const std::string owner(name());
    registration_ = config_.statistics->add(owner, statistic_);
    socket_registration_ = config_.statistics->add(owner + " socket", socket_.statistic());
  }
  log::info("udp server listens", {{"service", name()}, {"address", bound_address()}});
  return ready_future();
}

// Datagrams.

void UdpServer::take(const DatagramView& datagram) {
  ++statistic_.datagrams;
  const Presence::Watch watch(presence_);
  if (on_arrival(datagram) || watch.over()) return;
  if (running_ < config_.max_handlers && waiting_.empty()) return serve(Datagram(datagram));
  keep(datagram);
}

void UdpServer::keep(const DatagramView& datagram) {
  const bool full = waiting_.size() >= config_.max_waiting ||
                    waiting_bytes_ + datagram.bytes.size() > config_.max_waiting_bytes;
  if (full) {
    ++statistic_.dropped;
    return;
  }
  waiting_.emplace_back(datagram);
  waiting_bytes_ += datagram.bytes.size();
  ++statistic_.waiting;
}

/// What on_datagram() gives, or why it gives nothing.
Future<void> UdpServer::handle(Datagram datagram) {
  try {
    Future<void> work = on_datagram(std::move(datagram));
    if (work.valid()) return work;
    return failed_future<void>(Error(make_error_code(Errc::invalid), "an empty future"));
  } catch (...) {
    return failed_future<void>(Error(std::current_exception()));
  }
}

void UdpServer::serve(Datagram datagram) {
  const Address peer = datagram.peer;
  const Presence::Watch watch(presence_);
  Future<void> work = handle(std::move(datagram));
  if (watch.over()) return;
  if (work.ready()) {
    const Result<void> result = detail::take_result(std::move(work));
    if (!result) handler_failed("datagram " + peer.to_string(), result.error());
    return;
  }
  if (config_.handler_limit > Duration::zero()) {
    work = std::move(work).timeout(config_.handler_limit);
  }
  handlers_.spawn("datagram " + peer.to_string(), std::move(work).attach(Running(*this)));
}

/// A handler has ended, in whatever way, maybe inside of a destructor: user code runs later.
void UdpServer::ended() noexcept {
  --running_;
  --statistic_.running;
  if (over_) return;
  if (!waiting_.empty()) {
    if (!next_.valid() || next_.ready()) next_ = ready_future().then([this] { serve_waiting(); });
  } else if (idle() && when_idle_) {
    std::move(*std::exchange(when_idle_, std::nullopt)).set_value();
  }
}

void UdpServer::serve_waiting() {
  const Presence::Watch watch(presence_);
  while (running_ < config_.max_handlers && !waiting_.empty()) {
    Datagram datagram = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= datagram.bytes.size();
    --statistic_.waiting;
    serve(std::move(datagram));
    if (watch.over()) return;
  }
  if (idle() && when_idle_) std::move(*std::exchange(when_idle_, std::nullopt)).set_value();
}

void UdpServer::handler_failed(std::string_view task, const Error& error) {
  if (error == Errc::canceled) return;
  ++(error == Errc::timed_out ? statistic_.timed_out : statistic_.failed);
  const auto others = complaints_.admit(loop().now());
  if (!others) return;
  log::error("udp handler failed",
             {{"service", name()}, {"task", task}, {"error", error}, {"others_unlogged", *others}});
}

/// Answers that did not leave at once: no handler hears of them. That a client is gone is its own
/// affair.
void UdpServer::socket_failed(const Error& error) noexcept {
  if (error == std::errc::connection_refused || error == std::errc::no_such_file_or_directory) {
    return;
  }
  const auto others = socket_complaints_.admit(loop().now());
  if (!others) return;
  log::warning("udp socket failed",
               {{"service", name()}, {"error", error}, {"others_unlogged", *others}});
}

// Answers.

Result<void> UdpServer::answer(const Address& local, const Address& peer, ByteView bytes) {
  if (!started_) return Error(make_error_code(Errc::invalid), "send before the start");
  return local ? socket_.send_from(local, peer, bytes) : socket_.send_to(peer, bytes);
}

Result<void> UdpServer::reply(const Datagram& datagram, ByteView bytes) {
  return answer(datagram.local, datagram.peer, bytes);
}

Result<void> UdpServer::reply(const DatagramView& datagram, ByteView bytes) {
  return answer(datagram.local, datagram.peer, bytes);
}

Result<void> UdpServer::send_to(const Address& peer, ByteView bytes) {
  return answer(Address(), peer, bytes);
}

// The end.

/// Resolves when all that came has been handled.
Future<void> UdpServer::drained() {
  if (idle()) return ready_future();
  return when_idle_.emplace(loop()).future();
}

// What has reached the host is handled too: its senders believe it is here, and nobody else has
// got it. It is at most what the kernel's buffer holds. What comes later finds no reader.
Future<void> UdpServer::stop(StopReason why) {
  const Duration grace = env().stop_grace() / 10 * 9;
  const Duration drain = std::min(config_.drain, grace);
  const Presence::Watch watch(presence_);
  if (drain > Duration::zero()) socket_.finish_receiving();
  if (watch.over()) return ready_future();  // by one of the handlers
  socket_.stop();
  Future<void> done = drain > Duration::zero()
                          ? drained().timeout(drain).or_else(Errc::timed_out, [](Error&&) {})
                          : ready_future();
  return std::move(done)
      .then([this, rest = grace - drain] {
        over_ = true;
        statistic_.dropped += waiting_.size();
        statistic_.waiting.set(0);
        waiting_.clear();
        return handlers_.stop(rest);
      })
      .then([this, why = std::move(why)]() mutable {
        socket_.close();
        return Service::stop(std::move(why));
      });
}

Address UdpServer::bound_address() const noexcept {
  return socket_.local();
}

}  // namespace eddy
