// SPDX-License-Identifier: MIT
//
// One request head with the default limits. The first two octets say how it is cut.
//
// Rules: the portions and the place of the octets do not matter; llhttp takes what eddy takes; a
// copied head says the same as its original.
#include "fuzzing.hpp"

#include "llhttp_opinion.hpp"

#include <eddy/codec/http_request_parser.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

using namespace eddy::http;
using eddy::ByteView;
using eddy::fuzz::require;

namespace {

using State = RequestParser::State;

// Feeds ever more of the octets, from memory that is new each time and holds nothing else.
RequestParser::Progress feed_parts(RequestParser& parser,
                                   ByteView octets,
                                   std::size_t first,
                                   std::size_t step,
                                   HeadSpace& space,
                                   std::unique_ptr<char[]>& memory) {
  RequestParser::Progress progress;
  for (std::size_t size = first; progress.state == State::need_more; size += step) {
    size = std::min(size, octets.size());
    auto fresh = std::make_unique<char[]>(size);
    std::copy_n(octets.data(), size, fresh.get());
    progress = parser.feed({fresh.get(), size}, space);
    memory = std::move(fresh);
    if (size == octets.size()) break;
  }
  return progress;
}

void require_same(const RequestHead& left, const RequestHead& right) {
  require(left.method == right.method && left.method_name == right.method_name, "method");
  require(left.version == right.version && left.keep_alive == right.keep_alive, "version");
  require(left.framing == right.framing && left.content_length == right.content_length, "framing");
  require(left.target == right.target && left.path == right.path, "target");
  require(left.query == right.query && left.authority == right.authority, "query");
  require(left.upgrade == right.upgrade && left.expect_continue == right.expect_continue,
          "upgrade");
  require(left.fields.size() == right.fields.size(), "number of fields");
  for (std::size_t i = 0; i < left.fields.size(); ++i) {
    require(left.fields[i].name == right.fields[i].name, "name");
    require(left.fields[i].value == right.fields[i].value, "value");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView octets = eddy::fuzz::view_of(data, size);
  static const Limits limits;
  static HeadSpace whole_space(limits);
  static HeadSpace parts_space(limits);
  std::size_t first = eddy::fuzz::take_octet(octets);
  std::size_t step = 1 + eddy::fuzz::take_octet(octets) % 32;

  RequestParser whole_parser(limits);
  auto whole = whole_parser.feed(octets, whole_space);
  RequestParser parts_parser(limits);
  std::unique_ptr<char[]> memory;
  auto parts = feed_parts(parts_parser, octets, first, step, parts_space, memory);

  require(whole.state == parts.state && whole.consumed == parts.consumed, "portions do not matter");
  require(whole.refusal.status == parts.refusal.status, "one refusal");
  require(std::strstr(whole.refusal.reason, "llhttp") == nullptr, "llhttp takes what eddy takes");
  if (whole.state != State::complete) return 0;
  require_same(whole_space.head(), parts_space.head());

  ByteView head = octets.substr(0, whole.consumed);
  // The parser asks about the heads that a body or another protocol may follow; here all are shown.
  bool foreign = whole_space.head().method == Method::other;
  require(eddy::http::detail::llhttp_accepts(head,
                                             foreign ? whole_space.head().method_name : ByteView()),
          "llhttp takes what eddy takes without asking");
  auto room = std::make_unique<char[]>(copy_size(whole_space.head(), head));
  RequestHead copy = copy_head(whole_space.head(), head, room.get());
  require_same(whole_space.head(), copy);
  return 0;
}
