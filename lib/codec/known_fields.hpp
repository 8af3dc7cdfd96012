// SPDX-License-Identifier: MIT
//
// The fields of a request that rule its framing, its routing and its connection, found while they
// are scanned.
#pragma once

#include "octets.hpp"

#include <eddy/codec/http_fields.hpp>

#include <cstdint>
#include <cstring>

namespace eddy::http::detail {

struct KnownFields {
  // Null if there is none. These may stand there once.
  const Field* host = nullptr;
  const Field* content_length = nullptr;
  const Field* transfer_encoding = nullptr;
  const Field* upgrade = nullptr;
  bool host_repeated = false;
  bool content_length_repeated = false;
  bool transfer_encoding_repeated = false;
  bool upgrade_repeated = false;
  bool close = false;             ///< Connection: close
  bool keep_alive = false;        ///< Connection: keep-alive
  bool upgrade_option = false;    ///< Connection: upgrade
  bool expects_continue = false;  ///< Expect: 100-continue

  /// Recognises by length and first octet, so that other fields cost nothing. A name is not empty.
  void note(const Field& field) noexcept {
    ByteView name = field.name;
    const char first = static_cast<char>(name.front() | 0x20);
    switch (name.size()) {
      case 4:
        if (first == 'h' && is_named(name, "host")) set(host, host_repeated, field);
        break;
      case 6:
        if (first == 'e' && is_named(name, "expect")) note_expect(field.value);
        break;
      case 7:
        if (first == 'u' && is_named(name, "upgrade")) set(upgrade, upgrade_repeated, field);
        break;
      case 10:
        if (first == 'c' && is_named(name, "connection")) note_connection(field.value);
        break;
      case 14:
        if (first == 'c' && is_named(name, "content-length"))
          set(content_length, content_length_repeated, field);
        break;
      case 17:
        if (first == 't' && is_named(name, "transfer-encoding"))
          set(transfer_encoding, transfer_encoding_repeated, field);
        break;
      default:
        break;
    }
  }

 private:
  static void set(const Field*& slot, bool& repeated, const Field& field) noexcept {
    repeated = slot != nullptr;
    if (!repeated) slot = &field;
  }

  // `token` is as long as the name, which has no capitals. Setting the bit that tells the cases of
  // letters apart is exact here: no other octet of a token becomes a small letter or a hyphen by
  // it.
  template <std::size_t N>
  static bool is_named(ByteView token, const char (&small)[N]) noexcept {
    constexpr std::size_t size = N - 1;
    constexpr std::size_t words = size / sizeof(Word);
    Word different = 0;
    for (std::size_t i = 0; i < words; ++i)
      different |=
          small_word(token.data() + i * sizeof(Word)) ^ small_word(small + i * sizeof(Word));
    for (std::size_t i = words * sizeof(Word); i < size; ++i)
      different |= static_cast<Word>((token[i] | 0x20) ^ small[i]);
    return different == 0;
  }

  using Word = std::uint32_t;
  static Word small_word(const char* at) noexcept {
    Word word = 0;
    std::memcpy(&word, at, sizeof word);
    return word | 0x20202020U;
  }

  void note_expect(ByteView value) noexcept {
    expects_continue = expects_continue || same_name(value, "100-continue");
  }

  void note_connection(ByteView list) noexcept {
    while (!list.empty()) {
      ByteView option = next_element(list);
      switch (option.size()) {
        case 5:
          close = close || same_name(option, "close");
          break;
        case 7:
          upgrade_option = upgrade_option || same_name(option, "upgrade");
          break;
        case 10:
          keep_alive = keep_alive || same_name(option, "keep-alive");
          break;
        default:
          break;
      }
    }
  }
};

}  // namespace eddy::http::detail
