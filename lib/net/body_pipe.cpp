// SPDX-License-Identifier: MIT
#include "body_pipe.hpp"

namespace eddy::http::detail {

namespace {

template <class T>
T take(std::optional<T>& from) {
  T value = std::move(*from);
  from.reset();
  return value;
}

}  // namespace

void BodyPipe::push(ByteView octets) {
  if (wanted()) {
    take(reader_).set_value(std::string(octets));
  } else {
    buffer_.append(octets);
  }
}

void BodyPipe::finish(const Fields& trailers) {
  state_ = State::done;
  trailers_ = OwnedFields(trailers);
  if (wanted()) take(reader_).set_value(std::nullopt);
}

void BodyPipe::fail(const Error& error) {
  if (finished()) return;
  state_ = State::failed;
  error_ = error;
  if (wanted()) take(reader_).set_error(error);
}

Future<BodyPipe::Chunk> BodyPipe::next(Loop& loop) {
  asked_ = true;
  if (wanted()) {
    return failed_future<Chunk>(Error(make_error_code(Errc::invalid), "a second read of a body"));
  }
  if (!buffer_.empty()) return ready_future(Chunk(buffer_.take_all()));
  if (state_ == State::done) return ready_future(Chunk());
  if (state_ == State::failed) return failed_future<Chunk>(*error_);
  reader_.emplace(loop);
  return reader_->future();
}

}  // namespace eddy::http::detail
