// SPDX-License-Identifier: MIT
//
// Percent-encoding, the segments of a path, and the parameters of a query.
//
// Decoding is strict: a bad escape, a NUL and octets that are not UTF-8 - overlong forms among them
// - are errors, so that no two readers of a URL see different names in it.
#pragma once

#include <eddy/base/bytes.hpp>
#include <eddy/base/result.hpp>

#include <optional>
#include <string>

namespace eddy::url {

/// Replaces the escapes of a path or a part of it; `+` is an ordinary octet.
///
/// Errors: Errc::invalid.
EDDY_EXPORT Result<std::string> decode(ByteView text);

/// The same for a name or a value of a query, where `+` is a space.
///
/// Errors: Errc::invalid.
EDDY_EXPORT Result<std::string> decode_query(ByteView text);

/// True if decode() takes `text`.
EDDY_EXPORT bool decodable(ByteView text) noexcept;

/// True if there is nothing to decode in a part of a path, so that it can be used as it stands.
inline bool plain(ByteView text) noexcept {
  return text.find('%') == ByteView::npos;
}

/// Escapes all but the unreserved octets: the result fits any part of a URL.
EDDY_EXPORT std::string encode(ByteView text);

/// Walks the segments of a path, still encoded: "/a//b" has "a", "" and "b", "/" has one, "".
class EDDY_EXPORT Segments {
 public:
  explicit Segments(ByteView path) noexcept : rest_(path) {}

  /// The next segment, or nothing after the last.
  std::optional<ByteView> next() noexcept;
  /// What next() has not given yet, with its leading slash.
  ByteView rest() const noexcept { return rest_; }

 private:
  ByteView rest_;
};

/// The parameters of a query, "a=1&b=2": found when they are asked for, nothing is stored.
///
/// Lifetime: that of the text it was made from.
class EDDY_EXPORT Query {
 public:
  struct Parameter {
    ByteView name;   ///< still encoded
    ByteView value;  ///< still encoded; empty if there is no `=`
  };

  explicit Query(ByteView text) noexcept : text_(text) {}

  ByteView text() const noexcept { return text_; }
  /// The value of the first parameter whose decoded name is `name`, decoded; nothing if there is
  /// none.
  ///
  /// Errors: Errc::invalid, if that value cannot be decoded. Parameters with a name that cannot be
  /// decoded are passed over.
  Result<std::optional<std::string>> get(ByteView name) const;
  /// The same value, still encoded; allocates nothing.
  std::optional<ByteView> raw(ByteView name) const noexcept;
  bool contains(ByteView name) const noexcept { return raw(name).has_value(); }

  /// Removes the first parameter from `rest` and gives it; nothing if `rest` has none. Start with
  /// text().
  static std::optional<Parameter> next(ByteView& rest) noexcept;

 private:
  ByteView text_;
};

}  // namespace eddy::url
