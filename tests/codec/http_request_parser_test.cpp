// SPDX-License-Identifier: MIT
//
// The parser as an object; what it takes and refuses is in request_*_test.cpp.
#include <eddy/codec/http_request_parser.hpp>

#include "http_reading.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <tuple>

using namespace eddy::http;
using eddy::http::testing::get_with;

using State = RequestParser::State;

namespace {

struct Parsing {
  Limits limits;
  HeadSpace space{limits};
  RequestParser parser{limits};
};

}  // namespace

TEST_CASE("a head is given as views of the octets it was read from") {
  Parsing t;
  std::string octets = get_with("X: y\r\n") + "behind";

  auto progress = t.parser.feed(octets, t.space);

  REQUIRE(progress.state == State::complete);
  CHECK(progress.consumed == octets.size() - 6);
  CHECK(t.space.head().method == Method::get);
  CHECK(t.space.head().path.data() == octets.data() + 4);
  CHECK(t.space.head().fields[1].name.data() == octets.data() + octets.find('X'));
}

TEST_CASE("no octets are no verdict") {
  Parsing t;

  CHECK(t.parser.feed({}, t.space).state == State::need_more);
  CHECK(t.parser.feed(get_with(""), t.space).state == State::complete);
}

TEST_CASE("the octets of a head may move between two calls") {
  Parsing t;
  auto first = std::make_unique<std::string>("GET /path HTTP/1.1\r\nHost: ");
  REQUIRE(t.parser.feed(*first, t.space).state == State::need_more);
  std::string second = *first + "a\r\n\r\n";
  first.reset();

  REQUIRE(t.parser.feed(second, t.space).state == State::complete);

  CHECK(t.space.head().path == "/path");
  CHECK(t.space.head().authority.data() == second.data() + second.rfind('a'));
}

TEST_CASE("one space serves many parsers whose heads arrive at the same time") {
  Parsing t;
  RequestParser other(t.limits);
  std::string octets = get_with("A: 1\r\nB: 2\r\n");
  REQUIRE(t.parser.feed(octets.substr(0, 35), t.space).state == State::need_more);
  REQUIRE(other.feed(get_with("C: 3\r\n"), t.space).state == State::complete);

  REQUIRE(t.parser.feed(octets, t.space).state == State::complete);

  CHECK(t.space.head().fields.size() == 3);
  CHECK(t.space.head().fields.value("B") == "2");
}

TEST_CASE("a parser is ready for the next head when one is complete") {
  Parsing t;
  std::string octets = get_with("A: 1\r\n");
  REQUIRE(t.parser.feed(octets.substr(0, 30), t.space).state == State::need_more);
  REQUIRE(t.parser.feed(octets, t.space).state == State::complete);

  auto next = t.parser.feed("PUT /x HTTP/1.0\r\n\r\n", t.space);

  CHECK(next.state == State::complete);
  CHECK(t.space.head().method == Method::put);
  CHECK(t.space.head().version == Version::http_1_0);
  CHECK(t.space.head().fields.empty());
}

TEST_CASE("a parser that failed reads nothing more") {
  Parsing t;
  REQUIRE(t.parser.feed("GET / HTTP/2.0\r\n", t.space).state == State::failed);

  auto progress = t.parser.feed(get_with(""), t.space);

  CHECK(progress.state == State::failed);
  CHECK(progress.refusal.status == Status::version_not_supported);
}

TEST_CASE("a copied head needs nothing of its original") {
  Parsing t;
  auto octets =
      std::make_unique<std::string>("GET http://b?q=1 HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n");
  REQUIRE(t.parser.feed(*octets, t.space).state == State::complete);
  std::unique_ptr<char[]> room(new char[copy_size(t.space.head(), *octets)]);

  RequestHead copy = copy_head(t.space.head(), *octets, room.get());
  octets.reset();
  std::ignore = t.parser.feed("PUT /other HTTP/1.1\r\nHost: other\r\nZ: zzzzz\r\n\r\n", t.space);

  CHECK(copy.method_name == "GET");
  CHECK(copy.target == "http://b?q=1");
  CHECK(copy.path == "/");
  CHECK(copy.query == "q=1");
  CHECK(copy.authority == "b");
  REQUIRE(copy.fields.size() == 2);
  CHECK(copy.fields.value("x") == "y");
}

TEST_CASE("a head without fields can be copied") {
  Parsing t;
  std::string octets = "GET / HTTP/1.0\r\n\r\n";
  REQUIRE(t.parser.feed(octets, t.space).state == State::complete);
  std::unique_ptr<char[]> room(new char[copy_size(t.space.head(), octets)]);

  CHECK(copy_head(t.space.head(), octets, room.get()).fields.empty());
}
