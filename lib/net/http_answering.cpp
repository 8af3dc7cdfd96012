// SPDX-License-Identifier: MIT
//
// The answering half of a connection: handlers are called, responses leave in order.
#include <eddy/base/log.hpp>
#include <eddy/net/detail/http_handler.hpp>

#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "http_connection.hpp"
#include "message_writer.hpp"
#include "server_impl.hpp"

namespace eddy::http::detail {

namespace {

/// What a client is told that gets nothing else.
Response plain_response(Status status) {
  return Response::text(std::string(reason_of(status)).append("\n")).status(status);
}

/// Calls `handler`; a Future that is empty, or an exception, becomes a failed Future.
template <class T, class Call>
Future<T> guarded(Call&& call) {
  try {
    Future<T> work = call();
    if (work.valid()) return work;
    return failed_future<T>(Error(make_error_code(Errc::invalid), "the handler gave no future"));
  } catch (...) {
    return failed_future<T>(Error(std::current_exception()));
  }
}

}  // namespace

void HttpConnection::answer_unrouted(Router::Found found,
                                     const RequestHead& head,
                                     Turn turn,
                                     bool more) {
  const Router& router = server_.router;
  const bool server_wide = head.path == "*";
  Status status =
      found == Router::Found::no_method ? Status::method_not_allowed : Status::not_found;
  if (found == Router::Found::bad_path) {
    status = Status::bad_request;
  } else if (head.method == Method::trace) {
    status = Status::method_not_allowed;  // its answer would show fields that are not for scripts
  } else if (head.method == Method::other && !router.knows(head.method, head.method_name)) {
    status = Status::not_implemented;
  } else if (head.method == Method::options && (server_wide || found == Router::Found::no_method)) {
    status = Status::no_content;
  }
  Response response = status == Status::no_content ? Response(status) : plain_response(status);
  if (status == Status::no_content || status == Status::method_not_allowed) {
    response.header("Allow", router.allowed(head.path));
  }
  skip_body(head, !more, turn);
  respond(turn, std::move(response));
}

// The peer broke the rules or a limit: one answer, and nothing more is read as HTTP.
void HttpConnection::refuse(Refusal refusal) {
  ++server_.statistic.refused;
  log::debug("http request refused", {{"peer", peer_}, {"reason", refusal.reason}});
  linger_ = true;
  reading_ = Reading::nothing;
  Response response = plain_response(refusal.status);
  const std::unique_ptr<Incoming> cut = std::move(incoming_);
  if (cut == nullptr || cut->exchange == nullptr || cut->exchange->connection == nullptr) {
    return respond({false, false, false}, std::move(response));
  }
  Exchange& exchange = *cut->exchange;
  exchange.turn.keep_alive = false;
  if (exchange.out.head_sent()) return break_off(exchange);
  ++server_.statistic.dropped;
  exchange.work = {};
  exchange.in.fail(Error(make_error_code(Errc::protocol), refusal.reason));
  exchange.out.fail_writers(gone());
  exchange.streams = false;
  exchange.response.emplace(std::move(response));
  advance_queue();
}

void HttpConnection::run_views(Turn turn, const RequestData& data) {
  const Request request(data);
  Handler& handler = data.match->route->handler();
  try {
    respond(turn, handler.respond(request));
  } catch (...) {
    respond(turn, server_.internal_error(Error(std::current_exception()), peer_));
  }
}

void HttpConnection::run_block(Turn turn, RequestBlock* block) {
  Handler& handler = block->route().handler();
  Request request(block->data(), block);
  switch (handler.form()) {
    case HandlerForm::plain:
      return run_views(turn, block->data());
    case HandlerForm::future:
      return run_future(turn, handler, std::move(request), nullptr);
    case HandlerForm::streaming:
      return run_stream(turn, handler, std::move(request), &add_exchange(turn));
  }
}

void HttpConnection::run_future(Turn turn,
                                Handler& handler,
                                Request&& request,
                                Exchange* exchange) {
  Future<Response> work = guarded<Response>([&] {
    std::optional<BodyReader> body;
    if (exchange != nullptr) body.emplace(*exchange);
    return handler.answer(std::move(request), body ? &*body : nullptr);
  });
  if (work.ready()) {
    Result<Response> result = eddy::detail::take_result(std::move(work));
    if (exchange != nullptr) return conclude(*exchange, std::move(result));
    if (result) return respond(turn, *std::move(result));
    return respond(turn, server_.internal_error(result.error(), peer_));
  }
  if (dead_ || closing_) return;
  if (exchange == nullptr) exchange = &add_exchange(turn);
  exchange->work = std::move(work).complete([exchange](Result<Response>&& result) {
    exchange->connection->answered(*exchange, std::move(result));
  });
}

void HttpConnection::run_stream(Turn turn,
                                Handler& handler,
                                Request&& request,
                                Exchange* exchange) {
  std::ignore = turn;
  exchange->streams = true;
  exchange->retain();
  Future<void> work = guarded<void>([&] {
    std::optional<BodyReader> body;
    if (handler.reads_body()) body.emplace(*exchange);
    return handler.stream(std::move(request), body ? &*body : nullptr, ResponseWriter(*exchange));
  });
  if (work.ready()) {
    conclude(*exchange, eddy::detail::take_result(std::move(work)));
  } else if (exchange->connection != nullptr) {
    exchange->work = std::move(work).complete([exchange](Result<void>&& result) {
      exchange->connection->streamed(*exchange, std::move(result));
    });
  }
  exchange->release();
}

// A response that is whole goes out at once if no earlier one is missing.
void HttpConnection::respond(Turn turn, Response&& response) {
  if (dead_ || closing_) return;
  if (queued_ == 0) return transmit(turn, response);
  add_exchange(turn).response.emplace(std::move(response));
}

bool HttpConnection::closes_after(const Turn& turn, std::uint32_t others) const noexcept {
  const bool last = others == 0 && reading_ != Reading::body && !more_;
  return !turn.keep_alive || (last && (server_.draining() || reading_ == Reading::nothing));
}

inline void HttpConnection::transmit(const Turn& turn, const Response& response) {
  const bool close = response.closes() || closes_after(turn, queued_);
  const Delivery delivery{server_.date_line(), turn.head_only, close, turn.http_1_0 && !close};
  write_message(stream_, head_of(response), delivery, body_of(response, delivery));
  server_.count(response.status());
  if (close) begin_close();
}

Exchange& HttpConnection::add_exchange(Turn turn) {
  Exchange* exchange = Exchange::make(server_.pool, *this, server_.loop, turn);
  exchanges_.push_back(*exchange);
  ++queued_;
  ++server_.statistic.running;
  return *exchange;
}

void HttpConnection::pop(Exchange& exchange) noexcept {
  --queued_;
  --server_.statistic.running;
  exchange.detach(gone());
}

void HttpConnection::answered(Exchange& exchange, Result<Response>&& result) {
  const Busy busy(*this);
  conclude(exchange, std::move(result));
  pump_input();
  settle();
}

void HttpConnection::streamed(Exchange& exchange, Result<void>&& result) {
  const Busy busy(*this);
  conclude(exchange, std::move(result));
  pump_input();
  settle();
}

void HttpConnection::conclude(Exchange& exchange, Result<Response>&& result) {
  if (exchange.connection == nullptr) return;
  exchange.work = {};
  release_body(exchange);
  if (result) {
    exchange.response.emplace(*std::move(result));
  } else {
    exchange.response.emplace(server_.internal_error(result.error(), peer_));
  }
  advance_queue();
}

void HttpConnection::conclude(Exchange& exchange, Result<void>&& result) {
  if (!result) {
    Response error = server_.internal_error(result.error(), peer_);
    if (exchange.connection == nullptr) return;
    if (exchange.out.head_sent()) return break_off(exchange);
    exchange.streams = false;
    exchange.response.emplace(std::move(error));
  } else {
    exchange.end({});
  }
  if (exchange.connection == nullptr) return;
  exchange.work = {};
  exchange.done = true;
  release_body(exchange);
  advance_queue();
}

// The handler is done: what is left of its request's body is passed over if that is cheap.
void HttpConnection::release_body(Exchange& exchange) {
  if (incoming_ == nullptr || incoming_->exchange != &exchange) return;
  const bool costly = incoming_->announced() > server_.options.limits.sizes.max_drained;
  if (!incoming_->wants_continue && !costly) {
    incoming_->discard_rest();
    return run_later();  // reading may have been stopped
  }
  exchange.turn.keep_alive = false;
  linger_ = true;
  reading_ = Reading::nothing;
  incoming_.reset();
}

void HttpConnection::advance_queue() {
  while (!dead_ && !closing_ && !exchanges_.empty()) {
    Exchange& exchange = exchanges_.front();
    if (exchange.streams) {
      if (!flush(exchange)) break;
    } else {
      if (!exchange.response) break;
      const Response response = std::move(*exchange.response);
      const Turn turn = exchange.turn;
      pop(exchange);
      transmit(turn, response);
    }
  }
  if (!dead_) send_continue();
}

void HttpConnection::send_head(Exchange& exchange) {
  const Turn& turn = exchange.turn;
  exchange.closes = exchange.out.head().closes() ||
                    exchange.out.ends_with_connection(turn.http_1_0) ||
                    closes_after(turn, queued_ - 1);
  const Delivery delivery{
      server_.date_line(), turn.head_only, exchange.closes, turn.http_1_0 && !exchange.closes};
  server_.count(exchange.out.head().status());
  exchange.out.send_head(stream_, delivery, turn.http_1_0);
}

// Sends what there is of the first response; true if that was all and it is done with.
bool HttpConnection::flush(Exchange& exchange) {
  if (exchange.broken) {
    break_off(exchange);
    return false;
  }
  if (!exchange.out.has_head()) return false;
  if (!exchange.out.head_sent()) send_head(exchange);
  exchange.out.send_kept(stream_);
  if (dead_) return false;
  if (!stream_.congested()) exchange.out.release_writers();
  if (!exchange.done) return false;
  if (exchange.out.short_of_length()) {
    break_off(exchange);
    return false;
  }
  const bool close = exchange.closes || !exchange.turn.keep_alive;
  pop(exchange);
  if (close) begin_close();
  return true;
}

Future<void> HttpConnection::write_body(Exchange& exchange, ByteView octets) {
  const Busy busy(*this);
  if (octets.empty()) return ready_future();
  exchange.out.note(octets.size());
  if (!first(exchange)) {
    exchange.out.keep(octets);
    if (exchange.out.kept() <= WaterMarks().hard) return exchange.out.wait(server_.loop);
    break_off(exchange);
    return failed_future<void>(Error(make_error_code(Errc::overloaded), "http response"));
  }
  if (!exchange.out.head_sent()) send_head(exchange);
  exchange.out.send(stream_, octets);
  if (dead_) return failed_future<void>(gone());
  return stream_.congested() ? exchange.out.wait(server_.loop) : ready_future();
}

void HttpConnection::body_ended(Exchange& exchange) {
  const Busy busy(*this);
  if (first(exchange)) std::ignore = flush(exchange);
}

void HttpConnection::body_was_read(Exchange& exchange) {
  const Busy busy(*this);
  if (incoming_ == nullptr || incoming_->exchange != &exchange) return;
  send_continue();
  if (paused_) run_later();
}

void HttpConnection::break_off(Exchange& exchange) noexcept {
  const Busy busy(*this);
  exchange.broken = true;
  if (!first(exchange)) return;
  // A reset is the only way to tell HTTP/1.0 that a body without a length is not complete.
  die(exchange.out.ends_with_connection(exchange.turn.http_1_0) ? Ending::reset : Ending::close);
}

}  // namespace eddy::http::detail
