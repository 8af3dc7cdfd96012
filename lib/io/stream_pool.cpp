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

StreamPool::StreamPool() : slab_(octets(slab_size)) {
  corks_.reserve(max_corks);
}

char* StreamPool::lend(StreamBase& stream) {
  if (lent_count_ == max_corks) lent_.front().send_corked();
  if (corks_.empty()) corks_.push_back(octets(Stream::cork_size));
  char* cork = corks_.back().release();
  corks_.pop_back();
  lent_.push_back(stream);
  ++lent_count_;
  return cork;
}

void StreamPool::give_back(StreamBase& stream, char* cork) noexcept {
  static_cast<ListLink<StreamBase>&>(stream).unlink();
  --lent_count_;
  corks_.emplace_back(cork);
}

}  // namespace eddy::detail
