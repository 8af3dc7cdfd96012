// SPDX-License-Identifier: MIT
#include <eddy/codec/http_request_parser.hpp>

#include "field_scanner.hpp"
#include "known_fields.hpp"
#include "llhttp_opinion.hpp"
#include "request_line_scanner.hpp"
#include "request_rules.hpp"

#include <tuple>

namespace eddy::http {

using detail::FieldScanner;
using detail::HeadCursor;
using detail::KnownFields;
using detail::RequestLine;
using detail::RequestLineScanner;
using detail::Scan;

namespace {

// Whether what follows the head depends on how it is read. A head that names no length, no coding
// and no other protocol ends its request at the blank line whoever reads it, and a second opinion
// costs as much as the rest of the work; the fuzzers ask for it all the same.
bool leads_on(const KnownFields& known) noexcept {
  return known.content_length != nullptr || known.transfer_encoding != nullptr ||
         known.upgrade != nullptr;
}

}  // namespace

// What one call found out about the octets. The views and fields are of use only if the call
// began at the first octet; see feed().
struct RequestParser::Scanned {
  RequestLine line;
  KnownFields known;
  std::size_t head_size = 0;
  std::size_t fields = 0;

  Scan run(ByteView bytes,
           const Limits& limits,
           HeadCursor& cursor,
           Field* room,
           Refusal& refusal) noexcept {
    if (cursor.stage < HeadCursor::Stage::name) {
      RequestLineScanner scanner(bytes, limits, cursor);
      if (Scan scan = scanner.run(line); scan != Scan::done) {
        refusal = scanner.refusal();
        return scan;
      }
    }
    FieldScanner scanner(
        bytes, {limits.max_field, limits.max_head, limits.max_fields}, cursor, room);
    Scan scan = scanner.run([this](const Field& field) { known.note(field); });
    if (scan != Scan::done) refusal = scanner.refusal();
    head_size = scanner.consumed();
    fields = cursor.count;
    return scan;
  }
};

RequestParser::Progress RequestParser::feed(ByteView bytes, HeadSpace& space) noexcept {
  EDDY_ASSERT(space.capacity() >= limits_->max_fields,
              "a HeadSpace is made with its parser's limits");
  auto stage = static_cast<HeadCursor::Stage>(stage_);
  if (stage == HeadCursor::Stage::failed) [[unlikely]]
    return {State::failed, 0, refusal_};
  HeadCursor cursor{stage, looked_at_, line_, count_};
  Scanned scanned;
  Scan scan = scanned.run(bytes, *limits_, cursor, space.fields(), refusal_);
  if (scan == Scan::failed) [[unlikely]]
    return fail(refusal_);
  if (scan == Scan::more) [[unlikely]] {
    stage_ = static_cast<std::uint8_t>(cursor.stage);
    looked_at_ = cursor.position;
    line_ = cursor.line;
    count_ = cursor.count;
    return {};
  }
  // Octets of earlier calls may have moved since: now that all are in one place, look once more.
  if (looked_at_ != 0) [[unlikely]] {
    stage_ = 0;
    looked_at_ = line_ = count_ = 0;
    cursor = HeadCursor();
    scanned = Scanned();
    std::ignore = scanned.run(bytes, *limits_, cursor, space.fields(), refusal_);
  }
  return judge(bytes.substr(0, scanned.head_size), scanned, space);
}

inline RequestParser::Progress RequestParser::judge(ByteView head,
                                                    const Scanned& scanned,
                                                    HeadSpace& space) noexcept {
  RequestHead& result = space.head();
  if (!detail::apply_request_rules(
          scanned.line, scanned.known, space.last_authority(), result, refusal_)) {
    return fail(refusal_);
  }
  const bool foreign = result.method == Method::other;
  const bool asks = foreign || leads_on(scanned.known);
  if (asks && !detail::llhttp_accepts(head, foreign ? result.method_name : ByteView())) {
    return fail({Status::bad_request, "llhttp refuses the head"});
  }
  result.fields = Fields(space.fields(), scanned.fields);
  return {State::complete, head.size(), {}};
}

RequestParser::Progress RequestParser::fail(Refusal refusal) noexcept {
  stage_ = static_cast<std::uint8_t>(HeadCursor::Stage::failed);
  refusal_ = refusal;
  return {State::failed, 0, refusal};
}

}  // namespace eddy::http
