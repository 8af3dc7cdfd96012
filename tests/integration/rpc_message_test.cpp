// SPDX-License-Identifier: MIT
#include "22_rpc/message.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <variant>

using namespace rpc;
using namespace std::string_literals;
using namespace std::string_view_literals;
using eddy::Errc;

namespace {

std::string pack(const Json& value) {
  std::string bytes;
  Json::to_msgpack(value, bytes);
  return bytes;
}

/// A response whose result is `lists` empty lists in each other.
std::string nested(std::size_t lists) {
  return "\x81\xa8response\x82\xa2id\x01\xa6result"s + std::string(lists - 1, '\x91') + '\x90';
}

/// A request with a list of so many zeros.
std::string long_list(std::size_t length) {
  return encode(Request{1, "m", Json(Json::array_t(length, Json(0)))});
}

}  // namespace

TEST_CASE("a request is what it was when it was sent") {
  const auto message = decode(encode(Request{7, "divide", {6, 3}})).value();

  const auto& request = std::get<Request>(message);
  CHECK(request.id == 7);
  CHECK(request.method == "divide");
  CHECK(request.params == Json({6, 3}));
}

TEST_CASE("messages are MessagePack") {
  CHECK(encode(Request{1, "m", 2}) == "\x81\xa7request\x83\xa2id\1\xa6method\xa1m\xa6params\2");
  CHECK(encode(Response{1, 2}) == "\x81\xa8response\x82\xa2id\1\xa6result\2");
  CHECK(encode(Response{1, {}, Failure("t")}) ==
        "\x81\xa8response\x82\xa5"
        "error\x82\xa4"
        "args\x90\xa4type\xa1t\xa2id\1");
}

TEST_CASE("a request may have no parameters") {
  const auto message = decode(pack({{"request", {{"id", 1}, {"method", "m"}}}})).value();

  CHECK(std::get<Request>(message).params.is_null());
}

TEST_CASE("an error keeps its type and its arguments") {
  const auto message = decode(encode(Response{7, {}, Failure("Full", {"tank", 3})})).value();

  const auto& response = std::get<Response>(message);
  REQUIRE(response.failure);
  CHECK(response.failure->type() == "Full");
  CHECK(response.failure->args() == Json({"tank", 3}));
  CHECK(response.failure->what() == R"(Full ["tank",3])"sv);
}

TEST_CASE("parity 12.3: null, false, 0 and what is empty are results") {
  for (const Json& value :
       {Json(), Json(false), Json(0), Json(0.0), Json(""), Json::array(), Json::object()}) {
    CAPTURE(value.dump());
    const auto message = decode(encode(Response{1, value})).value();

    CHECK(std::get<Response>(message).result == value);
    CHECK_FALSE(std::get<Response>(message).failure);
  }
}

TEST_CASE("what is no message is refused") {
  const Json body = {{"id", 1}, {"result", 2}};
  const Json error = {{"type", "t"}};
  for (const std::string& bytes : {
           ""s,                                   // nothing
           "\xc1"s,                               // what MessagePack never uses
           "\xdd\xff\xff\xff\xff"s,               // a list that is not there
           "\xdb\xff\xff\xff\xff"s,               // a string that is not there
           encode(Response{1, 2}) + "\xc0",       // more than a message
           encode(Response{1, 2}).substr(0, 10),  // less
           pack(1),
           pack("request"),
           pack(Json::array({"request"})),  // no object
           pack(Json::object()),
           pack({{"query", body}}),                        // neither
           pack({{"request", body}, {"response", body}}),  // both
           pack({{"request", 1}}),
           pack({{"response", nullptr}}),
           pack({{"request", {{"method", "m"}}}}),
           pack({{"request", {{"id", -1}, {"method", "m"}}}}),
           pack({{"request", {{"id", "1"}, {"method", "m"}}}}),
           pack({{"request", {{"id", 1}}}}),
           pack({{"request", {{"id", 1}, {"method", 2}}}}),
           pack({{"response", {{"result", 2}}}}),
           pack({{"response", {{"id", 1}}}}),
           pack({{"response", {{"id", 1}, {"result", 2}, {"error", error}}}}),
           pack({{"response", {{"id", 1}, {"error", "bad"}}}}),
           pack({{"response", {{"id", 1}, {"error", {{"type", 1}}}}}}),
       }) {
    CAPTURE(bytes);
    CHECK(decode(bytes).error() == Errc::protocol);
  }
}

TEST_CASE("lists may be nested up to the limit") {
  CHECK(decode(nested(5), {.depth = 7}));
  CHECK(decode(nested(6), {.depth = 7}).error() == Errc::too_large);
}

TEST_CASE("100,000 nested lists are refused, and take no stack") {
  CHECK(decode(nested(100'000)).error() == Errc::too_large);
}

TEST_CASE("a message has only so many values") {
  CHECK(decode(long_list(90), {.values = 100}));
  CHECK(decode(long_list(100), {.values = 100}).error() == Errc::too_large);
}

TEST_CASE("the text of an error from the other side is short, and fit for a log") {
  const Failure failure("Bad", Json::array({"\xff\n" + std::string(1000, 'x')}));

  const std::string_view text = failure.what();
  CHECK(text.size() < 250);
  CHECK(text.substr(0, 14) == R"(Bad ["\ufffd\n)");
}

TEST_CASE("an error that is no failure of a method is told by its message") {
  CHECK(Failure::of(eddy::Error(Errc::timed_out)).type() == "error");
  CHECK(Failure::of(eddy::Error(Errc::timed_out)).args() == Json({"timed out"}));
  CHECK_FALSE(Failure::in(eddy::Error(Errc::timed_out)));
}
