// SPDX-License-Identifier: MIT
#include "io/stream_pool.hpp"

#include <utility>

#include "io/stream_base.hpp"

namespace eddy::detail {
namespace {

std::unique_ptr<char[]> octets(std::size_t count) {
  return std::unique_ptr<char[]>(new char[count]);  // not zeroed, so that no page is touched early
}

}  // namespace

StreamPool::StreamPool() : slab_(octets(slab_size)) {}

std::unique_ptr<char[]> StreamPool::borrow_slab() {
  return spare_ != nullptr ? std::move(spare_) : octets(slab_size);
}

char* StreamPool::lend(StreamBase& stream) {
  if (lent_count_ == max_corks) lent_.front().send_corked();
  if (corks_left_ == 0) [[unlikely]]
    corks_[corks_left_++] = octets(Stream::cork_size);
  lent_.push_back(stream);
  ++lent_count_;
  return corks_[--corks_left_].release();
}

void StreamPool::give_back(StreamBase& stream, char* cork) noexcept {
  static_cast<ListLink<StreamBase>&>(stream).unlink();
  --lent_count_;
  corks_[corks_left_++].reset(cork);
}

}  // namespace eddy::detail
