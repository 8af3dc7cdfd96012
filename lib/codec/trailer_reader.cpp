// SPDX-License-Identifier: MIT
#include "trailer_reader.hpp"

namespace eddy::http::detail {

namespace {

// RFC 9110, 6.5.1: what frames, routes, authenticates or describes a message cannot come after it.
constexpr ByteView forbidden[] = {
    "authorization",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-range",
    "content-type",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "max-forwards",
    "proxy-authorization",
    "proxy-connection",
    "range",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
};

bool is_forbidden(const Field& field) noexcept {
  return std::any_of(std::begin(forbidden), std::end(forbidden), [&field](ByteView name) {
    return same_name(field.name, name);
  });
}

}  // namespace

TrailerReader::TrailerReader(const Limits& limits)
    : bounds_{limits.max_field, limits.max_trailers, limits.max_trailer_fields},
      fields_(limits.max_trailer_fields) {
  cursor_.stage = HeadCursor::Stage::name;
}

Scan TrailerReader::read(ByteView bytes, std::size_t& consumed) {
  std::size_t before = octets_.size();
  // One octet beyond the bound is enough to know that it is exceeded.
  octets_.append(bytes.substr(0, bounds_.max_section + 1 - before));
  std::size_t size = 0;
  Scan result = scan(size);
  consumed = octets_.size() - before;
  if (result != Scan::done) return result;

  consumed = size - before;
  octets_.resize(size);
  // The octets may have moved since the first fields were found.
  cursor_ = HeadCursor();
  cursor_.stage = HeadCursor::Stage::name;
  result = scan(size);
  count_ = cursor_.count;
  drop_forbidden();
  return result;
}

Scan TrailerReader::scan(std::size_t& size) noexcept {
  FieldScanner scanner(octets_, bounds_, cursor_, fields_.data());
  Scan result = scanner.run([](const Field&) {});
  refusal_ = scanner.refusal();
  if (result == Scan::done) size = scanner.consumed();
  return result;
}

void TrailerReader::drop_forbidden() noexcept {
  Field* end = std::remove_if(fields_.data(), fields_.data() + count_, is_forbidden);
  count_ = static_cast<std::size_t>(end - fields_.data());
}

}  // namespace eddy::http::detail
