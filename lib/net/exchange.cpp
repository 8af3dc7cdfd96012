// SPDX-License-Identifier: MIT
#include "exchange.hpp"

#include "http_connection.hpp"

#include <new>

namespace eddy::http {

namespace detail {

Error gone() {
  return Error(make_error_code(Errc::closed), "http connection");
}

Exchange* Exchange::make(BlockPool& pool, HttpConnection& connection, Loop& loop, Turn turn) {
  return ::new (pool.allocate(sizeof(Exchange))) Exchange(pool, connection, loop, turn);
}

void Exchange::release() noexcept {
  if (--holds_ != 0) return;
  BlockPool& pool = pool_;
  this->~Exchange();
  pool.deallocate(this, sizeof(Exchange));
}

void Exchange::detach(const Error& error) noexcept {
  connection = nullptr;
  unlink();
  work = {};  // first, or what fails below would run a part of it
  in.fail(error);
  out.fail_writers(error);
  release();
}

Future<BodyPipe::Chunk> Exchange::read() {
  Future<BodyPipe::Chunk> chunk = in.next(loop_);
  if (connection != nullptr) connection->body_was_read(*this);
  return chunk;
}

void Exchange::start(Response&& head, std::optional<std::uint64_t> length) {
  EDDY_ASSERT(!out.has_head(), "a response is started once, and before its first octet");
  out.set_head(std::move(head), length);
}

Future<void> Exchange::write(ByteView octets) {
  if (connection == nullptr) return failed_future<void>(gone());
  if (!out.has_head()) out.set_head(Response(), std::nullopt);
  if (!out.takes(octets.size())) {
    if (!out.ended()) connection->break_off(*this);
    return failed_future<void>(Error(make_error_code(Errc::invalid), "a write beyond the end"));
  }
  return connection->write_body(*this, octets);
}

void Exchange::end(ByteView trailers) {
  if (!open()) return;
  if (!out.has_head()) out.set_head(Response(), std::nullopt);
  out.end(trailers);
  connection->body_ended(*this);
}

}  // namespace detail

BodyReader::BodyReader(detail::Exchange& exchange) noexcept : exchange_(&exchange) {
  exchange.retain();
}

BodyReader::~BodyReader() {
  if (exchange_ != nullptr) exchange_->release();
}

Future<std::optional<std::string>> BodyReader::next() {
  EDDY_ASSERT(exchange_ != nullptr, "a moved-from BodyReader has no body");
  return exchange_->read();
}

Fields BodyReader::trailers() const noexcept {
  EDDY_ASSERT(exchange_ != nullptr, "a moved-from BodyReader has no trailers");
  return exchange_->in.trailers();
}

ResponseWriter::ResponseWriter(detail::Exchange& exchange) noexcept : exchange_(&exchange) {
  exchange.retain();
}

ResponseWriter::~ResponseWriter() {
  if (exchange_ != nullptr) exchange_->release();
}

void ResponseWriter::start(Response head) {
  EDDY_ASSERT(exchange_ != nullptr, "a moved-from ResponseWriter writes nothing");
  exchange_->start(std::move(head), std::nullopt);
}

void ResponseWriter::start(Response head, std::uint64_t length) {
  EDDY_ASSERT(exchange_ != nullptr, "a moved-from ResponseWriter writes nothing");
  exchange_->start(std::move(head), length);
}

Future<void> ResponseWriter::write(ByteView chunk) {
  EDDY_ASSERT(exchange_ != nullptr, "a moved-from ResponseWriter writes nothing");
  return exchange_->write(chunk);
}

void ResponseWriter::end(const HeaderLines& trailers) {
  EDDY_ASSERT(exchange_ != nullptr, "a moved-from ResponseWriter writes nothing");
  exchange_->end(trailers.view());
}

bool ResponseWriter::open() const noexcept {
  return exchange_ != nullptr && exchange_->open();
}

}  // namespace eddy::http
