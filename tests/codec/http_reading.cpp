// SPDX-License-Identifier: MIT
#include "http_reading.hpp"
#include "llhttp_opinion.hpp"

#include <algorithm>

namespace eddy::http::testing {

namespace {

OwnedFields owned(Fields fields) {
  OwnedFields result;
  for (const Field& field : fields)
    result.emplace_back(field.name, field.value);
  return result;
}

OwnedRequest owned(const RequestHead& head) {
  OwnedRequest request;
  request.method = head.method_name;
  request.target = head.target;
  request.path = head.path;
  request.query = head.query;
  request.authority = head.authority;
  request.upgrade = head.upgrade;
  request.version = head.version;
  request.framing = head.framing;
  request.keep_alive = head.keep_alive;
  request.expect_continue = head.expect_continue;
  request.content_length = head.content_length;
  request.fields = owned(head.fields);
  return request;
}

}  // namespace

void StreamReader::take(ByteView portion) {
  if (reading_.refusal != 0) return;
  constexpr std::size_t worth_moving =
      4096;  // beyond it the copies would cost more than they prove
  octets_.append(portion);
  if (octets_.size() < worth_moving) octets_ = std::string(octets_.begin(), octets_.end());
  while (body_ ? read_body() : read_head()) {
  }
  most_kept_ = std::max(most_kept_, octets_.size());
}

bool StreamReader::read_head() {
  if (octets_.empty()) return false;
  auto progress = parser_.feed(octets_, space_);
  if (progress.state == RequestParser::State::failed) refuse(progress.refusal);
  if (progress.state != RequestParser::State::complete) return false;
  const RequestHead& head = space_.head();
  // The parser asks llhttp about some heads; here it is asked about all.
  const ByteView foreign = head.method == Method::other ? head.method_name : ByteView();
  if (!detail::llhttp_accepts(ByteView(octets_).substr(0, progress.consumed), foreign)) {
    refuse({Status::internal_server_error, "llhttp refuses what the parser takes"});
    return false;
  }
  reading_.requests.push_back(owned(space_.head()));
  octets_of_request_ = progress.consumed;
  body_.emplace(space_.head(), limits_, limits_.max_body_in_memory);
  octets_.erase(0, progress.consumed);
  return true;
}

bool StreamReader::read_body() {
  auto progress = body_->decode(octets_);
  OwnedRequest& request = reading_.requests.back();
  request.body.append(progress.data);
  octets_of_request_ += progress.consumed;
  octets_.erase(0, progress.consumed);
  switch (progress.state) {
    case BodyDecoder::State::data:
      return true;
    case BodyDecoder::State::need_more:
      return false;
    case BodyDecoder::State::failed:
      refuse(progress.refusal);
      return false;
    case BodyDecoder::State::done:
      break;
  }
  request.trailers = owned(body_->trailers());
  request.octets = octets_of_request_;
  request.complete = true;
  body_.reset();
  return true;
}

void StreamReader::refuse(const Refusal& refusal) {
  reading_.refusal = code_of(refusal.status);
  reading_.reason = refusal.reason;
}

Reading read_whole(ByteView octets, const Limits& limits) {
  StreamReader reader(limits);
  reader.take(octets);
  return reader.reading();
}

Reading read_in_octets(ByteView octets, const Limits& limits) {
  StreamReader reader(limits);
  for (std::size_t i = 0; i < octets.size(); ++i)
    reader.take(octets.substr(i, 1));
  return reader.reading();
}

Reading read_in_two(ByteView octets, std::size_t cut, const Limits& limits) {
  StreamReader reader(limits);
  reader.take(octets.substr(0, cut));
  reader.take(octets.substr(cut));
  return reader.reading();
}

namespace {

bool portions_agree(const Reading& whole, ByteView octets, const Limits& limits) {
  if (read_in_octets(octets, limits) != whole) return false;
  for (std::size_t cut = 0; cut <= octets.size(); ++cut) {
    if (read_in_two(octets, cut, limits) != whole) return false;
  }
  return true;
}

}  // namespace

unsigned refusal_of(ByteView octets, const Limits& limits) {
  constexpr unsigned disagreement = 999;
  Reading whole = read_whole(octets, limits);
  return portions_agree(whole, octets, limits) ? whole.refusal : disagreement;
}

std::vector<OwnedRequest> requests_in(ByteView octets, const Limits& limits) {
  Reading whole = read_whole(octets, limits);
  if (whole.refusal != 0 || !portions_agree(whole, octets, limits)) return {};
  return std::move(whole.requests);
}

OwnedRequest request_in(ByteView octets, const Limits& limits) {
  std::vector<OwnedRequest> requests = requests_in(octets, limits);
  return requests.size() == 1 && requests[0].complete ? requests[0] : OwnedRequest();
}

std::string get_with(ByteView fields) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

std::string chunked_post(ByteView body) {
  return "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(body);
}

}  // namespace eddy::http::testing
