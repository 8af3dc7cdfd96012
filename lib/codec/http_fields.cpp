// SPDX-License-Identifier: MIT
#include <eddy/codec/http_fields.hpp>

namespace eddy::http {

namespace {

constexpr char lower(char octet) {
  return octet >= 'A' && octet <= 'Z' ? static_cast<char>(octet | 0x20) : octet;
}

const Field* find_from(const Field* at, const Field* end, ByteView name) noexcept {
  for (; at != end; ++at) {
    if (same_name(at->name, name)) return at;
  }
  return nullptr;
}

}  // namespace

bool same_name(ByteView left, ByteView right) noexcept {
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (lower(left[i]) != lower(right[i])) return false;
  }
  return true;
}

const Field* Fields::find(ByteView name) const noexcept {
  return find_from(begin(), end(), name);
}

const Field* Fields::find_next(const Field* after) const noexcept {
  return find_from(after + 1, end(), after->name);
}

ByteView Fields::value(ByteView name, ByteView fallback) const noexcept {
  const Field* field = find(name);
  return field != nullptr ? field->value : fallback;
}

}  // namespace eddy::http
