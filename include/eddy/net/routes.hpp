// SPDX-License-Identifier: MIT
//
// Which function answers which request: the routes of an HTTP server.
//
//     Routes routes;
//     routes.get("/hello/{name}", [](const Request& request) {
//       return Response::text("hello, " + request.parameter("name") + "\n");
//     });
//     routes.post("/upload", upload).body(64 << 20).require_length();
//
// The type of a handler says how it works:
//
// | it takes                                  | and returns      | it is called                |
// |-------------------------------------------|------------------|-----------------------------|
// | `const Request&`, or nothing              | Response         | with the body, copying nothing |
// | `Request`                                 | Future<Response> | with the body; the Request is
// its own | | `Request, BodyReader`                     | Future<Response> | as soon as the head is
// there | | `Request, ResponseWriter`                 | Future<void>     | with the body; answers
// bit by bit | | `Request, BodyReader, ResponseWriter`     | Future<void>     | as soon as the head
// is there |
//
// See net/http_server.hpp for the server, net/router.hpp for the rules of matching.
#pragma once

#include <eddy/codec/http_method.hpp>
#include <eddy/net/detail/http_handler.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace eddy::http {

/// One route: what it answers, and what it takes.
class Route {
 public:
  Route(std::string method, std::string pattern, std::shared_ptr<detail::Handler> handler)
      : method_(method_of(method)),
        method_name_(std::move(method)),
        pattern_(std::move(pattern)),
        handler_(std::move(handler)) {}

  /// A longer body is answered with 413. By default Limits::max_body_in_memory for a body that is
  /// collected, and any length for one that is streamed.
  Route& body(std::uint64_t limit) noexcept {
    body_limit_ = limit;
    return *this;
  }
  /// A request without Content-Length is answered with 411.
  Route& require_length() noexcept {
    requires_length_ = true;
    return *this;
  }

  Method method() const noexcept { return method_; }
  const std::string& method_name() const noexcept { return method_name_; }
  const std::string& pattern() const noexcept { return pattern_; }
  detail::Handler& handler() const noexcept { return *handler_; }
  std::optional<std::uint64_t> body_limit() const noexcept { return body_limit_; }
  bool requires_length() const noexcept { return requires_length_; }

  /// The names of the parameters in the order of the pattern; filled by the Router.
  const std::vector<std::string>& parameters() const noexcept { return parameters_; }
  void set_parameters(std::vector<std::string> names) { parameters_ = std::move(names); }

 private:
  Method method_;
  std::string method_name_;
  std::string pattern_;
  std::shared_ptr<detail::Handler> handler_;
  std::optional<std::uint64_t> body_limit_;
  bool requires_length_ = false;
  std::vector<std::string> parameters_;
};

/// A list of routes. Copies share the handlers.
///
/// A pattern is a path; `{name}` stands for one segment, `{name...}` at its end for all that
/// follows. Mistakes are reported when a server is made with it.
class Routes {
 public:
  /// Adds a route. The reference is valid until the next one is added.
  template <class F>
  Route& add(std::string method, std::string pattern, F handler) {
    return routes_.emplace_back(
        std::move(method), std::move(pattern), detail::make_handler(std::move(handler)));
  }
  /// Answers HEAD too, without the body.
  template <class F>
  Route& get(std::string pattern, F handler) {
    return add("GET", std::move(pattern), std::move(handler));
  }
  template <class F>
  Route& post(std::string pattern, F handler) {
    return add("POST", std::move(pattern), std::move(handler));
  }
  template <class F>
  Route& put(std::string pattern, F handler) {
    return add("PUT", std::move(pattern), std::move(handler));
  }
  template <class F>
  Route& patch(std::string pattern, F handler) {
    return add("PATCH", std::move(pattern), std::move(handler));
  }
  /// DELETE, which C++ keeps for itself.
  template <class F>
  Route& del(std::string pattern, F handler) {
    return add("DELETE", std::move(pattern), std::move(handler));
  }

  const std::vector<Route>& list() const noexcept { return routes_; }

 private:
  std::vector<Route> routes_;
};

}  // namespace eddy::http
