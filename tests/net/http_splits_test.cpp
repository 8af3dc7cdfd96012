// SPDX-License-Identifier: MIT
//
// However the octets of a connection are cut into portions, the answers are the same.
#include <cstddef>
#include <string>

#include "client.hpp"

using namespace eddy;
using namespace eddy::http;
using namespace eddy::http::testing;

namespace {

/// Requests of all kinds on one connection, with a refusal at the end.
std::string every_kind() {
  return get("/") + post("/echo", "hello") + "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n" +
         "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
         "5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n" +
         post("/later", "async") + post("/nowhere", "skipped") + post("/parts", "streamed") +
         get("/path/%zz") + post("/echo", "") + "BREW / HTTP/1.1\r\nHost: h\r\n\r\n" + get("/") +
         "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1, 1\r\n\r\nxx" + get("/");
}

Routes all_routes() {
  Routes routes = usual_routes();
  routes.post("/later", [](Request request) {
    return ready_future().then(
        [request = std::move(request)] { return Response::text(std::string(request.body())); });
  });
  routes.post("/parts", [](Request, BodyReader) { return ready_future(Response()); });
  return routes;
}

/// All that is answered if the first `size` octets come apart from the rest.
std::string answer_to(std::string_view octets, std::size_t size) {
  Fixture t;
  Served served(t, all_routes());
  served.client.send(octets.substr(0, size)).send(octets.substr(size));
  return served.client.take();
}

/// The first place at which a cut changes the answers; npos if there is none.
std::size_t first_harmful_cut(const std::string& octets) {
  const std::string expected = answer_to(octets, 0);
  std::size_t cut = 1;
  while (cut < octets.size() && answer_to(octets, cut) == expected)
    ++cut;
  return cut == octets.size() ? std::string::npos : cut;
}

}  // namespace

TEST_CASE("two portions are answered as one, wherever they are cut") {
  CHECK(first_harmful_cut(every_kind()) == std::string::npos);
}

TEST_CASE("single octets are answered as one portion") {
  Fixture t;
  Served whole(t, all_routes());
  Served single(t, all_routes());

  whole.client.send(every_kind());
  single.client.drip(every_kind());

  CHECK(whole.client.text() == single.client.text());
  CHECK(whole.client.closed());
  CHECK(single.client.closed());
}

TEST_CASE("answers survive a stream that takes one octet at a time") {  // 84
  Fixture t;
  TestServer server(t, all_routes());
  Served usual(t, all_routes());
  DuplexOptions narrow;
  narrow.second.usual_write.at_most = 1;
  narrow.second.usual_read.at_most = 1;
  Client client(t, server.connect(narrow));

  client.send(every_kind());
  usual.client.send(every_kind());

  CHECK(client.text() == usual.client.text());
}
