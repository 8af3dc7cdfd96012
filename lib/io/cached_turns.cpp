// SPDX-License-Identifier: MIT
#include "io/cached_turns.hpp"

#include <algorithm>
#include <utility>

#include "core/loop_impl.hpp"

namespace eddy::detail {
namespace {

/// In one callback of a loop, which takes some 30 us.
constexpr std::size_t most = 1U << 20;
/// So many octets are read in the time that the call itself takes.
constexpr std::size_t worth_a_call = 16U << 10;

}  // namespace

bool CachedTurns::take(CachedReader& reader, LoopCore& core) {
  const bool first = serving_ == &reader || line_.empty();
  if (first && room(core)) return true;
  if (!reader.linked()) line_.push_back(reader);
  ask_for_turn(core);
  return false;
}

void CachedTurns::used(std::size_t count) noexcept {
  used_ += std::max(count, worth_a_call);
}

bool CachedTurns::room(const LoopCore& core) noexcept {
  if (std::exchange(callback_, core.statistic.callbacks) != core.statistic.callbacks) used_ = 0;
  return used_ < most;
}

void CachedTurns::ask_for_turn(LoopCore& core) {
  if (turn_.valid()) return;
  turn_ = core.loop->loop.next_turn().then([this, &core] {
    turn_ = {};
    give(core);
  });
}

void CachedTurns::give(LoopCore& core) {
  while (!line_.empty() && room(core)) {
    CachedReader& next = line_.pop_front();
    serving_ = &next;
    next.go_on();
    serving_ = nullptr;
  }
  if (!line_.empty()) ask_for_turn(core);
}

}  // namespace eddy::detail
