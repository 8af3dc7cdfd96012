// SPDX-License-Identifier: MIT
#include <eddy/codec/http_date.hpp>

#include "put.hpp"

namespace eddy::http {

using detail::put;

namespace {

constexpr ByteView days = "SunMonTueWedThuFriSat";
constexpr ByteView months = "JanFebMarAprMayJunJulAugSepOctNovDec";

char* put_two(char* at, unsigned number) noexcept {
  *at++ = static_cast<char>('0' + number / 10 % 10);
  *at++ = static_cast<char>('0' + number % 10);
  return at;
}

}  // namespace

char* write_date(WallTime time, char* at) noexcept {
  auto day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day date(day);
  std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  auto year = static_cast<unsigned>(static_cast<int>(date.year()));

  at = put(at, days.substr(std::chrono::weekday(day).c_encoding() * 3, 3));
  at = put(at, ", ");
  at = put_two(at, static_cast<unsigned>(date.day()));
  *at++ = ' ';
  at = put(at, months.substr((static_cast<unsigned>(date.month()) - 1) * 3, 3));
  *at++ = ' ';
  at = put_two(at, year / 100);
  at = put_two(at, year);
  *at++ = ' ';
  at = put_two(at, static_cast<unsigned>(clock.hours().count()));
  *at++ = ':';
  at = put_two(at, static_cast<unsigned>(clock.minutes().count()));
  *at++ = ':';
  at = put_two(at, static_cast<unsigned>(clock.seconds().count()));
  return put(at, " GMT");
}

ByteView DateLine::at(WallTime time) noexcept {
  auto second = std::chrono::floor<std::chrono::seconds>(time);
  if (second != second_) {
    second_ = second;
    char* end = put(line_.data(), "Date: ");
    end = write_date(time, end);
    put(end, "\r\n");
  }
  return {line_.data(), line_.size()};
}

}  // namespace eddy::http
