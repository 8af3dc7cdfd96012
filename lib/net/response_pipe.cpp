// SPDX-License-Identifier: MIT
#include "response_pipe.hpp"

#include "message_writer.hpp"

#include <utility>

namespace eddy::http::detail {

void ResponsePipe::set_head(Response&& head, std::optional<std::uint64_t> length) {
  head_.emplace(std::move(head));
  length_ = length;
}

bool ResponsePipe::takes(std::size_t more) const noexcept {
  return !ended_ && (!length_ || more <= *length_ - counted_);
}

void ResponsePipe::end(ByteView trailers) {
  ended_ = true;
  trailers_ = trailers;
}

Future<void> ResponsePipe::wait(Loop& loop) {
  return writers_.emplace_back(loop).future();
}

bool ResponsePipe::ends_with_connection(bool http_1_0) const noexcept {
  return http_1_0 && !length_ && !ended_ && !bodiless(head_->status());
}

void ResponsePipe::send_head(Stream& stream, Delivery delivery, bool http_1_0) {
  ResponseHead head = head_of(*head_);
  if (length_) {
    head.content_length = *length_;
  } else if (ended_) {
    head.content_length = kept_.size();  // it is all there already
  } else {
    head.framing = http_1_0 ? Framing::none : Framing::chunked;
  }
  if (head.framing == Framing::length && !trailers_.empty() && !length_ && !http_1_0) {
    head.framing = Framing::chunked;  // the only one with room for trailers
  }
  framing_ = head.framing;
  bodiless_ = delivery.head_only || bodiless(head.status) || head.status == Status::reset_content;
  head_sent_ = true;
  write_head(stream, head, delivery);
}

void ResponsePipe::send(Stream& stream, ByteView octets) {
  if (bodiless_ || octets.empty()) return;
  if (framing_ == Framing::chunked) {
    write_chunk(stream, octets);
  } else {
    stream.write(octets);
  }
}

void ResponsePipe::send_kept(Stream& stream) {
  send(stream, std::exchange(kept_, std::string()));
  if (!ended_ || end_sent_) return;
  end_sent_ = true;
  if (framing_ == Framing::chunked && !bodiless_) write_last_chunk(stream, trailers_);
}

void ResponsePipe::release_writers() {
  for (Promise<void>& writer : std::exchange(writers_, {}))
    std::move(writer).set_value();
}

void ResponsePipe::fail_writers(const Error& error) {
  for (Promise<void>& writer : std::exchange(writers_, {}))
    std::move(writer).set_error(error);
}

}  // namespace eddy::http::detail
