// SPDX-License-Identifier: MIT
//
// What the tests of the HTTP server share: a client end that sends octets and remembers what came.
#pragma once

#include <eddy/io/duplex.hpp>
#include <eddy/net/http_server.hpp>
#include <eddy/testing/fixture.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace eddy::http::testing {

using eddy::testing::Fixture;

/// One response, taken apart.
struct Answer {
  int status = 0;
  std::string head;  ///< status line and fields
  std::string body;  ///< decoded
  std::string trailers;

  bool has(std::string_view line) const { return head.find(line) != std::string::npos; }
};

/// A peer made of raw octets.
class Client final : public ByteSink {
 public:
  Client(Fixture& t, Stream stream) : fixture_(t), stream_(std::move(stream)) {
    stream_.start(*this);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Sends `octets` and runs until nothing more happens.
  Client& send(std::string_view octets) {
    stream_.write(octets);
    fixture_.run_until_idle();
    return *this;
  }
  /// Sends `octets` one by one, each in a turn of its own.
  Client& drip(std::string_view octets) {
    for (char octet : octets)
      send(std::string_view(&octet, 1));
    return *this;
  }
  /// Half-closes.
  Client& finish() {
    finished_ = stream_.shutdown().or_else([](Error&&) {});
    fixture_.run_until_idle();
    return *this;
  }
  /// Resets.
  void vanish() {
    stream_.reset();
    fixture_.run_until_idle();
  }
  void stop_reading() { stream_.pause(); }
  void go_on_reading() {
    stream_.resume();
    fixture_.run_until_idle();
  }

  /// All octets that came.
  const std::string& text() const { return text_; }
  /// What came since the last call.
  std::string take() { return std::exchange(text_, std::string()); }
  /// What came, as responses; `heads` are those whose request was HEAD, by index.
  std::vector<Answer> answers(const std::vector<std::size_t>& heads = {}) const;
  /// The status codes of answers(), as "200 404".
  std::string statuses() const;
  /// The server sent its end of the stream.
  bool ended() const { return ended_; }
  /// The connection is gone: reset, or failed.
  bool lost() const { return error_.has_value(); }
  /// No more can come.
  bool closed() const { return ended_ || lost(); }

 private:
  void on_bytes(ByteView bytes) noexcept override { text_.append(bytes); }
  void on_end() noexcept override { ended_ = true; }
  void on_error(const Error& error) noexcept override { error_ = error; }

  Fixture& fixture_;
  Stream stream_;
  std::string text_;
  bool ended_ = false;
  std::optional<Error> error_;
  Future<void> finished_;
};

/// A server without a listener, and its routes.
struct TestServer {
  TestServer(Fixture& t, const Routes& routes, const ServerOptions& options = {})
      : fixture(t), server(*Server::create(t.loop, routes, options)) {}

  /// A new connection.
  Stream connect(DuplexOptions options = {}) {
    auto [ours, theirs] = duplex(fixture.loop, std::move(options));
    server.serve(std::move(theirs), "192.0.2.7:4242"_addr);
    return std::move(ours);
  }

  Fixture& fixture;
  Server server;
};

/// A server with these routes, and one client that is connected to it.
struct Served : TestServer {
  Served(Fixture& t, const Routes& routes, const ServerOptions& options = {})
      : TestServer(t, routes, options), client(t, connect()) {}

  Client client;
};

/// GET / says "hello"; POST /echo gives its body back; GET /path/{rest...} its path.
Routes usual_routes();

/// A server with the usual routes is sent `octets`; gives the status codes that it answers with,
/// and "closed" if it then closes the connection.
std::string reply_to(std::string_view octets);

/// A whole request: "GET /path HTTP/1.1" with a Host.
std::string get(std::string_view path);
/// A whole POST with a Content-Length.
std::string post(std::string_view path, std::string_view body);

}  // namespace eddy::http::testing
