// SPDX-License-Identifier: MIT
#include <eddy/codec/http_body.hpp>

#include "octets.hpp"
#include "trailer_reader.hpp"

#include <algorithm>

namespace eddy::http {

using detail::is;
using detail::is_space;
using detail::Scan;

namespace {

// More than any body has, and far from the wrap of 64 bits.
constexpr std::uint64_t max_chunk = std::uint64_t{1} << 53;

constexpr Refusal bad_chunk{Status::bad_request, "bad chunk size"};
constexpr Refusal bad_extension{Status::bad_request, "bad chunk extension"};
constexpr Refusal bad_line_end{Status::bad_request, "a chunk does not end with CRLF"};
constexpr Refusal long_line{Status::bad_request, "a chunk-size line is too long"};
constexpr Refusal too_much_extension{Status::content_too_large, "too many chunk extensions"};
constexpr Refusal too_large{Status::content_too_large, "the body is too large"};

}  // namespace

BodyDecoder::BodyDecoder(const RequestHead& head,
                         const Limits& limits,
                         std::uint64_t max_body) noexcept
    : limits_(&limits), max_body_(max_body) {
  switch (head.framing) {
    case Framing::none:
      break;
    case Framing::length:
      left_ = head.content_length;
      if (left_ > max_body) {
        refuse(too_large);
      } else if (left_ != 0) {
        stage_ = Stage::length;
      }
      break;
    case Framing::chunked:
      stage_ = Stage::size_start;
      break;
  }
}

BodyDecoder::BodyDecoder(BodyDecoder&& other) noexcept = default;
BodyDecoder& BodyDecoder::operator=(BodyDecoder&& other) noexcept = default;
BodyDecoder::~BodyDecoder() = default;

Fields BodyDecoder::trailers() const noexcept {
  return done() && trailers_ != nullptr ? trailers_->fields() : Fields();
}

BodyDecoder::Progress BodyDecoder::decode(ByteView bytes) {
  std::size_t at = 0;
  for (;;) {
    if (stage_ == Stage::done) return {State::done, at, {}, {}};
    if (stage_ == Stage::failed) return {State::failed, at, {}, refusal_};
    if (at == bytes.size()) return {State::need_more, at, {}, {}};
    switch (stage_) {
      case Stage::length:
        return give_data(bytes, at, Stage::done);
      case Stage::data:
        return give_data(bytes, at, Stage::data_cr);
      case Stage::trailers:
        return read_trailers(bytes, at);
      default:
        if (step(bytes[at])) ++at;
    }
  }
}

BodyDecoder::Progress BodyDecoder::give_data(ByteView bytes, std::size_t already, Stage next) {
  auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - already));
  left_ -= size;
  received_ += size;
  if (left_ == 0) stage_ = next;
  return {State::data, already + size, bytes.substr(already, size), {}};
}

BodyDecoder::Progress BodyDecoder::read_trailers(ByteView bytes, std::size_t already) {
  if (trailers_ == nullptr) trailers_ = std::make_unique<detail::TrailerReader>(*limits_);
  std::size_t consumed = 0;
  Scan scan = trailers_->read(bytes.substr(already), consumed);
  already += consumed;
  if (scan == Scan::more) return {State::need_more, already, {}, {}};
  if (scan == Scan::failed) {
    refuse(trailers_->refusal());
    return {State::failed, already, {}, refusal_};
  }
  stage_ = Stage::done;
  return {State::done, already, {}, {}};
}

// Looks at one octet of the framing; false if it was refused, or left for the next stage.
bool BodyDecoder::step(char octet) noexcept {
  switch (stage_) {
    case Stage::line_end:
      return octet == '\n' ? end_of_size_line() : refuse(bad_line_end);
    case Stage::data_cr:
      stage_ = Stage::data_lf;
      return octet == '\r' || refuse(bad_line_end);
    case Stage::data_lf:
      stage_ = Stage::size_start;
      line_octets_ = 0;
      return octet == '\n' || refuse(bad_line_end);
    case Stage::trailer_start:
      stage_ = octet == '\r' ? Stage::last_line_end : Stage::trailers;
      return octet == '\r';
    case Stage::last_line_end:
      stage_ = Stage::done;
      return octet == '\n' || refuse(bad_line_end);
    case Stage::size_start:
      stage_ = Stage::size;
      return count_line_octet() && add_digit(octet);
    case Stage::size:
      if (detail::hex_value(octet) >= 0) return count_line_octet() && add_digit(octet);
      return step_extension(octet);
    default:
      return step_extension(octet);
  }
}

// chunk-ext = *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] ), then CR. White space
// that no `;` or `=` follows is not in the grammar, and refused.
bool BodyDecoder::step_extension(char octet) noexcept {
  bool may_end = stage_ == Stage::size || stage_ == Stage::name || stage_ == Stage::value ||
                 stage_ == Stage::after_value;
  if (octet == '\r' && may_end) {
    stage_ = Stage::line_end;
    return true;
  }
  if (!count_line_octet()) return false;
  if (++extensions_ > limits_->max_chunk_extensions) return refuse(too_much_extension);
  Stage next = next_stage(stage_, octet);
  if (next == Stage::failed) return refuse(stage_ == Stage::size ? bad_chunk : bad_extension);
  stage_ = next;
  return true;
}

BodyDecoder::Stage BodyDecoder::next_stage(Stage stage, char octet) noexcept {
  bool token = is(octet, detail::token_octet);
  switch (stage) {
    case Stage::size:
    case Stage::before_semicolon:
    case Stage::after_value:
      if (octet == ';') return Stage::before_name;
      return is_space(octet) ? Stage::before_semicolon : Stage::failed;
    case Stage::before_name:
      if (is_space(octet)) return stage;
      return token ? Stage::name : Stage::failed;
    case Stage::name:
    case Stage::after_name:
      if (octet == '=') return Stage::before_value;
      if (octet == ';') return Stage::before_name;
      if (is_space(octet)) return Stage::after_name;
      return token && stage == Stage::name ? stage : Stage::failed;
    case Stage::before_value:
      if (is_space(octet)) return stage;
      if (octet == '"') return Stage::quoted;
      return token ? Stage::value : Stage::failed;
    case Stage::value:
      if (octet == ';') return Stage::before_name;
      if (is_space(octet)) return Stage::before_semicolon;
      return token ? stage : Stage::failed;
    case Stage::quoted:
      if (octet == '"') return Stage::after_value;
      if (octet == '\\') return Stage::quoted_pair;
      return is(octet, detail::quoted_octet) ? stage : Stage::failed;
    case Stage::quoted_pair:
      return is(octet, detail::value_octet) ? Stage::quoted : Stage::failed;
    default:
      return Stage::failed;
  }
}

bool BodyDecoder::count_line_octet() noexcept {
  if (line_octets_ == limits_->max_chunk_line) return refuse(long_line);
  ++line_octets_;
  return true;
}

bool BodyDecoder::add_digit(char octet) noexcept {
  int digit = detail::hex_value(octet);
  if (digit < 0) return refuse(bad_chunk);
  left_ = left_ * 16 + static_cast<unsigned>(digit);
  return left_ <= max_chunk || refuse(bad_chunk);
}

bool BodyDecoder::end_of_size_line() noexcept {
  if (left_ > max_body_ - received_) return refuse(too_large);
  stage_ = left_ == 0 ? Stage::trailer_start : Stage::data;
  return true;
}

bool BodyDecoder::refuse(Refusal refusal) noexcept {
  stage_ = Stage::failed;
  refusal_ = refusal;
  return false;
}

}  // namespace eddy::http
