// SPDX-License-Identifier: MIT
//
// The block of a libuv handle and its two owners: the wrapper that the user holds, and libuv.
//
// Private to core and io. Whoever lets go last frees it: the wrapper may go first, the loop may go
// first, and either may go inside the handle's own callback.
#pragma once

#include "core/loop_impl.hpp"

namespace eddy::detail {

/// Base of the blocks that hold a uv_xxx_t. Made by new, never deleted by hand.
class HandleBlock : private ListLink<HandleBlock> {
 public:
  HandleBlock(const HandleBlock&) = delete;
  HandleBlock& operator=(const HandleBlock&) = delete;
  virtual ~HandleBlock();

  /// The wrapper lets go: closes, and frees as soon as libuv has let go too.
  void release() noexcept;
  /// Closes the handle; the second time does nothing. libuv lets go in the next turn.
  void close() noexcept;
  /// Whether the handle is open and its loop exists.
  bool open() const noexcept { return impl_ != nullptr && !closing_; }
  /// Null once the loop is gone.
  LoopImpl* impl() const noexcept { return impl_; }
  Site site() const noexcept { return site_; }
  const char* kind() const noexcept { return kind_; }

 protected:
  /// `kind` is what the block is called in messages: "tcp stream".
  HandleBlock(LoopImpl& impl, const char* kind, Site site) noexcept
      : impl_(&impl), kind_(kind), site_(site) {}

  /// The uv_xxx_t; its `data` belongs to this class.
  virtual uv_handle_t* handle() noexcept = 0;
  /// close() was called, by whomever: stop everything that waits. The loop may be gone.
  virtual void on_closing() noexcept {}

  /// To be called once after uv_xxx_init has succeeded: from here on libuv is an owner.
  void adopted_by_libuv() noexcept;
  /// The block behind a handle, in a callback.
  template <class Block, class Handle>
  static Block& of(Handle* handle) noexcept {
    return *static_cast<Block*>(static_cast<HandleBlock*>(handle->data));
  }

 private:
  friend struct LoopImpl;
  friend class List<HandleBlock>;

  static void on_closed(uv_handle_t* handle) noexcept;
  void leave_loop() noexcept;

  LoopImpl* impl_;
  const char* kind_;
  Site site_;
  bool held_by_wrapper_ = true;
  bool held_by_libuv_ = false;
  bool closing_ = false;
};

}  // namespace eddy::detail
