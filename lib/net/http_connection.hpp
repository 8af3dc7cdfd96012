// SPDX-License-Identifier: MIT
//
// One connection of an HTTP server: octets in, requests to handlers, responses in order out.
//
// Private to net. Three parts: http_connection.cpp has its life and its limits of time,
// http_reading.cpp what is read, http_answering.cpp what is sent.
#pragma once

#include <eddy/base/address.hpp>
#include <eddy/codec/http_request_parser.hpp>
#include <eddy/core/detail/list.hpp>
#include <eddy/core/wheel.hpp>
#include <eddy/io/stream.hpp>
#include <eddy/net/router.hpp>

#include <cstdint>
#include <memory>

#include "exchange.hpp"
#include "incoming.hpp"

namespace eddy::http::detail {

class ServerImpl;

/// Deletes itself when it has ended and none of its functions is on the stack.
class HttpConnection final : public ByteSink, public eddy::detail::ListLink<HttpConnection> {
 public:
  HttpConnection(ServerImpl& server, Stream&& stream, const Address& peer);
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;
  /// Called by the last Busy of a connection that has ended, and by nobody else.
  ~HttpConnection() override;

  void start();

  // Of the server.
  /// Closes a connection that is idle and dismissed; else the running requests are the last.
  void finish() noexcept;
  /// Resets at once.
  void kill() noexcept;
  void hold() noexcept { ++busy_; }
  /// The same for an event: it has a time of its own.
  void begin() noexcept;
  void unhold() noexcept;

  // Of the stream.
  void on_bytes(ByteView bytes) noexcept override;
  void on_end() noexcept override;
  void on_error(const Error& error) noexcept override;
  void on_drained() noexcept override;

  // Of the exchanges.
  void body_was_read(Exchange& exchange);
  Future<void> write_body(Exchange& exchange, ByteView octets);
  void body_ended(Exchange& exchange);
  /// The response cannot be completed: the connection ends after what was sent.
  void break_off(Exchange& exchange) noexcept;

 private:
  enum class Reading : std::uint8_t { head, body, nothing };
  enum class Wait : std::uint8_t { none, first_octet, head, body, progress, idle, discard, linger };
  enum class Ending : std::uint8_t { close, reset };

  /// Keeps the object until the function that made it returns.
  class Busy {
   public:
    explicit Busy(HttpConnection& connection) noexcept : connection_(connection) {
      connection_.begin();
    }
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;
    ~Busy() { connection_.unhold(); }

   private:
    HttpConnection& connection_;
  };

  /// The one limit of time that applies at the moment; see Wait.
  class Due final : public Limit {
   public:
    explicit Due(HttpConnection& connection) noexcept
        : Limit([](Limit& due) noexcept { static_cast<Due&>(due).connection_.on_due(); }),
          connection_(connection) {}

   private:
    HttpConnection& connection_;
  };

  // Life.
  void die(Ending ending) noexcept;
  void drop_exchanges() noexcept;
  void begin_close() noexcept;
  void on_shut_down() noexcept;
  void settle() noexcept;
  void end_of_input() noexcept;
  bool idle() const noexcept;
  void run_later();
  void update_limit() noexcept;
  Duration idle_left() const noexcept;
  Wait wanted_limit() const noexcept;
  Duration duration_of(Wait wait) const noexcept;
  void on_due() noexcept;

  // Reading.
  bool may_read() const noexcept;
  bool wants_octets() const noexcept;
  ByteView pump(ByteView bytes);
  void pump_input();
  void pass_over(std::size_t count) noexcept;
  ByteView read_head(ByteView bytes);
  ByteView begin_request(ByteView octets, ByteView rest);
  ByteView route_request(const RouteMatch& match, Turn turn, ByteView octets, ByteView rest);
  void collect_body(const RequestBlock::Parts& parts, Turn turn, std::uint64_t limit, bool ask);
  void stream_body(const RequestBlock::Parts& parts, Turn turn, std::uint64_t limit);
  ByteView read_body(ByteView bytes);
  bool take_body(ByteView octets);
  void finish_body();
  void skip_body(const RequestHead& head, bool ask, Turn& turn);
  void after_request() noexcept;
  void send_continue();

  // Answering.
  void answer_unrouted(Router::Found found, const RequestHead& head, Turn turn, bool more);
  void refuse(Refusal refusal);
  void run_views(Turn turn, const RequestData& data);
  void run_block(Turn turn, RequestBlock* block);
  void run_future(Turn turn, Handler& handler, Request&& request, Exchange* exchange);
  void run_stream(Turn turn, Handler& handler, Request&& request, Exchange* exchange);
  void respond(Turn turn, Response&& response);
  void transmit(const Turn& turn, const Response& response);
  Exchange& add_exchange(Turn turn);
  void answered(Exchange& exchange, Result<Response>&& result);
  void streamed(Exchange& exchange, Result<void>&& result);
  void conclude(Exchange& exchange, Result<Response>&& result);
  void conclude(Exchange& exchange, Result<void>&& result);
  void release_body(Exchange& exchange);
  void advance_queue();
  void send_head(Exchange& exchange);
  bool flush(Exchange& exchange);
  void pop(Exchange& exchange) noexcept;
  bool first(const Exchange& exchange) noexcept { return exchanges_.first() == &exchange; }
  bool closes_after(const Turn& turn, std::uint32_t others) const noexcept;

  // First what each request looks at: with thousands of connections, how many cache lines it
  // touches is what it costs.
  ServerImpl& server_;
  Stream stream_;
  std::uint32_t requests_ = 0;
  std::uint32_t queued_ = 0;  // exchanges
  std::uint32_t busy_ = 0;
  Reading reading_ = Reading::head;
  Wait wait_ = Wait::none;
  bool last_request_ = false;  // the request that is being read is the last one
  bool peer_ended_ = false;
  bool paused_ = false;
  bool closing_ = false;
  bool shut_down_ = false;  // all is sent
  bool linger_ = false;     // octets may still come that would turn a close into a reset
  bool more_ = false;       // octets behind the request at hand are there already
  bool dead_ = false;
  bool anew_ = false;  // a request has come since the time between two began
  TimePoint idle_since_{};
  Buffer input_;  // octets that could not be used yet: half a head, or what must wait
  RequestParser parser_;

  Address peer_;
  std::unique_ptr<Incoming> incoming_;  // with Reading::body
  eddy::detail::List<Exchange> exchanges_;
  Due limit_;
  TimePoint first_due_;  // when the first head must be there
  std::uint64_t passed_over_ = 0;
  Future<void> later_;
  Future<void> shutdown_;
};

}  // namespace eddy::http::detail
