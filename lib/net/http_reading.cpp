// SPDX-License-Identifier: MIT
//
// The reading half of a connection: heads, bodies, and what is only passed over.
#include <utility>

#include "http_connection.hpp"
#include "server_impl.hpp"

namespace eddy::http::detail {
namespace {

// Whether the handler is called with a request that has no body, and gives its response at once.
bool needs_head_alone(const Route& route) noexcept {
  const Handler& handler = route.handler();
  return handler.form() == HandlerForm::plain && !handler.reads_body() && !route.requires_length();
}

}  // namespace

void HttpConnection::on_bytes(ByteView bytes) noexcept {
  const Busy busy(*this);
  if (dead_) return;
  server_.statistic.bytes_received += bytes.size();
  if (reading_ == Reading::nothing) {
    pass_over(bytes.size());
  } else if (!input_.empty()) {
    input_.append(bytes);
    pump_input();
  } else {
    const ByteView rest = pump(bytes);
    if (!rest.empty() && !dead_ && reading_ != Reading::nothing) input_.append(rest);
    if (!rest.empty() && reading_ == Reading::nothing) linger_ = true;
  }
  settle();
}

// Whether there is a use for the next octet of a request.
bool HttpConnection::may_read() const noexcept {
  if (dead_ || reading_ == Reading::nothing || stream_.congested()) return false;
  if (reading_ == Reading::head) return queued_ < server_.options.limits.sizes.max_pipelined;
  return incoming_->use != BodyUse::stream ||
         incoming_->exchange->in.waiting() < server_.options.limits.max_body_waiting;
}

// Uses as much of `bytes` as it can, and gives back the rest.
ByteView HttpConnection::pump(ByteView bytes) {
  while (!bytes.empty() && may_read()) {
    const std::size_t before = bytes.size();
    bytes = reading_ == Reading::head ? read_head(bytes) : read_body(bytes);
    if (bytes.size() == before) break;  // it takes more octets to go on
  }
  return bytes;
}

void HttpConnection::pump_input() {
  if (input_.empty() || !may_read()) return;
  const std::size_t left = pump(input_.view()).size();
  if (dead_) return;
  if (reading_ == Reading::nothing) {
    linger_ = linger_ || left != 0;
    input_ = Buffer();
  } else if (left == 0) {
    input_ = Buffer();  // an idle connection holds no memory
  } else if (left != input_.size()) {
    input_.consume(input_.size() - left);
  }
}

// Octets that mean nothing any more. They are bounded, too.
void HttpConnection::pass_over(std::size_t count) noexcept {
  linger_ = true;
  passed_over_ += count;
  if (closing_ && passed_over_ > server_.options.limits.sizes.max_drained) die(Ending::reset);
}

inline ByteView HttpConnection::read_head(ByteView bytes) {
  const RequestParser::Progress progress = parser_.feed(bytes, server_.heads);
  if (progress.state == RequestParser::State::need_more) return bytes;
  if (progress.state == RequestParser::State::failed) {
    refuse(progress.refusal);
    return {};
  }
  if (wait_ != Wait::idle) wait_ = Wait::none;  // the next head has a limit of its own
  anew_ = true;
  ++requests_;
  ++server_.statistic.requests;
  return begin_request(bytes.substr(0, progress.consumed), bytes.substr(progress.consumed));
}

// A head is complete: `octets` are its own, `rest` is what follows. Gives back what is left.
inline ByteView HttpConnection::begin_request(ByteView octets, ByteView rest) {
  const RequestHead& head = server_.heads.head();
  Turn turn = Turn::of(head);
  const std::uint32_t most = server_.options.limits.max_requests;
  if (most != 0 && requests_ >= most && turn.keep_alive) {
    turn.keep_alive = false;
    linger_ = true;  // the client did not ask for the end and may send more
  }
  last_request_ = !turn.keep_alive;
  more_ = !rest.empty();

  RouteMatch match;
  auto found = Router::Found::no_path;  // of "*", which is the whole server
  if (head.path.front() != '*') {
    found = server_.router.find(head.method, head.method_name, head.path, match);
  }
  if (found == Router::Found::route) {
    if (head.framing == Framing::none && needs_head_alone(*match.route)) [[likely]] {
      run_views(turn, {&head, &match, &peer_, {}, {}});
    } else {
      rest = route_request(match, turn, octets, rest);
    }
  } else {
    answer_unrouted(found, head, turn, !rest.empty());
  }
  after_request();
  return rest;
}

ByteView HttpConnection::route_request(const RouteMatch& match,
                                       Turn turn,
                                       ByteView octets,
                                       ByteView rest) {
  const RequestHead& head = server_.heads.head();
  const Route& route = *match.route;
  const bool by_length = head.framing == Framing::length;
  if (route.requires_length() && !by_length) {
    skip_body(head, rest.empty(), turn);
    respond(turn, Response(Status::length_required));
    return rest;
  }
  const bool reads_body = route.handler().reads_body();
  const std::uint64_t usual =
      reads_body ? BodyDecoder::unlimited : server_.options.limits.sizes.max_body_in_memory;
  const std::uint64_t limit = route.body_limit().value_or(usual);
  if (by_length && head.content_length > limit) {
    refuse({Status::content_too_large, "the body is too large"});
    return {};
  }
  if (reads_body) {
    stream_body({head, octets, match, peer_, {}}, turn, limit);
    return rest;
  }
  const bool whole =
      head.framing == Framing::none || (by_length && head.content_length <= rest.size());
  if (!whole) {
    collect_body({head, octets, match, peer_, {}}, turn, limit, rest.empty());
    return rest;
  }
  const auto size = static_cast<std::size_t>(by_length ? head.content_length : 0);
  const ByteView body = rest.substr(0, size);
  if (route.handler().form() == HandlerForm::plain) {
    run_views(turn, {&head, &match, &peer_, body, {}});
  } else {
    run_block(turn, RequestBlock::make(server_.pool, {head, octets, match, peer_, body}));
  }
  return rest.substr(size);
}

void HttpConnection::collect_body(const RequestBlock::Parts& parts,
                                  Turn turn,
                                  std::uint64_t limit,
                                  bool ask) {
  incoming_ =
      std::make_unique<Incoming>(parts.head, server_.options.limits.sizes, limit, BodyUse::collect);
  incoming_->turn = turn;
  incoming_->block = RequestBlock::make(server_.pool, parts);
  reading_ = Reading::body;
  if (ask) send_continue();
}

void HttpConnection::stream_body(const RequestBlock::Parts& parts, Turn turn, std::uint64_t limit) {
  Exchange& exchange = add_exchange(turn);
  exchange.retain();
  const bool empty = parts.head.framing == Framing::none ||
                     (parts.head.framing == Framing::length && parts.head.content_length == 0);
  if (empty) {
    exchange.in.finish({});
  } else {
    incoming_ = std::make_unique<Incoming>(
        parts.head, server_.options.limits.sizes, limit, BodyUse::stream);
    incoming_->attach(exchange);
    reading_ = Reading::body;
  }
  Handler& handler = parts.match.route->handler();
  RequestBlock* block = RequestBlock::make(server_.pool, parts);
  Request request(block->data(), block);
  if (handler.form() == HandlerForm::future) {
    run_future(turn, handler, std::move(request), &exchange);
  } else {
    run_stream(turn, handler, std::move(request), &exchange);
  }
  exchange.release();
}

// Tells a client that waits for it to send its body, once all earlier responses are out.
void HttpConnection::send_continue() {
  if (incoming_ == nullptr || !incoming_->wants_continue) return;
  const Exchange* reader = incoming_->exchange;
  const bool accepted = incoming_->use == BodyUse::collect ||
                        (incoming_->use == BodyUse::stream && reader->in.asked());
  const bool in_turn = queued_ == 0 || (reader != nullptr && first(*reader));
  if (!accepted || !in_turn) return;
  // After the first octet of the response it would be part of it.
  if (reader == nullptr || !reader->out.head_sent()) {
    stream_.write(continue_response);
    server_.count(Status::continue_);
  }
  if (incoming_ != nullptr) incoming_->wants_continue = false;
}

ByteView HttpConnection::read_body(ByteView bytes) {
  incoming_->wants_continue = false;  // it did not wait
  for (;;) {
    const BodyDecoder::Progress progress = incoming_->decoder.decode(bytes);
    bytes.remove_prefix(progress.consumed);
    switch (progress.state) {
      case BodyDecoder::State::need_more:
        return bytes;
      case BodyDecoder::State::failed:
        refuse(progress.refusal);
        return {};
      case BodyDecoder::State::done:
        finish_body();
        return bytes;
      case BodyDecoder::State::data:
        if (!take_body(progress.data)) return bytes;
        if (!incoming_->decoder.done() && !may_read()) return bytes;
    }
  }
}

// Puts octets where they belong; false if the body is no longer read.
bool HttpConnection::take_body(ByteView octets) {
  switch (incoming_->use) {
    case BodyUse::collect:
      incoming_->block->append_body(octets);
      return true;
    case BodyUse::stream:
      if (wait_ == Wait::progress) wait_ = Wait::none;  // there was some
      incoming_->exchange->in.push(octets);
      return true;
    case BodyUse::discard:
      incoming_->discarded += octets.size();
      if (incoming_->discarded <= server_.options.limits.sizes.max_drained) return true;
      linger_ = true;
      reading_ = Reading::nothing;
      incoming_.reset();
      return false;
  }
  return false;
}

void HttpConnection::finish_body() {
  const std::unique_ptr<Incoming> whole = std::move(incoming_);
  reading_ = Reading::head;
  wait_ = Wait::none;
  switch (whole->use) {
    case BodyUse::collect: {
      RequestBlock* block = std::exchange(whole->block, nullptr);
      block->set_trailers(whole->decoder.trailers());
      run_block(whole->turn, block);
      break;
    }
    case BodyUse::stream:
      whole->exchange->in.finish(whole->decoder.trailers());
      break;
    case BodyUse::discard:
      break;
  }
  after_request();
}

// Nobody wants the body of a request that is answered at once: it is passed over if that is cheap,
// else the connection ends with the answer.
void HttpConnection::skip_body(const RequestHead& head, bool ask, Turn& turn) {
  if (head.framing == Framing::none) return;
  const bool waits = head.expect_continue && ask;
  const bool long_body = head.framing == Framing::length &&
                         head.content_length > server_.options.limits.sizes.max_drained;
  if (waits || long_body) {
    turn.keep_alive = false;
    last_request_ = true;
    linger_ = true;
    reading_ = Reading::nothing;
    return;
  }
  incoming_ = std::make_unique<Incoming>(
      head, server_.options.limits.sizes, BodyDecoder::unlimited, BodyUse::discard);
  reading_ = Reading::body;
  if (incoming_->decoder.done()) {
    incoming_.reset();
    reading_ = Reading::head;
  }
}

void HttpConnection::after_request() noexcept {
  if (reading_ == Reading::head && last_request_) reading_ = Reading::nothing;
}

}  // namespace eddy::http::detail
