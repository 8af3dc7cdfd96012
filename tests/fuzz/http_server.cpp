// SPDX-License-Identifier: MIT
//
// A whole HTTP server in memory, and a client that sends anything. The first octet says how it is
// cut, the second how the client ends.
//
// Rules: the portions do not matter; there is at most one final response for each request, and one
// for a refusal; every connection ends; the next good client is served.
#include <eddy/core/loop.hpp>
#include <eddy/io/duplex.hpp>
#include <eddy/net/http_server.hpp>
#include <eddy/testing/manual_clock.hpp>

#include <memory>
#include <string>
#include <utility>

#include "fuzzing.hpp"

using namespace eddy;
using namespace eddy::http;
using eddy::fuzz::require;

namespace {

/// Reads a whole body bit by bit and answers with its size.
struct Counting {
  BodyReader body;
  std::size_t size = 0;

  Future<Response> run() {
    return body.next().then([this](std::optional<std::string> part) -> Future<Response> {
      if (!part) return ready_future(Response::text(std::to_string(size)));
      size += part->size();
      return run();
    });
  }
};

Routes routes() {
  Routes list;
  list.get("/", [] { return Response::static_text("hello"); });
  list.post("/echo",
            [](const Request& request) { return Response::text(std::string(request.body())); });
  list.post("/later/{name}", [](Request request) {
    return ready_future().then([request = std::move(request)] {
      return Response::text(request.parameter("name") + std::string(request.body()));
    });
  });
  list.post("/count", [](Request, BodyReader body) {
    auto counting = std::make_unique<Counting>(Counting{std::move(body)});
    Future<Response> work = counting->run();
    return std::move(work).attach(std::move(counting));
  });
  list.get("/parts", [](Request, ResponseWriter out) {
    return out.write("one").then([out = std::move(out)]() mutable {
      std::ignore = out.write("two");
      out.end();
    });
  });
  list.get("/{rest...}",
           [](const Request& request) { return Response::text(request.parameter("rest")); });
  list.put("/sized", [] { return Response(); }).body(20).require_length();
  return list;
}

ServerOptions small_limits() {
  ServerOptions options;
  options.limits.sizes.max_request_line = 200;  // so that short inputs reach them
  options.limits.sizes.max_field = 200;
  options.limits.sizes.max_head = 600;
  options.limits.sizes.max_fields = 16;
  options.limits.sizes.max_chunk_extensions = 60;
  options.limits.sizes.max_trailers = 100;
  options.limits.sizes.max_body_in_memory = 500;
  options.limits.sizes.max_pipelined = 4;
  options.limits.max_body_waiting = 64;
  options.limits.body = std::chrono::seconds(15);
  return options;
}

/// Collects what the server sends.
class Client final : public ByteSink {
 public:
  Client(Loop& loop, Stream stream) : loop_(loop), stream_(std::move(stream)) {
    stream_.start(*this);
  }

  void send(ByteView octets) {
    stream_.write(octets);
    testing::run_until_idle(loop_);
  }
  void end(unsigned how) {
    if (how % 3 == 1) shutdown_ = stream_.shutdown().or_else([](Error&&) {});
    if (how % 3 == 2) stream_.reset();
    testing::run_until_idle(loop_);
  }
  const std::string& text() const { return text_; }

 private:
  void on_bytes(ByteView bytes) noexcept override { text_.append(bytes); }
  void on_end() noexcept override {}
  void on_error(const Error& /*error*/) noexcept override {}

  Loop& loop_;
  Stream stream_;
  std::string text_;
  Future<void> shutdown_;
};

/// A loop whose clock moves when it is told to; one for all inputs.
struct World {
  World() : loop(options()) { clock.drive(loop); }
  Loop::Options options() {
    Loop::Options chosen;
    chosen.clock = &clock;
    return chosen;
  }

  testing::ManualClock clock;
  Loop loop;
};

std::uint64_t final_responses(const ServerStatistic& statistic) {
  return statistic.success.value() + statistic.redirection.value() +
         statistic.client_error.value() + statistic.server_error.value();
}

/// Sends `octets` in portions; gives what came back before the client ended.
std::string talk(World& world, ByteView octets, std::size_t first, std::size_t step, unsigned end) {
  auto server = Server::create(world.loop, routes(), small_limits());
  auto [ours, theirs] = duplex(world.loop);
  server->serve(std::move(theirs));
  Client client(world.loop, std::move(ours));
  client.send(octets.substr(0, first));
  for (std::size_t at = first; at < octets.size(); at += step)
    client.send(octets.substr(at, step));
  std::string text = client.text();

  client.end(end);
  world.clock.advance(std::chrono::seconds(25));
  require(server->connections() == 0, "every connection ends");
  const ServerStatistic& statistic = server->statistic();
  require(final_responses(statistic) <= statistic.requests.value() + statistic.refused.value(),
          "one response for each request");
  require(statistic.running.value() == 0, "no request is left");
  require(statistic.failed.value() == 0, "no octets make a handler fail");
  return text;
}

/// Whether a field of the name Expect may be in there.
bool expects(ByteView octets) {
  constexpr ByteView name = "expect";
  for (; octets.size() >= name.size(); octets.remove_prefix(1)) {
    if (same_name(octets.substr(0, name.size()), name)) return true;
  }
  return false;
}

void check_next_client(World& world) {
  auto server = Server::create(world.loop, routes(), small_limits());
  auto [ours, theirs] = duplex(world.loop);
  server->serve(std::move(theirs));
  Client client(world.loop, std::move(ours));
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  require(client.text().ends_with("hello"), "the next client is served");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World world;
  ByteView octets = eddy::fuzz::view_of(data, size);
  const std::size_t first = eddy::fuzz::take_octet(octets);
  const unsigned how = eddy::fuzz::take_octet(octets);

  const std::string whole = talk(world, octets, octets.size(), 1, how);
  const std::string parts = talk(world, octets, first, 1 + how / 3 % 16, how);

  // Date differs. Whether a client waits for "100 Continue" does depend on the portions.
  require(expects(octets) || whole.size() == parts.size(), "portions do not matter");
  check_next_client(world);
  testing::run_until_idle(world.loop);
  require(world.loop.statistic().live_nodes == 0, "nothing is left");
  return 0;
}
