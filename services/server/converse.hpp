// SPDX-License-Identifier: MIT
//
// A connection in the hands of its handler: for those who derive from ServerBase.
#pragma once

#include <eddy/services/server_base.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace eddy {

/// A stream whose octets its server counts when it is gone.
template <class AnyStream>
class ServerBase::Counted {
 public:
  Counted(ServerBase& server, AnyStream stream)
      : stream_(std::move(stream)), server_(server), watch_(server.presence_) {}
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() {
    stream_.close();
    if (watch_.over()) return;
    server_.statistic_.bytes_received += stream_.statistic().bytes_in;
    server_.statistic_.bytes_sent += stream_.statistic().bytes_out;
  }

  AnyStream& stream() noexcept { return stream_; }
  /// What the handler gives, or why it gives nothing.
  template <class Handler>
  Future<void> run(Handler& handler) {
    try {
      Future<void> work = handler(stream_);
      if (work.valid()) return work;
      return failed_future<void>(Error(make_error_code(Errc::invalid), "an empty future"));
    } catch (...) {
      return failed_future<void>(Error(std::current_exception()));
    }
  }

 private:
  AnyStream stream_;
  ServerBase& server_;
  detail::Presence::Watch watch_;  // this may die after the server
};

template <class Config>
std::vector<std::string> ServerBase::complaints_of(const Config& config) {
  std::vector<std::string> complaints;
  if (!*config.listen) complaints.emplace_back("listen is no address");
  if (config.max_connections == 0) {
    complaints.emplace_back("max_connections must be more than zero");
  }
  if (config.idle_limit < Duration::zero()) {
    complaints.emplace_back("idle_limit must not be negative");
  }
  if (config.write_limit < Duration::zero()) {
    complaints.emplace_back("write_limit must not be negative");
  }
  if (config.linger < Duration::zero()) complaints.emplace_back("linger must not be negative");
  if (config.drain < Duration::zero()) complaints.emplace_back("drain must not be negative");
  return complaints;
}

template <class AnyStream, class Handler>
Future<void> ServerBase::converse(AnyStream stream, Handler handler) {
  stream.set_idle_limit(settings_.idle_limit);
  stream.set_write_limit(settings_.write_limit);
  auto client = std::make_unique<Counted<AnyStream>>(*this, std::move(stream));
  Stream& served = client->stream();
  return client->run(handler)
      .then([this, &served] { return part(served); })
      .attach(std::move(client));
}

}  // namespace eddy
