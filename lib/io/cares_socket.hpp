// SPDX-License-Identifier: MIT
//
// A socket of c-ares in the eyes of libuv.
//
// Private to the files of c-ares. The descriptor is the library's, which closes it right after it
// has let go of this block; libuv has stopped polling by then.
#pragma once

#include "core/handle.hpp"

namespace eddy::detail {

class CaresLookup;

class CaresSocket final : public HandleBlock {
 public:
  CaresSocket(LoopImpl& impl, CaresLookup& lookup, int descriptor, Site site) noexcept
      : HandleBlock(impl, "name server socket", site), lookup_(&lookup), descriptor_(descriptor) {}

  /// Makes the handle; to be called once, before anything else. Gives a status of libuv.
  int init() noexcept;
  /// Gives a status of libuv.
  int watch(bool readable, bool writable) noexcept;
  /// The lookup lets go.
  void abandon() noexcept;
  int descriptor() const noexcept { return descriptor_; }

 private:
  uv_handle_t* handle() noexcept override { return reinterpret_cast<uv_handle_t*>(&poll_); }
  void on_closing() noexcept override;
  static void on_ready(uv_poll_t* handle, int status, int events) noexcept;

  uv_poll_t poll_{};
  CaresLookup* lookup_;  // null once it has let go
  const int descriptor_;
};

}  // namespace eddy::detail
