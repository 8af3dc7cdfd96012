// SPDX-License-Identifier: MIT
//
// Numbers are those of the hostile inputs that eddy owes an answer to.
#include <eddy/codec/http_response.hpp>

#include <eddy/base/error.hpp>

#include <doctest/doctest.h>

#include <string>
#include <type_traits>
#include <utility>

using namespace eddy::http;
using namespace std::string_literals;

namespace {

// True if a field is refused with Errc::invalid and the response stays as it was.
bool refuses(const std::string& name, const std::string& value) {
  Response response;
  try {
    response.header(name, value);
  } catch (const eddy::Exception& exception) {
    return exception.error() == eddy::Errc::invalid && response.lines().empty();
  }
  return false;
}

static_assert(std::is_nothrow_move_constructible_v<Response>);
static_assert(std::is_nothrow_move_assignable_v<Response>);

}  // namespace

TEST_CASE("a response is 200 without a body unless it is told otherwise") {
  Response response;

  CHECK(response.status() == Status::ok);
  CHECK(response.body().empty());
  CHECK(response.content_type_line().empty());
  CHECK(response.lines().empty());
  CHECK_FALSE(response.closes());
}

TEST_CASE("each kind of body names its type") {
  CHECK(Response::text("a").content_type_line() == "Content-Type: text/plain; charset=utf-8\r\n");
  CHECK(Response::html("a").content_type_line() == "Content-Type: text/html; charset=utf-8\r\n");
  CHECK(Response::json_text("{}").content_type_line() == "Content-Type: application/json\r\n");
  CHECK(Response::bytes("a", "image/png").lines() == "Content-Type: image/png\r\n");
  CHECK(Response::bytes("a", "image/png").content_type_line().empty());
}

TEST_CASE("a static text is not copied") {
  static constexpr char text[] = "a text that is too long to be stored in a small string";

  CHECK(Response::static_text(text).body().data() == text);
  CHECK(Response::static_text("").body().empty());
}

TEST_CASE("a response is built in one expression") {
  Response response =
      Response::text("no\n").status(Status::not_found).header("X-A", "1").header("X-B", "").close();

  CHECK(response.status() == Status::not_found);
  CHECK(response.lines() == "X-A: 1\r\nX-B: \r\n");
  CHECK(response.body() == "no\n");
  CHECK(response.closes());
}

TEST_CASE("a redirect says where to") {
  CHECK(Response::redirect("/a").lines() == "Location: /a\r\n");
  CHECK(Response::redirect("/a").status() == Status::found);
  CHECK(Response::redirect("/a", Status::see_other).status() == Status::see_other);
}

TEST_CASE("a response keeps its fields when it is moved, copied and assigned, few or many") {
  Response small = Response::text("body").header("A", "1");
  Response large = Response::text("body").header("A", std::string(300, 'a')).header("B", "2");

  Response copy = large;
  Response moved = std::move(large);
  Response assigned;
  assigned = std::move(small);

  CHECK(copy.lines() == "A: " + std::string(300, 'a') + "\r\nB: 2\r\n");
  CHECK(moved.lines() == copy.lines());
  CHECK(assigned.lines() == "A: 1\r\n");
  copy = assigned;
  CHECK(copy.lines() == "A: 1\r\n");
  assigned = std::move(moved);
  CHECK(assigned.lines().size() == 311);
}

TEST_CASE("fields that fill the inline room exactly, and one more, are kept in order") {
  Response response;
  response.header("A", std::string(59, '1')).header("B", std::string(59, '2'));
  REQUIRE(response.lines().size() == HeaderLines::inline_size);

  response.header("C", "");

  CHECK(response.lines() ==
        "A: " + std::string(59, '1') + "\r\nB: " + std::string(59, '2') + "\r\nC: \r\n");
}

// 96
TEST_CASE("a field that would be more than one line is refused when it is set") {
  CHECK(refuses("X", "a\r\nSet-Cookie: b"));
  CHECK(refuses("X", "a\rb"));
  CHECK(refuses("X", "a\nb"));
  CHECK(refuses("X", "a\0b"s));
  CHECK(refuses("X", "a\x7f"));
  CHECK(refuses("X", "\x1b[0m"));
  CHECK(refuses("X\r\nY", "a"));
  CHECK(refuses("X:", "a"));
  CHECK(refuses("X Y", "a"));
  CHECK(refuses("", "a"));
  CHECK(refuses("X\x80", "a"));
  CHECK(refuses("Set-Cookie", "a=b\r\n"));
}

TEST_CASE("a value with space at its ends is refused, for a reader would take it off") {
  CHECK(refuses("X", " a"));
  CHECK(refuses("X", "a\t"));
}

// 97: octets are checked as they will be sent; nothing narrows U+010D U+010A to CR LF.
TEST_CASE("a value of UTF-8 is sent octet for octet") {
  Response response;
  response.header("X", "\u010d\u010a\ta");

  CHECK(response.lines() == "X: \xc4\x8d\xc4\x8a\ta\r\n");
}

// 60, 96
TEST_CASE("fields that the server writes cannot be set") {
  CHECK(refuses("Content-Length", "5"));
  CHECK(refuses("content-length", "5"));
  CHECK(refuses("Transfer-Encoding", "chunked"));
  CHECK(refuses("Connection", "close"));
  CHECK(refuses("Keep-Alive", "5"));
  CHECK(refuses("Date", "now"));
  CHECK(refuses("Trailer", "A"));
  CHECK(refuses("Upgrade", "a"));
}

TEST_CASE("a body has one type, the one that was set last") {
  Response response = Response::text("a").header("content-type", "text/csv");

  CHECK(response.content_type_line().empty());
  CHECK(response.lines() == "content-type: text/csv\r\n");
  CHECK_THROWS_AS(response.header("Content-Type", "text/css"), eddy::Exception);
  CHECK_THROWS_AS(Response::bytes("a", "text\r\n"), eddy::Exception);
  CHECK_THROWS_AS(Response::redirect("/a\r\nX: b"), eddy::Exception);
}

TEST_CASE("a status that ends no exchange is refused") {
  CHECK_THROWS_AS(Response().status(Status::continue_), eddy::Exception);
  CHECK_THROWS_AS(Response().status(static_cast<Status>(0)), eddy::Exception);
  CHECK_THROWS_AS(Response().status(static_cast<Status>(99)), eddy::Exception);
  CHECK_THROWS_AS(Response().status(static_cast<Status>(600)), eddy::Exception);
  CHECK(Response(static_cast<Status>(599)).status() == static_cast<Status>(599));
}
