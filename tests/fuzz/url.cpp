// SPDX-License-Identifier: MIT
//
// Percent-encoding, path segments, query parameters.
//
// Rules: what is decoded and encoded again decodes to the same; the segments are the path; each
// parameter of a query is found by its own name.
#include "fuzzing.hpp"

#include <eddy/codec/url.hpp>

#include <string>

using eddy::ByteView;
using eddy::fuzz::require;
using eddy::fuzz::view_of;

namespace {

void check_coding(ByteView text) {
  auto decoded = eddy::url::decode(text);
  require(decoded.has_value() == eddy::url::decodable(text), "decodable tells what decode takes");
  if (!decoded) return;
  require(decoded->find('\0') == std::string::npos, "no NUL comes out");
  std::string encoded = eddy::url::encode(*decoded);
  auto again = eddy::url::decode(encoded);
  require(again.has_value() && *again == *decoded, "encode is the inverse of decode");
}

void check_segments(ByteView path) {
  eddy::url::Segments segments(path);
  std::string joined;
  while (auto segment = segments.next()) {
    require(segment->find('/') == ByteView::npos, "a segment has no slash");
    joined.append("/").append(*segment);
  }
  joined.append(segments.rest());
  require(joined == path, "the segments are the path");
}

void check_query(ByteView text) {
  eddy::url::Query query(text);
  ByteView rest = text;
  while (auto parameter = eddy::url::Query::next(rest)) {
    auto name = eddy::url::decode_query(parameter->name);
    if (!name) continue;
    auto found = query.raw(*name);
    require(found.has_value(), "a parameter is found by its name");
    auto value = query.get(*name);
    require(value.has_value() == eddy::url::decode_query(*found).has_value(), "a value is decoded");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView text = view_of(data, size);
  check_coding(text);
  check_segments(text);
  check_query(text);
  return 0;
}
