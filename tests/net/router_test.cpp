// SPDX-License-Identifier: MIT
#include <eddy/net/router.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace eddy;
using namespace eddy::http;

namespace {

Routes routes_of(std::initializer_list<std::pair<const char*, const char*>> list) {
  Routes routes;
  for (const auto& [method, pattern] : list)
    routes.add(method, pattern, [] { return Response(); });
  return routes;
}

/// The pattern that takes a request, or why there is none.
std::string found(const Router& router, ByteView method, ByteView path) {
  http::detail::RouteMatch match;
  switch (router.find(method_of(method), method, path, match)) {
    case Router::Found::route:
      return match.route->method_name() + " " + match.route->pattern();
    case Router::Found::no_path:
      return "no path";
    case Router::Found::no_method:
      return "no method, but " + router.allowed(path);
    case Router::Found::bad_path:
      return "bad path";
  }
  return {};
}

/// What stood for the parameter at `index`, still encoded.
std::string parameter(const Router& router, ByteView path, std::size_t index) {
  http::detail::RouteMatch match;
  REQUIRE(router.find(Method::get, "GET", path, match) == Router::Found::route);
  const auto& place = match.places[index];
  return std::string(path.substr(place.begin, place.size));
}

std::string complaint(std::initializer_list<std::pair<const char*, const char*>> list) {
  const Result<Router> router = Router::build(routes_of(list));
  return router ? "none" : std::string(router.error().context());
}

}  // namespace

TEST_CASE("a route is found by method and path") {
  const Router router = *Router::build(
      routes_of({{"GET", "/"}, {"GET", "/a"}, {"POST", "/a"}, {"GET", "/a/"}, {"GET", "/a/b"}}));

  CHECK(found(router, "GET", "/") == "GET /");
  CHECK(found(router, "GET", "/a") == "GET /a");
  CHECK(found(router, "POST", "/a") == "POST /a");
  CHECK(found(router, "GET", "/a/") == "GET /a/");
  CHECK(found(router, "GET", "/a/b") == "GET /a/b");
  CHECK(found(router, "GET", "/b") == "no path");
  CHECK(found(router, "GET", "//a") == "no path");
  CHECK(found(router, "GET", "/A") == "no path");
}

TEST_CASE("a method without a route is told from a path without one") {
  const Router router = *Router::build(routes_of({{"GET", "/a"}, {"DELETE", "/a"}}));

  CHECK(found(router, "POST", "/a") == "no method, but DELETE, GET, HEAD, OPTIONS");
  CHECK(found(router, "POST", "/b") == "no path");
}

TEST_CASE("HEAD falls back to GET, and to a route of its own first") {
  const Router router =
      *Router::build(routes_of({{"GET", "/a"}, {"GET", "/b"}, {"HEAD", "/b"}, {"POST", "/c"}}));

  CHECK(found(router, "HEAD", "/a") == "GET /a");
  CHECK(found(router, "HEAD", "/b") == "HEAD /b");
  CHECK(found(router, "HEAD", "/c") == "no method, but OPTIONS, POST");
}

TEST_CASE("a written segment wins over a parameter, and that over the rest") {
  const Router router = *Router::build(routes_of({{"GET", "/users/me"},
                                                  {"GET", "/users/{id}"},
                                                  {"DELETE", "/users/{id}"},
                                                  {"GET", "/users/{id}/posts"},
                                                  {"GET", "/{all...}"}}));

  CHECK(found(router, "GET", "/users/me") == "GET /users/me");
  CHECK(found(router, "GET", "/users/7") == "GET /users/{id}");
  CHECK(found(router, "DELETE", "/users/me") == "DELETE /users/{id}");
  CHECK(found(router, "GET", "/users/me/posts") == "GET /users/{id}/posts");
  CHECK(found(router, "GET", "/users/7/likes") == "GET /{all...}");
  CHECK(found(router, "GET", "/") == "GET /{all...}");
}

TEST_CASE("each of a thousand paths has its route, however alike they are") {
  Routes routes;
  for (int i = 0; i < 1000; ++i)
    routes.get("/v" + std::to_string(i) + "/collection/items", [] { return Response(); });
  const Router router = *Router::build(routes);

  for (int i = 0; i < 1000; ++i) {
    const std::string path = "/v" + std::to_string(i) + "/collection/items";
    CHECK(found(router, "GET", path) == "GET " + path);
  }
  CHECK(found(router, "GET", "/v1000/collection/items") == "no path");
  CHECK(found(router, "GET", "") == "no path");
}

TEST_CASE("a parameter stands for one segment that is not empty") {
  const Router router = *Router::build(routes_of({{"GET", "/x/{a}/y/{b}"}}));

  CHECK(parameter(router, "/x/one/y/two", 0) == "one");
  CHECK(parameter(router, "/x/one/y/two", 1) == "two");
  CHECK(parameter(router, "/x/a%2Fb/y/c", 0) == "a%2Fb");
  CHECK(found(router, "GET", "/x//y/two") == "no path");
  CHECK(found(router, "GET", "/x/1/2/y/3") == "no path");
}

TEST_CASE("the rest of a path may have any number of segments") {
  const Router router = *Router::build(routes_of({{"GET", "/files/{path...}"}}));

  CHECK(parameter(router, "/files/a/b/c", 0) == "a/b/c");
  CHECK(parameter(router, "/files/", 0).empty());
  CHECK(found(router, "GET", "/files") == "no path");
}

TEST_CASE("every spelling of a path has the same route") {
  const Router router = *Router::build(routes_of({{"GET", "/hello/caf\xc3\xa9"}}));

  CHECK(found(router, "GET", "/%68ello/caf%C3%A9") == "GET /hello/caf\xc3\xa9");
  CHECK(found(router, "GET", "/hello%2Fcaf%C3%A9") == "no path");
}

TEST_CASE("a path that cannot be decoded is bad") {  // case 33
  const Router router = *Router::build(routes_of({{"GET", "/{a...}"}}));

  CHECK(found(router, "GET", "/%zz") == "bad path");
  CHECK(found(router, "GET", "/%") == "bad path");
  CHECK(found(router, "GET", "/%00") == "bad path");
  CHECK(found(router, "GET", "/%c0%ae") == "bad path");
}

TEST_CASE("routes that take the same requests are reported when the router is built") {
  CHECK(complaint({{"GET", "/a"}, {"GET", "/a"}}) ==
        "route GET /a: it takes the same requests as /a");
  CHECK(complaint({{"GET", "/{a}"}, {"GET", "/{b}"}}) ==
        "route GET /{b}: it takes the same requests as /{a}");
  CHECK(complaint({{"GET", "/{a...}"}, {"GET", "/{b...}"}}) ==
        "route GET /{b...}: it takes the same requests as /{a...}");
  CHECK(complaint({{"GET", "/{a}"}, {"POST", "/{b}"}, {"GET", "/{a...}"}}) == "none");
}

TEST_CASE("bad patterns are reported when the router is built") {
  const std::string whole = ": a parameter is a whole segment, {name} or {name...}";

  CHECK(complaint({{"GET", "a"}}) == "route GET a: a pattern begins with a slash");
  CHECK(complaint({{"", "/a"}}) == "route  /a: the method is missing");
  CHECK(complaint({{"GET", "/{}"}}) == "route GET /{}" + whole);
  CHECK(complaint({{"GET", "/{...}"}}) == "route GET /{...}" + whole);
  CHECK(complaint({{"GET", "/a{b}"}}) == "route GET /a{b}" + whole);
  CHECK(complaint({{"GET", "/{a"}}) == "route GET /{a" + whole);
  CHECK(complaint({{"GET", "/{a...}/b"}}) == "route GET /{a...}/b: nothing can follow {name...}");
  CHECK(complaint({{"GET", "/{a}/{a}"}}) == "route GET /{a}/{a}: two parameters have one name");
  CHECK(complaint({{"GET", "/{1}/{2}/{3}/{4}/{5}/{6}/{7}/{8}/{9}"}}) ==
        "route GET /{1}/{2}/{3}/{4}/{5}/{6}/{7}/{8}/{9}: it has too many parameters");
}

TEST_CASE("routes can be copied, and share their handlers") {
  int calls = 0;
  Routes routes;
  routes.get("/", [&calls] {
    ++calls;
    return Response();
  });
  const Routes copy = routes;

  const http::detail::RequestData nothing;
  routes.list()[0].handler().respond(Request(nothing));
  copy.list()[0].handler().respond(Request(nothing));

  CHECK(calls == 2);
}
