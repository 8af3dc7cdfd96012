// SPDX-License-Identifier: MIT
//
// Numbers are those of the hostile inputs that eddy owes an answer to.
#include <eddy/codec/url.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace eddy::url;

namespace {

bool refused(eddy::ByteView text) {
  auto decoded = decode(text);
  return !decoded && decoded.error() == eddy::Errc::invalid && !decodable(text);
}

std::vector<std::string> segments(eddy::ByteView path) {
  std::vector<std::string> result;
  Segments walk(path);
  while (auto segment = walk.next())
    result.emplace_back(*segment);
  return result;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("escapes are replaced by their octets") {
  CHECK(*decode("a%20b%2Fc%2f") == "a b/c/");
  CHECK(*decode("%C3%a4") == "\u00e4");
  CHECK(*decode("a+b") == "a+b");
  CHECK(decode("")->empty());
}

TEST_CASE("a plus is a space in a query") {
  CHECK(*decode_query("a+b%2B") == "a b+");
}

// 33
TEST_CASE("an escape without two hexadecimal digits is refused") {
  CHECK(refused("%"));
  CHECK(refused("%2"));
  CHECK(refused("%zz"));
  CHECK(refused("%2z"));
  CHECK(refused("a%"));
  CHECK(refused("%%20"));
  CHECK(refused("%+2"));
  CHECK(refused("% 2"));
}

// 33
TEST_CASE("an escaped NUL is refused") {
  CHECK(refused("a%00b"));
}

// 33
TEST_CASE("octets that are not UTF-8 in its shortest form are refused") {
  CHECK(refused("%c0%ae"));
  CHECK(refused("%c1%bf"));
  CHECK(refused("%e0%80%ae"));
  CHECK(refused("%e0%9f%bf"));
  CHECK(refused("%f0%80%80%ae"));
  CHECK(refused("%f0%8f%bf%bf"));
  CHECK(refused("%ed%a0%80"));
  CHECK(refused("%f4%90%80%80"));
  CHECK(refused("%f5%80%80%80"));
  CHECK(refused("%ff"));
  CHECK(refused("%80"));
  CHECK(refused("%c3"));
  CHECK(refused("%c3%28"));
  CHECK(refused("%e2%82"));
}

TEST_CASE("the first and last character of each length of UTF-8 are taken") {
  CHECK(decodable("%01%7f"));
  CHECK(decodable("%c2%80%df%bf"));
  CHECK(decodable("%e0%a0%80%ed%9f%bf%ee%80%80%ef%bf%bf"));
  CHECK(decodable("%f0%90%80%80%f4%8f%bf%bf"));
}

TEST_CASE("a text that needs no decoding says so") {
  CHECK(plain("/a+b"));
  CHECK_FALSE(plain("/a%20b"));
}

TEST_CASE("all but unreserved octets are escaped") {
  CHECK(encode("aZ09-._~") == "aZ09-._~");
  CHECK(encode("a b/\u00e4+%") == "a%20b%2F%C3%A4%2B%25");
}

TEST_CASE("the segments of a path are what stands between its slashes") {
  CHECK(segments("/") == Texts{""});
  CHECK(segments("/a") == Texts{"a"});
  CHECK(segments("/a/b/") == Texts{"a", "b", ""});
  CHECK(segments("//a") == Texts{"", "a"});
  CHECK(segments("/a%2Fb/c") == Texts{"a%2Fb", "c"});
  CHECK(segments("").empty());
  CHECK(segments("*").empty());
}

TEST_CASE("the rest of a path is what its segments have not been taken from") {
  Segments walk("/files/a/b");
  REQUIRE(*walk.next() == "files");

  CHECK(walk.rest() == "/a/b");
}

TEST_CASE("a parameter is found by its decoded name and decoded when it is asked for") {
  Query query("a=1&b%20c=%26d&e+f=g+h&i");

  CHECK(**query.get("a") == "1");
  CHECK(**query.get("b c") == "&d");
  CHECK(**query.get("e f") == "g h");
  CHECK((*query.get("i"))->empty());
  CHECK(*query.raw("b c") == "%26d");
}

TEST_CASE("a parameter that is not there is nothing, and not an error") {
  Query query("ab=1&=2&&");

  CHECK_FALSE(query.get("a")->has_value());
  CHECK_FALSE(query.contains("abc"));
  CHECK_FALSE(query.contains("2"));
  CHECK(**query.get("") == "2");
  CHECK_FALSE(Query("").contains("a"));
}

TEST_CASE("the first of several equal parameters is given") {
  CHECK(**Query("a=1&a=2").get("a") == "1");
}

TEST_CASE("a value may hold an equals sign and a name that cannot be decoded hides no other") {
  Query query("a=b=c&%zz=1&d=2");

  CHECK(**query.get("a") == "b=c");
  CHECK(**query.get("d") == "2");
}

TEST_CASE("a value that cannot be decoded is an error that names the parameter") {
  auto value = Query("ms=%zz").get("ms");

  REQUIRE_FALSE(value.has_value());
  CHECK(value.error() == eddy::Errc::invalid);
  CHECK(value.error().context().find("ms") != eddy::ByteView::npos);
}
