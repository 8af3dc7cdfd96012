// SPDX-License-Identifier: MIT
//
// The fields of a request that rule its framing, its routing and its connection, found while they
// are scanned.
#pragma once

#include "octets.hpp"

#include <eddy/codec/http_fields.hpp>

#include <cstdint>

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

  /// Recognises by length and first octet, so that other fields cost nothing.
  void note(const Field& field) noexcept {
    ByteView name = field.name;
    char first = name.empty() ? '\0' : static_cast<char>(name.front() | 0x20);
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

  // Setting the bit that tells the cases of letters apart is exact here: no other octet of a token
  // becomes a small letter or a hyphen by it.
  static bool is_named(ByteView token, ByteView small) noexcept {
    for (std::size_t i = 0; i < token.size(); ++i) {
      if ((token[i] | 0x20) != small[i]) return false;
    }
    return true;
  }

  void note_expect(ByteView value) noexcept {
    expects_continue = expects_continue || same_name(value, "100-continue");
  }

  void note_connection(ByteView list) noexcept {
    while (!list.empty()) {
      ByteView option = next_element(list);
      close = close || same_name(option, "close");
      keep_alive = keep_alive || same_name(option, "keep-alive");
      upgrade_option = upgrade_option || same_name(option, "upgrade");
    }
  }
};

}  // namespace eddy::http::detail
