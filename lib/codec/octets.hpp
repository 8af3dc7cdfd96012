// SPDX-License-Identifier: MIT
//
// What an octet may be in HTTP and in URLs, as one table, and the searches that rest on it.
#pragma once

#include <eddy/base/bytes.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace eddy::http::detail {

// Classes of octets; one octet may be in several.
inline constexpr std::uint8_t token_octet = 1;    // RFC 9110, 5.6.2: names and methods
inline constexpr std::uint8_t target_octet = 2;   // a request target up to a `?`
inline constexpr std::uint8_t host_octet = 4;     // RFC 3986, 3.2.2: reg-name but for `%`
inline constexpr std::uint8_t value_octet = 8;    // RFC 9110, 5.5: field-content, SP and HTAB
inline constexpr std::uint8_t quoted_octet = 16;  // RFC 9110, 5.6.4: qdtext

constexpr bool is_alphanumeric(unsigned octet) {
  return (octet >= '0' && octet <= '9') || (octet >= 'a' && octet <= 'z') ||
         (octet >= 'A' && octet <= 'Z');
}

constexpr std::array<std::uint8_t, 256> make_octet_table() {
  std::array<std::uint8_t, 256> table{};
  auto add = [&table](ByteView octets, std::uint8_t octet_class) {
    for (char octet : octets)
      table[static_cast<unsigned char>(octet)] |= octet_class;
  };
  for (unsigned octet = 0; octet < 256; ++octet) {
    bool control = (octet < 0x20 && octet != '\t') || octet == 0x7f;
    if (is_alphanumeric(octet)) table[octet] |= token_octet | target_octet | host_octet;
    if (!control) table[octet] |= value_octet;
    if (!control && octet != '"' && octet != '\\') table[octet] |= quoted_octet;
  }
  add("!#$%&'*+-.^_`|~", token_octet);
  add("-._~!$&'()*+,;=", host_octet);
  // RFC 3986, and what browsers send without escaping it. Not `#`, `\`, `"`, `<`, `>`: another
  // reader of the same target may end it there, or see a path separator.
  add("-._~!$&'()*+,;=:@/%[]{}|^`", target_octet);
  return table;
}
inline constexpr std::array<std::uint8_t, 256> octet_table = make_octet_table();

constexpr bool is(char octet, std::uint8_t octet_class) noexcept {
  return (octet_table[static_cast<unsigned char>(octet)] & octet_class) != 0;
}

constexpr bool is_digit(char octet) noexcept {
  return octet >= '0' && octet <= '9';
}

constexpr bool is_space(char octet) noexcept {
  return octet == ' ' || octet == '\t';
}

/// The same for an octet of a field value, where HTAB is the one control there is.
constexpr bool is_space_of_value(char octet) noexcept {
  return static_cast<unsigned char>(octet) <= ' ';
}

/// The first octet of [at, end) that is not of the class, or `end`. One loop for all callers: the
/// texts are short, and what a copy in each of them takes of the instruction cache costs more.
const char* skip(const char* at, const char* end, std::uint8_t octet_class) noexcept;

/// As skip() with `token_octet`. Letters, digits and hyphens, which is what names are made of, are
/// passed sixteen at a time.
inline const char* skip_token(const char* at, const char* end) noexcept {
#if defined(__SSE2__)
  const __m128i before_letters = _mm_set1_epi8('a' - 1);
  const __m128i after_letters = _mm_set1_epi8('z' + 1);
  const __m128i before_digits = _mm_set1_epi8('0' - 1);
  const __m128i after_digits = _mm_set1_epi8('9' + 1);
  const __m128i hyphen = _mm_set1_epi8('-');
  const __m128i small_bit = _mm_set1_epi8(0x20);
  while (end - at >= 16) {
    __m128i octets = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    __m128i small = _mm_or_si128(octets, small_bit);  // makes a letter of nothing but a letter
    __m128i letter =
        _mm_and_si128(_mm_cmpgt_epi8(small, before_letters), _mm_cmplt_epi8(small, after_letters));
    __m128i digit =
        _mm_and_si128(_mm_cmpgt_epi8(octets, before_digits), _mm_cmplt_epi8(octets, after_digits));
    __m128i usual = _mm_or_si128(_mm_or_si128(letter, digit), _mm_cmpeq_epi8(octets, hyphen));
    unsigned other = static_cast<unsigned>(_mm_movemask_epi8(usual)) ^ 0xffffU;
    if (other == 0) {
      at += 16;
      continue;
    }
    at += __builtin_ctz(other);
    if (!is(*at, token_octet)) return at;
    ++at;  // one of the rarer octets of a token
  }
#endif
  return skip(at, end, token_octet);
}

/// The first octet of [at, end) that a field value must not hold, CR and LF among them, or `end`.
inline const char* skip_value(const char* at, const char* end) noexcept {
#if defined(__SSE2__)
  const __m128i last_control = _mm_set1_epi8(0x1f);
  const __m128i tab = _mm_set1_epi8('\t');
  const __m128i del = _mm_set1_epi8(0x7f);
  for (; end - at >= 16; at += 16) {
    __m128i octets = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));  // what the load takes
    __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(octets, last_control), octets);
    __m128i wrong = _mm_or_si128(_mm_andnot_si128(_mm_cmpeq_epi8(octets, tab), control),
                                 _mm_cmpeq_epi8(octets, del));
    auto found = static_cast<unsigned>(_mm_movemask_epi8(wrong));
    if (found != 0) return at + __builtin_ctz(found);
  }
#endif
  return skip(at, end, value_octet);
}

/// text == literal, for which no function is called.
template <std::size_t N>
bool equals(ByteView text, const char (&literal)[N]) noexcept {
  return text.size() == N - 1 && std::memcmp(text.data(), literal, N - 1) == 0;
}

/// True if all of `text` is of the class and there is any.
inline bool all_of(ByteView text, std::uint8_t octet_class) noexcept {
  const char* end = text.data() + text.size();
  return !text.empty() && skip(text.data(), end, octet_class) == end;
}

/// `text` without spaces and tabs at its ends.
inline ByteView trimmed(ByteView text) noexcept {
  while (!text.empty() && is_space(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_space(text.back()))
    text.remove_suffix(1);
  return text;
}

/// The value of a hexadecimal digit, or -1.
constexpr int hex_value(char octet) noexcept {
  if (is_digit(octet)) return octet - '0';
  char small = static_cast<char>(octet | 0x20);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

/// Removes the next element of a comma-separated list from `list` and gives it, trimmed.
inline ByteView next_element(ByteView& list) noexcept {
  std::size_t comma = list.find(',');
  ByteView element = trimmed(list.substr(0, comma));
  list.remove_prefix(comma == ByteView::npos ? list.size() : comma + 1);
  return element;
}

}  // namespace eddy::http::detail
