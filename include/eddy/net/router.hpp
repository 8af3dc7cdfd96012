// SPDX-License-Identifier: MIT
//
// Finds the route of a request: a tree of path segments, built once, searched without allocation.
//
// A segment that is written out wins over `{name}`, and that over `{name...}`, among the routes
// that have the method. HEAD falls back to GET.
#pragma once

#include <eddy/base/bytes.hpp>
#include <eddy/base/result.hpp>
#include <eddy/codec/http_method.hpp>
#include <eddy/net/detail/route_match.hpp>
#include <eddy/net/routes.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace eddy::http {

/// The routes of a server, ready to be searched.
///
/// Thread: any, once it is built.
class EDDY_EXPORT Router {
 public:
  enum class Found : std::uint8_t {
    route,
    no_path,    ///< no route has this path, with whatever method
    no_method,  ///< see allowed()
    bad_path,   ///< the path has escapes that cannot be decoded
  };

  /// Errors: Errc::invalid for bad patterns and for two routes that take the same requests; the
  /// context names them.
  [[nodiscard]] static Result<Router> build(const Routes& routes);

  /// Finds the route of a path that is still percent-encoded.
  ///
  /// Lifetime: the match points into the Router.
  Found find(Method method,
             ByteView method_name,
             ByteView path,
             detail::RouteMatch& match) const noexcept;

  /// The methods of a path, as an Allow field lists them; of all paths for "*".
  std::string allowed(ByteView path) const;

  /// Whether any route has this method.
  bool knows(Method method, ByteView method_name) const noexcept;

 private:
  class Search;
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  struct Node {
    std::vector<std::pair<std::string, std::uint32_t>> words;  // sorted
    std::uint32_t parameter = none;
    std::vector<std::uint32_t> routes;       // that end here
    std::vector<std::uint32_t> rest_routes;  // that end here with {name...}
  };

  /// A pattern without parameters: most requests of most servers ask for one of them.
  struct Literal {
    std::string path;
    std::uint32_t node;
  };

  Router() : nodes_(1) {}
  Result<void> add(const Route& route);
  std::uint32_t word_child(std::uint32_t node, ByteView word);
  std::uint32_t parameter_child(std::uint32_t node);
  Result<void> end_at(std::vector<std::uint32_t>& list, const Route& route);
  void index_literals();
  const Node* literal(ByteView path) const noexcept;

  std::vector<Node> nodes_;
  std::vector<Route> routes_;
  std::vector<Literal> literals_;
  std::vector<std::uint32_t> buckets_;  // 1 + place in literals_, or 0; the next one after a clash
};

}  // namespace eddy::http
