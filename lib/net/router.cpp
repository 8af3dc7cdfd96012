// SPDX-License-Identifier: MIT
#include <eddy/codec/url.hpp>
#include <eddy/net/router.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <tuple>

namespace eddy::http {

using detail::max_parameters;
using detail::RouteMatch;

namespace {

Error bad(const Route& route, std::string_view why) {
  std::string context = "route " + route.method_name() + " " + route.pattern() + ": ";
  return Error(make_error_code(Errc::invalid), context.append(why));
}

/// One segment of a pattern.
struct Piece {
  enum class Kind : std::uint8_t { word, parameter, rest };
  Kind kind = Kind::word;
  ByteView text;  // the word, or the parameter's name
};

/// Reads a segment of a pattern; nothing if its braces make no sense.
std::optional<Piece> piece_of(ByteView segment) {
  const bool opens = segment.starts_with('{');
  if (!opens && segment.find_first_of("{}") == ByteView::npos) return Piece{{}, segment};
  if (!opens || !segment.ends_with('}')) return std::nullopt;
  Piece piece{Piece::Kind::parameter, segment.substr(1, segment.size() - 2)};
  if (piece.text.ends_with("...")) {
    piece = Piece{Piece::Kind::rest, piece.text.substr(0, piece.text.size() - 3)};
  }
  if (piece.text.empty() || piece.text.find_first_of("{}.") != ByteView::npos) return std::nullopt;
  return piece;
}

// Paths are compared decoded, so that every spelling of a path has the same route. The caller has
// seen that the whole path can be decoded.
bool same_word(const std::string& word, ByteView segment) {
  if (url::plain(segment)) return word == segment;
  Result<std::string> decoded = url::decode(segment);
  return decoded && *decoded == word;
}

void add_once(std::vector<ByteView>& list, ByteView name) {
  if (std::find(list.begin(), list.end(), name) == list.end()) list.push_back(name);
}

// By length and last octets: paths have long beginnings in common.
std::size_t scattered(ByteView path) noexcept {
  std::uint64_t last = 0;
  if (path.size() >= sizeof last) {
    std::memcpy(&last, path.data() + path.size() - sizeof last, sizeof last);
  } else {
    for (char octet : path)
      last = last << 8U | static_cast<unsigned char>(octet);
  }
  return static_cast<std::size_t>(((last ^ path.size()) * 0x9e3779b97f4a7c15U) >> 32U);
}

}  // namespace

/// One walk through the tree.
class Router::Search {
 public:
  Search(const Router& router, ByteView path, RouteMatch& match) noexcept
      : router_(router), path_(path), match_(match) {}

  /// Looks for a route with this method below `node`, which was reached at `rest` of the path.
  bool find(std::uint32_t node, ByteView rest, std::size_t depth, Method method, ByteView name) {
    const Node& here = router_.nodes_[node];
    if (rest.empty()) return take(here.routes, method, name);
    const std::size_t slash = rest.find('/', 1);
    const ByteView segment = rest.substr(1, slash == ByteView::npos ? slash : slash - 1);
    const ByteView after = slash == ByteView::npos ? ByteView() : rest.substr(slash);
    const std::uint32_t word = word_at(here, segment);
    if (word != none && find(word, after, depth, method, name)) return true;
    if (here.parameter != none && !segment.empty()) {
      note(depth, segment);
      if (find(here.parameter, after, depth + 1, method, name)) return true;
    }
    if (here.rest_routes.empty()) return false;
    note(depth, rest.substr(1));
    return take(here.rest_routes, method, name);
  }

  /// Takes the route of this method among those that end at a node.
  bool take(const std::vector<std::uint32_t>& list, Method method, ByteView name) noexcept {
    const Route* get = nullptr;
    for (std::uint32_t index : list) {
      const Route& route = router_.routes_[index];
      if (route.method() == method && (method != Method::other || route.method_name() == name)) {
        match_.route = &route;
        return true;
      }
      if (route.method() == Method::get) get = &route;
    }
    if (method != Method::head || get == nullptr) return false;
    match_.route = get;
    return true;
  }

  /// Collects the methods of all routes that take the path.
  void collect(std::uint32_t node, ByteView rest, std::vector<ByteView>& methods) const {
    const Node& here = router_.nodes_[node];
    if (rest.empty()) return names(here.routes, methods);
    const std::size_t slash = rest.find('/', 1);
    const ByteView segment = rest.substr(1, slash == ByteView::npos ? slash : slash - 1);
    const ByteView after = slash == ByteView::npos ? ByteView() : rest.substr(slash);
    const std::uint32_t word = word_at(here, segment);
    if (word != none) collect(word, after, methods);
    if (here.parameter != none && !segment.empty()) collect(here.parameter, after, methods);
    names(here.rest_routes, methods);
  }

 private:
  static std::uint32_t word_at(const Node& node, ByteView segment) {
    if (!url::plain(segment)) {
      auto found = std::find_if(node.words.begin(), node.words.end(), [segment](const auto& word) {
        return same_word(word.first, segment);
      });
      return found == node.words.end() ? none : found->second;
    }
    auto found = std::lower_bound(
        node.words.begin(), node.words.end(), segment, [](const auto& word, ByteView text) {
          return word.first < text;
        });
    return found == node.words.end() || found->first != segment ? none : found->second;
  }

  void note(std::size_t depth, ByteView text) noexcept {
    match_.places[depth] = {static_cast<std::uint32_t>(text.data() - path_.data()),
                            static_cast<std::uint32_t>(text.size())};
  }
  void names(const std::vector<std::uint32_t>& list, std::vector<ByteView>& methods) const {
    for (std::uint32_t index : list)
      add_once(methods, router_.routes_[index].method_name());
  }

  const Router& router_;
  ByteView path_;
  RouteMatch& match_;
};

Result<Router> Router::build(const Routes& routes) {
  Router router;
  router.routes_.reserve(routes.list().size());
  for (const Route& route : routes.list()) {
    Result<void> added = router.add(route);
    if (!added) return std::move(added).error();
  }
  router.index_literals();
  return router;
}

Result<void> Router::add(const Route& route) {
  if (!route.pattern().starts_with('/')) return bad(route, "a pattern begins with a slash");
  if (route.method_name().empty()) return bad(route, "the method is missing");
  routes_.push_back(route);
  Route& own = routes_.back();
  std::vector<std::string> names;
  std::uint32_t node = 0;
  url::Segments segments(own.pattern());
  while (std::optional<ByteView> segment = segments.next()) {
    std::optional<Piece> piece = piece_of(*segment);
    if (!piece) return bad(route, "a parameter is a whole segment, {name} or {name...}");
    if (piece->kind == Piece::Kind::word) {
      node = word_child(node, piece->text);
      continue;
    }
    if (std::find(names.begin(), names.end(), piece->text) != names.end()) {
      return bad(route, "two parameters have one name");
    }
    if (names.size() == max_parameters) return bad(route, "it has too many parameters");
    names.emplace_back(piece->text);
    if (piece->kind == Piece::Kind::rest) {
      if (!segments.rest().empty()) return bad(route, "nothing can follow {name...}");
      own.set_parameters(std::move(names));
      return end_at(nodes_[node].rest_routes, own);
    }
    node = parameter_child(node);
  }
  const bool literal = names.empty() && url::plain(own.pattern());
  if (literal && nodes_[node].routes.empty()) literals_.push_back({own.pattern(), node});
  own.set_parameters(std::move(names));
  return end_at(nodes_[node].routes, own);
}

std::uint32_t Router::word_child(std::uint32_t node, ByteView word) {
  auto& words = nodes_[node].words;
  auto place = std::lower_bound(
      words.begin(), words.end(), word, [](const auto& a, ByteView b) { return a.first < b; });
  if (place != words.end() && place->first == word) return place->second;
  const auto child = static_cast<std::uint32_t>(nodes_.size());
  words.emplace(place, std::string(word), child);
  nodes_.emplace_back();
  return child;
}

std::uint32_t Router::parameter_child(std::uint32_t node) {
  if (nodes_[node].parameter == none) {
    nodes_[node].parameter = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
  }
  return nodes_[node].parameter;
}

Result<void> Router::end_at(std::vector<std::uint32_t>& list, const Route& route) {
  for (std::uint32_t index : list) {
    const Route& other = routes_[index];
    if (other.method_name() == route.method_name()) {
      return bad(route, "it takes the same requests as " + other.pattern());
    }
  }
  list.push_back(static_cast<std::uint32_t>(routes_.size() - 1));
  return {};
}

// At most half full, so that a search soon finds a free bucket.
void Router::index_literals() {
  std::size_t size = 2;
  while (size < 2 * literals_.size())
    size *= 2;
  buckets_.assign(size, 0);
  for (std::uint32_t i = 0; i < literals_.size(); ++i) {
    std::size_t at = scattered(literals_[i].path) & (size - 1);
    while (buckets_[at] != 0)
      at = (at + 1) & (size - 1);
    buckets_[at] = i + 1;
  }
}

const Router::Node* Router::literal(ByteView path) const noexcept {
  const std::size_t mask = buckets_.size() - 1;
  for (std::size_t at = scattered(path) & mask; buckets_[at] != 0; at = (at + 1) & mask) {
    const Literal& known = literals_[buckets_[at] - 1];
    if (known.path == path) return &nodes_[known.node];
  }
  return nullptr;
}

Router::Found Router::find(Method method,
                           ByteView method_name,
                           ByteView path,
                           RouteMatch& match) const noexcept {
  // Written segments win over all others, so that the tree would find the same.
  const Node* const same = literal(path);
  if (same != nullptr && Search(*this, path, match).take(same->routes, method, method_name)) {
    return Found::route;
  }
  if (!url::plain(path) && !url::decodable(path)) return Found::bad_path;
  if (Search(*this, path, match).find(0, path, 0, method, method_name)) return Found::route;
  std::vector<ByteView> methods;
  Search(*this, path, match).collect(0, path, methods);
  return methods.empty() ? Found::no_path : Found::no_method;
}

std::string Router::allowed(ByteView path) const {
  std::vector<ByteView> methods;
  if (path == "*") {
    for (const Route& route : routes_)
      add_once(methods, route.method_name());
  } else {
    RouteMatch unused;
    Search(*this, path, unused).collect(0, path, methods);
  }
  if (std::find(methods.begin(), methods.end(), "GET") != methods.end()) add_once(methods, "HEAD");
  add_once(methods, "OPTIONS");
  std::sort(methods.begin(), methods.end());
  std::string text;
  for (ByteView method : methods)
    text.append(text.empty() ? "" : ", ").append(method);
  return text;
}

bool Router::knows(Method method, ByteView method_name) const noexcept {
  return std::any_of(routes_.begin(), routes_.end(), [&](const Route& route) {
    return route.method() == method &&
           (method != Method::other || route.method_name() == method_name);
  });
}

}  // namespace eddy::http
