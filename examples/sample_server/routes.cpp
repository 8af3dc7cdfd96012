// SPDX-License-Identifier: MIT
#include "routes.hpp"

#include "json.hpp"

#include <eddy/core/repeat.hpp>
#include <eddy/net/body_reader.hpp>
#include <eddy/net/http_request.hpp>
#include <eddy/net/response_writer.hpp>

#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <utility>

using eddy::ByteView;
using eddy::Future;
using eddy::Loop;
using eddy::Next;
using eddy::http::BodyReader;
using eddy::http::Request;
using eddy::http::Response;
using eddy::http::ResponseWriter;
using eddy::http::Routes;
using eddy::http::Status;

namespace sample {
namespace {

constexpr std::chrono::milliseconds longest_wait = std::chrono::minutes(1);

Response hello(const Request& request) {
  return Response::text("hello, " + request.parameter("name") + "\n");
}

/// One request for /echo, while it is answered.
struct Echo {
  BodyReader body;
  ResponseWriter response;

  /// Sends one piece back. The next one is read when this one has found room on its way, so that
  /// whoever is slower, sender or receiver, sets the pace.
  Future<Next> step() {
    return body.next().then([this](std::optional<std::string> piece) -> Future<Next> {
      if (!piece) return eddy::ready_future(Next::done);
      return response.write(*piece).then([] { return Next::again; });
    });
  }
};

Future<void> echo(Loop& loop, const Request& request, BodyReader body, ResponseWriter response) {
  Response head;
  head.header("Content-Type", request.header("Content-Type", "application/octet-stream"));
  if (request.head().framing == eddy::http::Framing::length) {
    response.start(std::move(head), request.head().content_length);
  } else {
    response.start(std::move(head));
  }
  auto state = std::make_unique<Echo>(Echo{std::move(body), std::move(response)});
  Echo& step = *state;
  return eddy::repeat(loop, [&step] { return step.step(); }).attach(std::move(state));
}

/// The milliseconds that the query asks for, if they make sense.
std::optional<std::chrono::milliseconds> wanted_wait(const Request& request) {
  ByteView text = request.query().raw("ms").value_or(ByteView());
  long count = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
  bool whole = problem == std::errc() && end == text.data() + text.size();
  if (!whole || count < 0 || count > longest_wait.count()) return std::nullopt;
  return std::chrono::milliseconds(count);
}

/// The wait is dropped with the handler's future when the client goes away.
Future<Response> slow(Loop& loop, const Request& request) {
  std::optional<std::chrono::milliseconds> wait = wanted_wait(request);
  if (!wait) {
    return eddy::ready_future(
        Response::text("ms must be a number from 0 to 60000\n").status(Status::bad_request));
  }
  return loop.sleep(*wait).then(
      [wait] { return Response::text("waited " + std::to_string(wait->count()) + " ms\n"); });
}

}  // namespace

Routes make_routes(Loop& loop, const eddy::Statistics& statistics) {
  Routes routes;
  routes.get("/", [] { return Response::static_text("hello, world\n"); });
  routes.get("/hello/{name}", hello);
  routes.post("/echo", [&loop](Request request, BodyReader body, ResponseWriter response) {
    return echo(loop, request, std::move(body), std::move(response));
  });
  routes.get("/slow", [&loop](Request request) { return slow(loop, request); });
  routes.get("/health", [] { return Response::static_text("ok\n"); });
  routes.get("/stats", [&statistics] { return Response::json_text(json_of(statistics)); });
  return routes;
}

}  // namespace sample
