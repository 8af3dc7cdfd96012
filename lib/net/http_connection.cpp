// SPDX-License-Identifier: MIT
#include "http_connection.hpp"

#include <algorithm>
#include <utility>

#include "server_impl.hpp"

namespace eddy::http::detail {

HttpConnection::HttpConnection(ServerImpl& server, Stream&& stream, const Address& peer)
    : server_(server),
      stream_(std::move(stream)),
      parser_(server.options.limits.sizes),
      peer_(peer),
      limit_(*this) {
  server_.retain();
  server_.enter(*this);
}

HttpConnection::~HttpConnection() {
  server_.release();
}

void HttpConnection::start() {
  const Busy busy(*this);
  first_due_ = later(server_.now(), server_.options.limits.first_head);
  stream_.set_write_limit(server_.options.limits.write_stall);
  stream_.start(*this);
  settle();
}

void HttpConnection::begin() noexcept {
  if (busy_++ == 0) server_.forget_time();
}

void HttpConnection::unhold() noexcept {
  if (--busy_ == 0 && dead_) delete this;
}

void HttpConnection::finish() noexcept {
  const Busy busy(*this);
  settle();
}

void HttpConnection::kill() noexcept {
  const Busy busy(*this);
  die(Ending::reset);
}

void HttpConnection::on_end() noexcept {
  const Busy busy(*this);
  if (dead_) return;
  peer_ended_ = true;
  const bool drop = server_.options.on_half_close == OnHalfClose::drop;
  if (drop || (closing_ && shut_down_)) return die(Ending::close);
  settle();
}

void HttpConnection::on_error(const Error& error) noexcept {
  const Busy busy(*this);
  if (error == Errc::timed_out) ++server_.statistic.timed_out;
  die(Ending::close);
}

void HttpConnection::on_drained() noexcept {
  const Busy busy(*this);
  if (dead_ || closing_) return;
  if (!exchanges_.empty()) exchanges_.front().out.release_writers();
  pump_input();
  settle();
}

// Ends everything; the object goes when its last Busy does. User code may run in here: destructors
// of what the handlers hold.
void HttpConnection::die(Ending ending) noexcept {
  EDDY_ASSERT(busy_ != 0, "a connection ends inside of one of its own functions");
  if (std::exchange(dead_, true)) return;
  limit_.cancel();
  if (ending == Ending::reset) {
    stream_.reset();
  } else {
    stream_.close();
  }
  server_.leave(*this, stream_.statistic());
  reading_ = Reading::nothing;
  incoming_.reset();
  later_ = {};
  shutdown_ = {};
  drop_exchanges();
}

void HttpConnection::drop_exchanges() noexcept {
  while (!exchanges_.empty()) {
    --queued_;
    --server_.statistic.running;
    if (exchanges_.front().work.valid()) ++server_.statistic.dropped;
    exchanges_.front().detach(gone());
  }
}

// Nothing more will be sent: close, after a half-close where octets may be on their way either way.
// A client that did not ask for the end may just have sent a request, on which a mere close is a
// reset.
void HttpConnection::begin_close() noexcept {
  if (std::exchange(closing_, true)) return;
  reading_ = Reading::nothing;
  linger_ = linger_ || more_;
  input_ = Buffer();
  incoming_.reset();
  drop_exchanges();
  if (dead_) return;
  const bool asked_for = last_request_ && !linger_;
  if ((peer_ended_ || asked_for) && stream_.flush()) return die(Ending::close);
  limit_.cancel();
  wait_ = Wait::none;
  // A failure comes through on_error() as well.
  shutdown_ = stream_.shutdown().complete([this](Result<void>&& /*sent*/) { on_shut_down(); });
}

void HttpConnection::on_shut_down() noexcept {
  const Busy busy(*this);
  if (dead_) return;
  shut_down_ = true;
  if (peer_ended_ || !linger_) return die(Ending::close);
  settle();
}

bool HttpConnection::idle() const noexcept {
  return reading_ == Reading::head && queued_ == 0 && input_.empty();
}

// Whether octets should come at all, be it only to notice that the client has gone.
inline bool HttpConnection::wants_octets() const noexcept {
  if (closing_ || may_read()) return true;
  return reading_ == Reading::nothing && passed_over_ <= server_.options.limits.sizes.max_drained;
}

// After any event: decides whether the connection goes on, reads, and for how long it waits.
void HttpConnection::settle() noexcept {
  server_.forget_time();  // handlers may have taken long
  if (dead_) return;
  more_ = !input_.empty();
  if (!closing_ && peer_ended_ && may_read()) end_of_input();
  const bool over = reading_ == Reading::nothing || (idle() && server_.dismisses(idle_since_));
  if (!closing_ && !dead_ && over && queued_ == 0) begin_close();
  if (dead_) return;
  const bool pause = !wants_octets();
  if (pause != paused_) {
    paused_ = pause;
    if (pause) {
      stream_.pause();
    } else {
      stream_.resume();
    }
  }
  update_limit();
}

// The client will not send what is missing of the request that is being read.
void HttpConnection::end_of_input() noexcept {
  reading_ = Reading::nothing;
  input_ = Buffer();
  const std::unique_ptr<Incoming> cut = std::move(incoming_);
  if (cut == nullptr || cut->exchange == nullptr) return;
  Exchange& exchange = *cut->exchange;
  if (exchange.connection == nullptr) return;
  if (exchange.out.head_sent()) return die(Ending::reset);
  ++server_.statistic.dropped;
  pop(exchange);
}

// Goes on reading in a turn of its own: whoever calls this has user code on the stack.
void HttpConnection::run_later() {
  if (later_.valid() && !later_.ready()) return;
  later_ = ready_future().then([this] {
    const Busy busy(*this);
    if (dead_) return;
    pump_input();
    settle();
  });
}

inline HttpConnection::Wait HttpConnection::wanted_limit() const noexcept {
  if (closing_) return shut_down_ ? Wait::linger : Wait::none;
  switch (reading_) {
    case Reading::nothing:
      return Wait::none;
    case Reading::body:
      if (incoming_->use == BodyUse::collect) return Wait::body;
      if (incoming_->use == BodyUse::discard) return Wait::discard;
      return paused_ ? Wait::none : Wait::progress;
    case Reading::head:
      break;
  }
  if (!input_.empty()) return paused_ ? Wait::none : Wait::head;
  if (queued_ != 0) return Wait::none;
  return requests_ == 0 ? Wait::first_octet : Wait::idle;
}

inline Duration HttpConnection::duration_of(Wait wait) const noexcept {
  const ServerLimits& limits = server_.options.limits;
  switch (wait) {
    case Wait::none:
      return {};
    case Wait::first_octet:
      return limits.first_head;
    case Wait::head: {
      const bool bounded = requests_ == 0 && limits.first_head > Duration::zero();
      if (!bounded) return limits.head;
      const Duration left = std::max(first_due_ - server_.now(), Duration(1));
      return limits.head > Duration::zero() ? std::min(limits.head, left) : left;
    }
    case Wait::body:
      return limits.body;
    case Wait::progress:
      return limits.body_progress;
    case Wait::idle:
      return limits.idle;
    case Wait::discard:
    case Wait::linger:
      return limits.linger;
  }
  return {};
}

// A request more costs the limit nothing: it stays armed as it is, and on_due() asks how long the
// connection has been idle.
inline void HttpConnection::update_limit() noexcept {
  const Wait wanted = wanted_limit();
  if (wanted == Wait::idle && anew_) {
    idle_since_ = server_.now();
    anew_ = false;
  }
  if (wanted == wait_) return;
  wait_ = wanted;
  if (wanted == Wait::none) return;  // what is armed will find that nothing is awaited
  if (wanted == Wait::first_octet) idle_since_ = server_.now();
  limit_.start(server_.loop, duration_of(wanted), server_.now());
}

// What is left of the time between two requests; zero or less if it is over.
Duration HttpConnection::idle_left() const noexcept {
  return later(idle_since_, server_.options.limits.idle) - server_.loop.now();
}

void HttpConnection::on_due() noexcept {
  const Busy busy(*this);
  if (wait_ == Wait::none) return;
  if (wait_ == Wait::idle && idle_left() > Duration::zero())
    return limit_.start(server_.loop, idle_left());
  const Wait passed = std::exchange(wait_, Wait::none);
  // While its response is on the way the client is not idle; a stalled one has its own limit.
  if (passed == Wait::idle && stream_.queued() != 0) return settle();
  ++server_.statistic.timed_out;
  switch (passed) {
    case Wait::none:
      return;
    case Wait::first_octet:
    case Wait::idle:
      begin_close();
      break;
    case Wait::linger:
      return die(Ending::close);
    case Wait::head:
    case Wait::body:
    case Wait::progress:
      refuse({Status::request_timeout, "the request took too long"});
      break;
    case Wait::discard:
      linger_ = true;
      reading_ = Reading::nothing;
      incoming_.reset();
      break;
  }
  settle();
}

}  // namespace eddy::http::detail
