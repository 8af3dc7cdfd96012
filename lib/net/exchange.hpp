// SPDX-License-Identifier: MIT
//
// One request that is not answered yet: its handler's work, its body, its response.
//
// Private to net. The connection keeps its exchanges in the order of the requests, and answers them
// in that order. BodyReader and ResponseWriter hold one too and may outlive the connection.
#pragma once

#include <eddy/core/detail/list.hpp>
#include <eddy/net/body_reader.hpp>
#include <eddy/net/response_writer.hpp>

#include <optional>

#include "block_pool.hpp"
#include "body_pipe.hpp"
#include "response_pipe.hpp"

namespace eddy::http::detail {

class HttpConnection;

/// What handlers are told of a connection that has ended.
Error gone();

/// What of a request's head rules its response.
struct Turn {
  bool head_only = false;
  bool http_1_0 = false;
  bool keep_alive = true;

  static Turn of(const RequestHead& head) noexcept {
    return {head.method == Method::head, head.version == Version::http_1_0, head.keep_alive};
  }
};

class Exchange final : public eddy::detail::ListLink<Exchange> {
 public:
  /// Comes with one hold on it, the connection's.
  static Exchange* make(BlockPool& pool, HttpConnection& connection, Loop& loop, Turn turn);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  void retain() noexcept { ++holds_; }
  void release() noexcept;
  /// The connection lets go: the handler's work is dropped, readers and writers fail with `error`.
  void detach(const Error& error) noexcept;

  // Of the handles.
  Future<BodyPipe::Chunk> read();
  void start(Response&& head, std::optional<std::uint64_t> length);
  Future<void> write(ByteView octets);
  void end(ByteView trailers);
  bool open() const noexcept { return connection != nullptr && !out.ended(); }

  HttpConnection* connection;  // null once it is gone
  Turn turn;
  bool streams = false;  // `out` is used, else `response`
  bool done = false;     // the handler of a streamed response is
  bool broken = false;   // the response cannot be completed
  bool closes = false;   // its head said that the connection ends
  std::optional<Response> response;
  BodyPipe in;
  ResponsePipe out;
  Future<void> work;  // the handler, until it is done

 private:
  Exchange(BlockPool& pool, HttpConnection& owner, Loop& loop, Turn facts) noexcept
      : connection(&owner), turn(facts), pool_(pool), loop_(loop) {}
  ~Exchange() = default;

  BlockPool& pool_;
  Loop& loop_;
  std::uint32_t holds_ = 1;
};

}  // namespace eddy::http::detail
