// SPDX-License-Identifier: MIT
#include "request_rules.hpp"

#include "authority.hpp"
#include "octets.hpp"

namespace eddy::http::detail {

namespace {

// The first rule that is broken; null if none is.
using Reason = const char*;

// 2^53: the largest whole number that every JSON reader, log and script on the way keeps exact.
constexpr std::uint64_t max_length = std::uint64_t{1} << 53;

Reason apply_content_length(ByteView text, RequestHead& head) noexcept {
  std::uint64_t length = 0;
  for (char octet : text) {
    if (!is_digit(octet)) return "Content-Length is not a number";
    length = length * 10 + static_cast<unsigned>(octet - '0');
    if (length > max_length) return "Content-Length is too large";
  }
  if (text.empty()) return "Content-Length is empty";
  head.framing = Framing::length;
  head.content_length = length;
  return nullptr;
}

// A list of codings that could be understood by somebody, just not by us. `chunked` must be the
// last and the only one of its name, or the end of the body depends on who reads it.
bool only_unknown_codings(ByteView list) noexcept {
  bool after_chunked = false;
  if (list.empty() || list.back() == ',') return false;
  while (!list.empty()) {
    ByteView coding = next_element(list);
    ByteView name = trimmed(coding.substr(0, coding.find(';')));
    if (after_chunked || !all_of(name, token_octet)) return false;
    after_chunked = same_name(name, "chunked");
    if (after_chunked && name.size() != coding.size()) return false;  // it has no parameters
  }
  return true;
}

// llhttp versions differ about a tab after these two fields; other programs will, too.
bool tab_follows(ByteView value) noexcept {
  const char* at = value.data() + value.size();
  while (*at == ' ')
    ++at;
  return *at == '\t';
}

// Out of the way of the requests that have no body, as are the rarer forms of a target below.
[[gnu::noinline]] bool apply_body_framing(const KnownFields& known,
                                          RequestHead& head,
                                          Refusal& refusal) noexcept {
  auto refuse = [&refusal](Reason reason, Status status = Status::bad_request) {
    refusal = {status, reason};
    return false;
  };
  if (known.content_length_repeated) return refuse("Content-Length is repeated");
  if (known.transfer_encoding_repeated) return refuse("Transfer-Encoding is repeated");
  if (known.transfer_encoding != nullptr) {
    ByteView codings = known.transfer_encoding->value;
    if (known.content_length != nullptr) return refuse("Content-Length and Transfer-Encoding");
    if (known.upgrade != nullptr) return refuse("Upgrade and Transfer-Encoding");
    if (head.version == Version::http_1_0) return refuse("Transfer-Encoding in HTTP/1.0");
    if (tab_follows(codings)) return refuse("tab after Transfer-Encoding");
    if (same_name(codings, "chunked")) {
      head.framing = Framing::chunked;
      return true;
    }
    if (!only_unknown_codings(codings)) return refuse("bad Transfer-Encoding");
    return refuse("unknown Transfer-Encoding", Status::not_implemented);
  }
  if (known.content_length != nullptr) {
    ByteView length = known.content_length->value;
    if (tab_follows(length)) return refuse("tab after Content-Length");
    if (Reason reason = apply_content_length(length, head)) return refuse(reason);
  }
  return true;
}

bool apply_framing(const KnownFields& known, RequestHead& head, Refusal& refusal) noexcept {
  const bool framed = known.content_length != nullptr || known.transfer_encoding != nullptr;
  return !framed || apply_body_framing(known, head, refusal);
}

Reason apply_host(const KnownFields& known, LastAuthority& last, RequestHead& head) noexcept {
  if (known.host_repeated) return "Host is repeated";
  if (known.host == nullptr) return head.version == Version::http_1_1 ? "no Host" : nullptr;
  head.authority = known.host->value;
  if (last.is(head.authority)) [[likely]]
    return nullptr;
  if (!valid_authority(head.authority)) return "bad Host";
  last.keep(head.authority);
  return nullptr;
}

// Splits "/path?query"; `question` is the place of the `?` in `target`.
void split_target(ByteView target, std::size_t question, RequestHead& head) noexcept {
  head.path = target.substr(0, question);
  head.query = question == ByteView::npos ? ByteView() : target.substr(question + 1);
}

// "http://authority/path?query": the target's authority wins over Host (RFC 9112, 3.2.2).
[[gnu::noinline]] Reason apply_absolute_form(const RequestLine& line, RequestHead& head) noexcept {
  std::size_t colon = line.target.find("://");
  if (colon == ByteView::npos) return "bad target";
  ByteView scheme = line.target.substr(0, colon);
  if (!same_name(scheme, "http") && !same_name(scheme, "https")) return "unknown scheme in target";
  std::size_t begin = colon + 3;
  std::size_t end = line.target.find_first_of("/?", begin);
  ByteView authority = line.target.substr(begin, end - begin);
  if (!valid_authority(authority)) return "bad authority in target";
  head.authority = authority;

  ByteView rest = end == ByteView::npos ? ByteView() : line.target.substr(end);
  split_target(rest, rest.find('?'), head);
  if (head.path.empty()) head.path = "/";
  return nullptr;
}

Reason apply_target(const RequestLine& line, RequestHead& head) noexcept {
  head.target = line.target;
  if (line.target.front() == '/') {
    split_target(line.target, line.question, head);
    return nullptr;
  }
  if (equals(line.target, "*")) {
    split_target(line.target, ByteView::npos, head);
    return head.method == Method::options ? nullptr : "* is a target of OPTIONS only";
  }
  return apply_absolute_form(line, head);
}

void apply_connection(const KnownFields& known, RequestHead& head) noexcept {
  bool modern = head.version == Version::http_1_1;
  head.keep_alive = !known.close && (modern || known.keep_alive);
  bool has_body = head.framing == Framing::chunked || head.content_length != 0;
  head.expect_continue = modern && known.expects_continue && has_body;
  bool offers =
      modern && known.upgrade_option && known.upgrade != nullptr && !known.upgrade_repeated;
  head.upgrade = offers ? known.upgrade->value : ByteView();
}

}  // namespace

bool apply_request_rules(const RequestLine& line,
                         const KnownFields& known,
                         LastAuthority& last,
                         RequestHead& head,
                         Refusal& refusal) noexcept {
  // What the rules below leave alone if the request has none of it; clearing all would cost more
  // than setting it.
  head.framing = Framing::none;
  head.content_length = 0;
  head.authority = {};
  head.method_name = line.method;
  head.method = method_of(line.method);
  head.version = line.version;
  if (head.method == Method::connect) {
    refusal = {Status::not_implemented, "CONNECT"};
    return false;
  }
  if (!apply_framing(known, head, refusal)) return false;
  Reason reason = apply_host(known, last, head);
  if (reason == nullptr) reason = apply_target(line, head);
  if (reason != nullptr) {
    refusal = {Status::bad_request, reason};
    return false;
  }
  apply_connection(known, head);
  return true;
}

}  // namespace eddy::http::detail
