// SPDX-License-Identifier: MIT
#include <eddy/codec/http_date.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace eddy::http;
using namespace std::chrono_literals;
using eddy::WallTime;

namespace {

std::string date(WallTime time) {
  std::string text(date_size, '?');
  char* end = write_date(time, text.data());
  text.resize(static_cast<std::size_t>(end - text.data()));
  return text;
}

WallTime at(std::int64_t seconds) {
  return WallTime(std::chrono::seconds(seconds));
}

}  // namespace

TEST_CASE("a date is written as RFC 9110 shows it") {
  CHECK(date(at(784'111'777)) == "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST_CASE("dates at the ends of days, months, years and of 32 bits are right") {
  CHECK(date(at(0)) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(date(at(-1)) == "Wed, 31 Dec 1969 23:59:59 GMT");
  CHECK(date(at(951'782'400)) == "Tue, 29 Feb 2000 00:00:00 GMT");
  CHECK(date(at(1'709'251'199)) == "Thu, 29 Feb 2024 23:59:59 GMT");
  CHECK(date(at(2'147'483'648)) == "Tue, 19 Jan 2038 03:14:08 GMT");
  CHECK(date(at(4'107'542'399)) == "Sun, 28 Feb 2100 23:59:59 GMT");
}

TEST_CASE("a date line changes with the second and not before") {
  DateLine line;

  CHECK(line.at(at(0)) == "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n");
  CHECK(line.at(at(0) + 999ms) == "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n");
  CHECK(line.at(at(1)) == "Date: Thu, 01 Jan 1970 00:00:01 GMT\r\n");
  CHECK(line.at(at(0)) == "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n");
}
