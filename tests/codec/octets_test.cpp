// SPDX-License-Identifier: MIT
#include "octets.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace eddy::http::detail;

namespace {

// Puts every octet at every place of a text longer than two vectors and counts where the search
// that may be vectorised differs from the one by table.
std::size_t differences() {
  std::size_t found = 0;
  for (std::size_t place = 0; place < 40; ++place) {
    for (unsigned octet = 0; octet < 256; ++octet) {
      std::string text(40, 'a');
      text[place] = static_cast<char>(octet);
      const char* end = text.data() + text.size();
      bool allowed = (octet >= 0x20 || octet == '\t') && octet != 0x7f;
      const char* expected = allowed ? end : text.data() + place;
      found += skip_value(text.data(), end) != expected ? 1 : 0;
      found += skip(text.data(), end, value_octet) != expected ? 1 : 0;
    }
  }
  return found;
}

std::size_t octets_of_class(std::uint8_t octet_class) {
  std::size_t count = 0;
  for (unsigned octet = 0; octet < 256; ++octet) {
    count += is(static_cast<char>(octet), octet_class) ? 1 : 0;
  }
  return count;
}

}  // namespace

TEST_CASE("the end of a value is found wherever it is, with vectors and without") {
  CHECK(differences() == 0);
}

TEST_CASE("the classes have as many octets as their grammars") {
  CHECK(octets_of_class(token_octet) == 77);
  CHECK(octets_of_class(value_octet) == 224);
  CHECK(octets_of_class(quoted_octet) == 222);
  CHECK(octets_of_class(host_octet) == 77);
}

TEST_CASE("the elements of a list are given without the space around them") {
  eddy::ByteView list = " a\t,, b c ,";

  CHECK(next_element(list) == "a");
  CHECK(next_element(list).empty());
  CHECK(next_element(list) == "b c");
  CHECK(list.empty());
}

TEST_CASE("a hexadecimal digit has its value and other octets have none") {
  CHECK(hex_value('0') == 0);
  CHECK(hex_value('9') == 9);
  CHECK(hex_value('a') == 10);
  CHECK(hex_value('F') == 15);
  CHECK(hex_value('g') == -1);
  CHECK(hex_value('G') == -1);
  CHECK(hex_value('@') == -1);
  CHECK(hex_value('`') == -1);
  CHECK(hex_value(':') == -1);
  CHECK(hex_value('\x10') == -1);
}
