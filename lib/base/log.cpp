// SPDX-License-Identifier: MIT
#include <eddy/base/log.hpp>

#include "log_core.hpp"
#include "log_format.hpp"

#include <cerrno>

#include <unistd.h>

namespace eddy::log::detail {

constinit std::atomic<Level> threshold{Level::info};
constinit std::atomic<Tap> tap{nullptr};
constinit std::atomic<Core*> current_core{nullptr};

namespace {

// Who uses the Core is counted in one of two numbers; withdraw() lets newcomers use the other one
// while the first runs empty, or a busy log would never be seen unused.
constinit std::atomic<int> users[2]{};
constinit std::atomic<unsigned> side{0};

// A use takes microseconds where its thread is let run. One that takes longer lies under a signal
// handler that called exit(), and will never end.
constexpr Duration longest_use = std::chrono::seconds(1);

}  // namespace

// Either the user is counted before withdraw() looks, or it sees that there is no Core any more:
// that takes the one total order of seq_cst.
CoreUse::CoreUse() noexcept : side_(side.load()) {
  users[side_].fetch_add(1);
  core_ = current_core.load();
}

CoreUse::~CoreUse() {
  users[side_].fetch_sub(1);
}

void publish(Core& core) noexcept {
  Core* none = nullptr;
  bool first = current_core.compare_exchange_strong(none, &core);
  EDDY_ASSERT(first, "there is at most one log::Writer at a time");
  threshold.store(core.level());
}

bool withdraw(Core& core) noexcept {
  Core* expected = &core;
  if (current_core.compare_exchange_strong(expected, nullptr)) threshold.store(Level::info);
  // Both sides, for somebody may have chosen a side long ago and be counted only now.
  for (int i = 0; i < 2; ++i) {
    const std::atomic<int>* old = &users[side.fetch_xor(1)];
    auto empty = [](const void* count) {
      return static_cast<const std::atomic<int>*>(count)->load() == 0;
    };
    if (!wait_until(longest_use, empty, old)) return false;
  }
  return true;
}

void forget_in_child() noexcept {
  current_core.store(nullptr);
  for (std::atomic<int>& count : users)
    count.store(0);
  threshold.store(Level::info);
}

void emit(Level level, std::string_view message, Fields fields) noexcept {
  int saved = errno;
  if (const Tap instead = tap.load()) {
    instead(level, message, fields);
    errno = saved;
    return;
  }
  {
    CoreUse use;
    if (use.get() != nullptr && use.get()->accept(level, message, fields)) {
      errno = saved;
      return;
    }
  }
  Line line;
  format_record(line, Format::plain, level, WallTime(), message, fields, bound_here());
  write_plainly(STDERR_FILENO, line.view());
  errno = saved;
}

}  // namespace eddy::log::detail
