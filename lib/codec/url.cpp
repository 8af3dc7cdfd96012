// SPDX-License-Identifier: MIT
#include <eddy/codec/url.hpp>

#include "octets.hpp"
#include "utf8.hpp"

namespace eddy::url {

namespace {

using http::detail::hex_value;
using http::detail::is_alphanumeric;

enum class Plus { octet, space };

// Reads a text octet for octet, escapes replaced.
class Decoder {
 public:
  Decoder(ByteView text, Plus plus) noexcept : text_(text), plus_(plus) {}

  /// False at the end, or at a bad escape.
  bool next(char& octet) noexcept {
    if (at_ == text_.size()) return false;
    octet = text_[at_];
    if (octet == '%') {
      int high = text_.size() - at_ > 2 ? hex_value(text_[at_ + 1]) : -1;
      int low = high >= 0 ? hex_value(text_[at_ + 2]) : -1;
      if (low < 0) return false;
      octet = static_cast<char>(high * 16 + low);
      at_ += 2;
    } else if (octet == '+' && plus_ == Plus::space) {
      octet = ' ';
    }
    ++at_;
    return true;
  }
  bool at_end() const noexcept { return at_ == text_.size(); }

 private:
  ByteView text_;
  Plus plus_;
  std::size_t at_ = 0;
};

// Without an allocation: is all of the text decodable?
bool check(ByteView text, Plus plus) noexcept {
  Decoder decoder(text, plus);
  eddy::detail::Utf8 utf8;
  char octet = 0;
  while (decoder.next(octet)) {
    if (octet == '\0' || !utf8.take(octet)) return false;
  }
  return decoder.at_end() && utf8.complete();
}

Result<std::string> decode_as(ByteView text, Plus plus) {
  if (!check(text, plus)) return Error(make_error_code(Errc::invalid), "percent-encoding");
  std::string result;
  result.reserve(text.size());
  Decoder decoder(text, plus);
  char octet = 0;
  while (decoder.next(octet))
    result.push_back(octet);
  return result;
}

// True if an encoded name means `name`.
bool names(ByteView encoded, ByteView name) noexcept {
  if (encoded.find_first_of("%+") == ByteView::npos) return encoded == name;
  Decoder decoder(encoded, Plus::space);
  char octet = 0;
  for (char expected : name) {
    if (!decoder.next(octet) || octet != expected) return false;
  }
  return decoder.at_end();
}

}  // namespace

Result<std::string> decode(ByteView text) {
  return decode_as(text, Plus::octet);
}

Result<std::string> decode_query(ByteView text) {
  return decode_as(text, Plus::space);
}

bool decodable(ByteView text) noexcept {
  return check(text, Plus::octet);
}

std::string encode(ByteView text) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string result;
  result.reserve(text.size());
  for (char octet : text) {
    auto value = static_cast<unsigned char>(octet);
    if (is_alphanumeric(value) || ByteView("-._~").find(octet) != ByteView::npos) {
      result.push_back(octet);
    } else {
      result.append({'%', digits[value >> 4], digits[value & 15]});
    }
  }
  return result;
}

std::optional<ByteView> Segments::next() noexcept {
  if (rest_.empty() || rest_.front() != '/') return {};
  std::size_t end = rest_.find('/', 1);
  ByteView segment = rest_.substr(1, end == ByteView::npos ? end : end - 1);
  rest_.remove_prefix(1 + segment.size());
  return segment;
}

std::optional<Query::Parameter> Query::next(ByteView& rest) noexcept {
  while (!rest.empty() && rest.front() == '&')
    rest.remove_prefix(1);
  if (rest.empty()) return {};
  ByteView pair = rest.substr(0, rest.find('&'));
  rest.remove_prefix(pair.size());
  std::size_t equals = pair.find('=');
  if (equals == ByteView::npos) return Parameter{pair, {}};
  return Parameter{pair.substr(0, equals), pair.substr(equals + 1)};
}

std::optional<ByteView> Query::raw(ByteView name) const noexcept {
  ByteView rest = text_;
  while (auto parameter = next(rest)) {
    if (names(parameter->name, name)) return parameter->value;
  }
  return {};
}

Result<std::optional<std::string>> Query::get(ByteView name) const {
  auto value = raw(name);
  if (!value) return std::optional<std::string>();
  auto decoded = decode_query(*value);
  if (!decoded) return std::move(decoded).error().with(name);
  return std::optional<std::string>(*std::move(decoded));
}

}  // namespace eddy::url
