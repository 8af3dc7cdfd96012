// SPDX-License-Identifier: MIT
//
// A stream over a descriptor of our own that read() and write() work on. Private to io.
#pragma once

#include <eddy/base/result.hpp>

#include "io/continue_watch.hpp"
#include "io/polled_stream.hpp"

namespace eddy::detail {

/// What a PipeStream treats in its own way.
enum class PipeKind { plain, terminal, terminal_master };

/// What `descriptor` is.
PipeKind pipe_kind_of(int descriptor) noexcept;

/// Thread: loop.
class PipeStream final : public PolledStream {
 public:
  /// `name` is what errors call it; null: by its kind.
  PipeStream(LoopImpl& impl,
             Descriptor&& own,
             Direction direction,
             PipeKind kind,
             const char* name,
             Site site) noexcept
      : PolledStream(impl, name != nullptr ? name : name_of(kind), std::move(own), direction, site),
        kind_(kind) {}

 private:
  static const char* name_of(PipeKind kind) noexcept;

  int read_some(char* room, std::size_t size) noexcept override;
  int write_some(ByteView first, ByteView second) noexcept override;
  int write_end() noexcept override;
  bool may_read() noexcept override;
  void on_closing() noexcept override;

  PipeKind kind_;
  ContinueWatch continued_;
};

/// Which way octets go through an open descriptor.
Result<Direction> direction_of(int descriptor);

/// Makes a stream of a descriptor; `Handle` is Stream or derived from it.
template <class Handle>
Result<Handle> stream_over(
    LoopImpl& impl, Descriptor&& own, Direction direction, Site site, const char* name = nullptr) {
  const PipeKind kind = pipe_kind_of(own.number());
  auto* block = new PipeStream(impl, std::move(own), direction, kind, name, site);
  Handle stream = StreamBase::handle_of<Handle>(block);
  if (const int status = block->init(); status != 0) return uv_error(status, "poll a descriptor");
  return stream;
}

}  // namespace eddy::detail
