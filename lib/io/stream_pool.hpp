// SPDX-License-Identifier: MIT
//
// The buffers that all streams of a loop share: one to receive into, some to collect writes in.
//
// Private to io. An idle stream holds none of them.
#pragma once

#include <eddy/io/stream.hpp>

#include <array>
#include <memory>

#include "core/loop_impl.hpp"

namespace eddy::detail {

/// Thread: loop.
class StreamPool final : public LoopAttachment {
 public:
  static constexpr AttachmentSlot slot = AttachmentSlot::streams;
  static constexpr std::size_t slab_size = 64 * 1024;  // what libuv asks for
  /// So many streams collect writes at a time: 1 MiB. Another one makes the first send early.
  static constexpr std::size_t max_corks = 16;

  StreamPool();
  /// The pool of a loop, made when it is first asked for.
  static StreamPool& of(LoopImpl& impl) { return impl.attached<StreamPool>(); }

  /// Where everything received stands, until the callback it is given to returns.
  char* slab() noexcept { return slab_.get(); }

  /// Another one, for a stream that makes its octets out of what stands in a slab. To be given back
  /// in the same callback.
  std::unique_ptr<char[]> borrow_slab();
  void return_slab(std::unique_ptr<char[]> slab) noexcept { spare_ = std::move(slab); }

  /// A buffer of Stream::cork_size octets for the writes of `stream`.
  char* lend(StreamBase& stream);
  void give_back(StreamBase& stream, char* cork) noexcept;

 private:
  std::unique_ptr<char[]> slab_;
  std::unique_ptr<char[]> spare_;                         // of those that were borrowed one is kept
  std::array<std::unique_ptr<char[]>, max_corks> corks_;  // the first corks_left_ are not lent
  std::size_t corks_left_ = 0;
  List<StreamBase> lent_;  // who has one, the first to get it first
  std::size_t lent_count_ = 0;
};

}  // namespace eddy::detail
