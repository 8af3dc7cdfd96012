// SPDX-License-Identifier: MIT
//
// A stream over a socket that other programs have too. Private to io.
//
// It must not be made non-blocking, which libuv does to all that it polls. So an epoll of our own
// watches it, libuv polls that, and each call says that it must not wait.
#pragma once

#include <eddy/base/result.hpp>

#include "io/polled_stream.hpp"

namespace eddy::detail {

/// Thread: loop.
class BorrowedSocket final : public PolledStream {
 public:
  /// `copy` is one of the descriptor, which stays its owner's.
  BorrowedSocket(LoopImpl& impl,
                 Descriptor&& copy,
                 Descriptor&& watcher,
                 Direction direction,
                 const char* name,
                 Site site) noexcept
      : PolledStream(impl, name, std::move(copy), direction, site), watcher_(std::move(watcher)) {}

 private:
  int read_some(char* room, std::size_t size) noexcept override;
  int write_some(ByteView first, ByteView second) noexcept override;
  int write_end() noexcept override { return 0; }  // the others may have more to say
  int polled() noexcept override { return watcher_.number(); }
  int watch_for(int events) noexcept override;
  void on_closing() noexcept override;

  Descriptor watcher_;
};

/// Makes a stream over a socket of which `copy` is one more descriptor. `name` is for errors.
Result<Stream> borrow_socket(
    LoopImpl& impl, Descriptor&& copy, Direction direction, const char* name, Site site);

}  // namespace eddy::detail
