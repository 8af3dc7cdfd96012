// SPDX-License-Identifier: MIT
//
// What is printed of a check that fails, by the function of doctest that prints it.
#include <eddy/testing/text.hpp>

#include <string>
#include <system_error>

#include <doctest/doctest.h>

using namespace eddy;
using namespace eddy::literals;

namespace {

template <class Left, class Right>
std::string printed(const Left& left, const Right& right) {
  return doctest::detail::stringifyBinaryExpr(left, " == ", right).c_str();
}

struct Nameless {};

}  // namespace

TEST_CASE("a check that fails prints errors, and what they are compared with") {
  const Error error(std::errc::connection_refused, "connect 127.0.0.1:80");

  CHECK(printed(error, Errc::timed_out) == "connect 127.0.0.1:80: Connection refused == timed out");
  CHECK(printed(Error(Errc::closed), peer_gone).starts_with("closed == "));
}

TEST_CASE("a check that fails prints addresses") {
  CHECK(printed("[::1]:80"_addr, Address()) == "[::1]:80 == none");
  CHECK(printed("example.org:80"_endpoint, "h:1"_endpoint) == "example.org:80 == h:1");
}

TEST_CASE("a check that fails prints what a result holds") {
  const Result<int> number = 7;
  const Result<int> failed = Errc::closed;
  const Result<Nameless> nameless = Nameless();

  CHECK(printed(number, failed) == "7 == closed");
  CHECK(printed(Result<void>(), Result<void>(Errc::closed)) == "success == closed");
  CHECK(printed(nameless, 1) == "{?} == 1");
}
