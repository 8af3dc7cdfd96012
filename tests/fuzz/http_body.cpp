// SPDX-License-Identifier: MIT
//
// One body. The first octet says how it is framed, the second how it is cut.
//
// Rules: the portions do not matter; no more is consumed than was given; the body fits its limit.
#include "fuzzing.hpp"

#include <eddy/codec/http_body.hpp>

#include <string>

using namespace eddy::http;
using eddy::ByteView;
using eddy::fuzz::require;

namespace {

using State = BodyDecoder::State;

constexpr std::uint64_t max_body = 300;

struct Result {
  State state = State::need_more;
  Status refusal = Status::ok;
  std::size_t consumed = 0;
  std::string body;
  std::string trailers;

  bool operator==(const Result&) const = default;
};

void take(BodyDecoder& decoder, ByteView octets, Result& result) {
  for (;;) {
    auto progress = decoder.decode(octets);
    require(progress.consumed <= octets.size(), "no more is consumed than there is");
    result.state = progress.state;
    result.consumed += progress.consumed;
    result.body.append(progress.data);
    octets.remove_prefix(progress.consumed);
    if (progress.state == State::data) continue;
    if (progress.state == State::failed) result.refusal = progress.refusal.status;
    require(progress.state != State::need_more || octets.empty(), "all is looked at");
    return;
  }
}

Result decode(const RequestHead& head, ByteView octets, std::size_t step) {
  static const Limits limits;
  BodyDecoder decoder(head, limits, max_body);
  Result result;
  for (std::size_t at = 0; at < octets.size(); at += step) {
    if (result.state == State::done || result.state == State::failed) break;
    take(decoder, octets.substr(at, step), result);
  }
  for (const Field& field : decoder.trailers()) {
    result.trailers.append(field.name).append(":").append(field.value).append("\n");
  }
  // A refusal may leave octets unread, and portions decide how many.
  if (result.state == State::failed) result.consumed = 0;
  return result;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView octets = eddy::fuzz::view_of(data, size);
  unsigned kind = eddy::fuzz::take_octet(octets);
  std::size_t step = 1 + eddy::fuzz::take_octet(octets) % 16;
  RequestHead head;
  head.framing = kind < 200 ? Framing::chunked : Framing::length;
  head.content_length = kind;

  Result whole = decode(head, octets, octets.size() + 1);
  Result parts = decode(head, octets, step);

  require(whole == parts, "portions do not matter");
  require(whole.body.size() <= max_body, "the body fits its limit");
  return 0;
}
