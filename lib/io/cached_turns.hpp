// SPDX-License-Identifier: MIT
//
// How much a loop's own thread reads of what the kernel has in memory, and which reader is next.
//
// Private to io.
#pragma once

#include <eddy/core/detail/list.hpp>
#include <eddy/core/future.hpp>

#include <cstddef>
#include <cstdint>

namespace eddy::detail {

/// Reads what the kernel has in memory, and stands in line for that with others.
class CachedReader : public ListLink<CachedReader> {
 protected:
  CachedReader() = default;
  ~CachedReader() = default;

 private:
  friend class CachedTurns;
  /// Its turn has come. May destroy it.
  virtual void go_on() noexcept = 0;
};

/// Some reading in each callback, so that the loop's other work has its turn too. Readers have
/// theirs one after the other: who got nothing in one callback is the first in the next.
///
/// Thread: loop.
class CachedTurns {
 public:
  /// Whether `reader` may make a call. If not it stands in line, unless it leaves that: go_on() is
  /// called in a later turn of the loop.
  bool take(CachedReader& reader, LoopCore& core);
  /// It has read so many octets.
  void used(std::size_t count) noexcept;

 private:
  bool room(const LoopCore& core) noexcept;
  void ask_for_turn(LoopCore& core);
  void give(LoopCore& core);

  List<CachedReader> line_;
  const CachedReader* serving_ = nullptr;
  std::size_t used_ = 0;        // in one callback,
  std::uint64_t callback_ = 0;  // which has this number
  Future<void> turn_;
};

}  // namespace eddy::detail
