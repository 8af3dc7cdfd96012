// SPDX-License-Identifier: MIT
#include <eddy/base/bytes.hpp>

#include <utility>

namespace eddy {

Buffer::Buffer(Buffer&& other) noexcept
    : data_(std::exchange(other.data_, {})), start_(std::exchange(other.start_, 0)) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
  data_ = std::exchange(other.data_, {});
  start_ = std::exchange(other.start_, 0);
  return *this;
}

void Buffer::append(ByteView bytes) {
  // Moving the live octets down is paid for by at least as many that were consumed before.
  if (start_ > 0 && start_ >= size()) {
    data_.erase(0, start_);
    start_ = 0;
  }
  data_.append(bytes);
}

void Buffer::consume(std::size_t count) noexcept {
  EDDY_ASSERT(count <= size(), "consume() takes no more than the buffer holds");
  start_ += count;
  if (start_ == data_.size()) clear();
}

std::string Buffer::take(std::size_t count) {
  EDDY_ASSERT(count <= size(), "take() takes no more than the buffer holds");
  if (count == size()) return take_all();
  std::string taken(view().substr(0, count));
  consume(count);
  return taken;
}

std::string Buffer::take_all() {
  std::string taken = start_ == 0 ? std::move(data_) : std::string(view());
  data_.clear();
  start_ = 0;
  return taken;
}

void Buffer::clear() noexcept {
  if (data_.capacity() > keep_capacity) {
    data_ = std::string();
  } else {
    data_.clear();
  }
  start_ = 0;
}

}  // namespace eddy
