// SPDX-License-Identifier: MIT
#include "22_rpc/frames.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace rpc;
using namespace std::string_view_literals;

namespace {

/// The next frame, "-" if there is none.
std::string next(FrameReader& reader) {
  const auto frame = reader.next();
  return std::string(frame.value().value_or("-"));
}

}  // namespace

TEST_CASE("the length stands before a frame, its highest octet first") {
  CHECK(frame_header(0) == "\0\0\0\0"sv);
  CHECK(frame_header(0x01020304) == "\1\2\3\4"sv);
  CHECK(frame_header(0xfffefdfc) == "\xff\xfe\xfd\xfc"sv);
}

TEST_CASE("frames that come together are given one by one") {
  FrameReader reader(10);
  reader.append("\0\0\0\1a\0\0\0\2bc\0\0\0\0"sv);

  CHECK(next(reader) == "a");
  CHECK(next(reader) == "bc");
  CHECK(next(reader).empty());
  CHECK(next(reader) == "-");
  CHECK_FALSE(reader.unfinished());
}

TEST_CASE("a frame that comes octet by octet is given when it is whole") {
  FrameReader reader(10);
  for (const char octet : "\0\0\0\2b"sv) {
    reader.append({&octet, 1});
    CHECK(next(reader) == "-");
    CHECK(reader.unfinished());
  }

  reader.append("c");

  CHECK(next(reader) == "bc");
  CHECK_FALSE(reader.unfinished());
}

TEST_CASE("a frame of the limit passes, a longer one is refused before its octets have come") {
  FrameReader reader(3);
  reader.append("\0\0\0\3abc\0\0\0\4"sv);

  CHECK(next(reader) == "abc");
  CHECK(reader.next().error() == eddy::Errc::too_large);
}

TEST_CASE("a frame of four gibibytes is refused") {
  FrameReader reader(1024);
  reader.append("\xff\xff\xff\xff");

  CHECK(reader.next().error() == eddy::Errc::too_large);
}
