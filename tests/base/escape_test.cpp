// SPDX-License-Identifier: MIT
//
// Hardening case 237: text from the network with CR, LF, ESC, NUL or invalid UTF-8 in it.
#include "escape.hpp"

#include "support.hpp"

#include <eddy/base/log_writer.hpp>

#include <string>
#include <string_view>

#include <doctest/doctest.h>

using namespace eddy;
using namespace eddy::test;
using namespace std::string_literals;

namespace {

std::string text(std::string_view octets) {
  std::string out;
  detail::append_escaped(out, octets);
  return out;
}

std::string json(std::string_view octets) {
  std::string out;
  detail::append_json(out, octets);
  return out;
}

std::string every_octet() {
  std::string octets;
  for (int c = 0; c < 256; ++c)
    octets += static_cast<char>(c);
  return octets;
}

std::size_t controls_in(std::string_view line) {
  std::size_t count = 0;
  for (char c : line)
    count += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? 1 : 0;
  return count;
}

/// Tells whether `octets` are valid UTF-8 throughout.
bool is_utf8(std::string_view octets) {
  while (!octets.empty()) {
    std::size_t length = detail::utf8_sequence(octets);
    if (length == 0) return false;
    octets.remove_prefix(length);
  }
  return true;
}

/// Tells whether `inside` may stand between the quotes of a JSON string (RFC 8259, section 7).
bool is_json_string(std::string_view inside) {
  while (!inside.empty()) {
    char c = inside.front();
    inside.remove_prefix(1);
    if (c == '"' || static_cast<unsigned char>(c) < 0x20) return false;
    if (c != '\\') continue;
    if (inside.empty() || std::string_view("\"\\/bfnrtu").find(inside.front()) == inside.npos) {
      return false;
    }
    bool unicode = inside.front() == 'u';
    inside.remove_prefix(1);
    if (!unicode) continue;
    if (inside.substr(0, 4).find_first_not_of("0123456789abcdefABCDEF") != inside.npos ||
        inside.size() < 4) {
      return false;
    }
    inside.remove_prefix(4);
  }
  return true;
}

std::string logged(log::Format format, std::string_view value) {
  TemporaryFile file;
  {
    log::Writer::Config config;
    config.format = format;
    config.output = file.descriptor();
    log::Writer writer(config);
    log::info("from the network", {{"value", value}, {value, 1}});
  }
  return file.text();
}

}  // namespace

TEST_CASE("printable text passes unchanged") {
  CHECK(text("hello, world ~") == "hello, world ~");
  CHECK(text("grüße, 世界 🙂") == "grüße, 世界 🙂");
  CHECK(json("grüße, 世界 🙂") == "grüße, 世界 🙂");
}

TEST_CASE("control characters are escaped, so that one record is one line") {
  CHECK(text("a\r\nb\tc") == "a\\r\\nb\\tc");
  CHECK(text("\x1b[2J\x7f"s) == "\\x1b[2J\\x7f");
  CHECK(text("nul\0here"s) == "nul\\x00here");
  CHECK(text("back\\slash") == "back\\\\slash");
  CHECK(json("a\r\nb\tc") == "a\\r\\nb\\tc");
  CHECK(json("\x1b\x7f\0"s) == "\\u001b\\u007f\\u0000");
  CHECK(json("\"\\") == "\\\"\\\\");
}

TEST_CASE("the upper control characters are escaped too, for terminals obey them") {
  CHECK(text("\xc2\x9b"
             "2J") == "\\xc2\\x9b2J");
  CHECK(json("\xc2\x9b"
             "2J") == "\\u009b2J");
}

TEST_CASE("invalid UTF-8 is escaped in text and replaced in json") {
  CHECK(text("\xff") == "\\xff");
  CHECK(text("\xc3") == "\\xc3");
  CHECK(json("a\xff"
             "b") == "a\\ufffdb");
}

TEST_CASE("a UTF-8 sequence is valid only in its shortest form and inside Unicode") {
  CHECK(detail::utf8_sequence("\xc3\xa4") == 2);
  CHECK(detail::utf8_sequence("\xe2\x82\xac") == 3);
  CHECK(detail::utf8_sequence("\xf0\x9f\x99\x82") == 4);
  CHECK(detail::utf8_sequence("\xf4\x8f\xbf\xbf") == 4);
  CHECK(detail::utf8_sequence("\xc0\xaf") == 0);          // overlong
  CHECK(detail::utf8_sequence("\xe0\x80\xaf") == 0);      // overlong
  CHECK(detail::utf8_sequence("\xf0\x80\x80\xaf") == 0);  // overlong
  CHECK(detail::utf8_sequence("\xed\xa0\x80") == 0);      // a surrogate
  CHECK(detail::utf8_sequence("\xf4\x90\x80\x80") == 0);  // past the end
  CHECK(detail::utf8_sequence("\xe2\x82") == 0);          // cut off
  CHECK(detail::utf8_sequence("\x80") == 0);
  CHECK(detail::utf8_sequence("") == 0);
}

TEST_CASE("quoted text is cut after its limit") {
  CHECK(detail::quoted("a\"b\n") == "\"a\\\"b\\n\"");
  CHECK(detail::quoted("abcdef", 3) == "\"abc…\"");
}

TEST_CASE("hardening 237: any octets make one line of text without control characters") {
  std::string line = logged(log::Format::plain, every_octet());

  CHECK(count_of(line, "\n") == 1);
  CHECK(line.back() == '\n');
  CHECK(controls_in(line) == 1);
  CHECK(is_utf8(line));
}

TEST_CASE("hardening 237: any octets make one line of valid json") {
  std::string line = logged(log::Format::json, every_octet());
  std::size_t start = line.find("\"value\":\"") + 9;
  std::string inside = line.substr(start, line.find("\",\"", start) - start);

  CHECK(count_of(line, "\n") == 1);
  CHECK(controls_in(line) == 1);
  CHECK(is_utf8(line));
  CHECK(is_json_string(inside));
  CHECK(inside.substr(0, 12) == "\\u0000\\u0001");
  CHECK(inside.substr(inside.size() - 12) == "\\ufffd\\ufffd");
}

TEST_CASE("hardening 237: a forged record stays inside the value that brought it") {
  std::string_view forged = "x\n2026-01-01T00:00:00.000Z CRITICAL all is lost";

  CHECK(lines_of(logged(log::Format::stream, forged)).size() == 1);
  CHECK(lines_of(logged(log::Format::color, forged)).size() == 1);
  CHECK(lines_of(logged(log::Format::json, forged)).size() == 1);
}
