// SPDX-License-Identifier: MIT
#include <eddy/base/log_writer.hpp>

#include "escape.hpp"
#include "log_core.hpp"
#include "log_crash.hpp"

#include <array>
#include <atomic>
#include <cstdlib>
#include <string>
#include <utility>

#include <pthread.h>
#include <unistd.h>

namespace eddy::log {
namespace {

template <class Value, std::size_t size>
using Names = std::array<std::pair<std::string_view, Value>, size>;

constexpr Names<Level, 5> level_names{{{"debug", Level::debug},
                                       {"info", Level::info},
                                       {"warning", Level::warning},
                                       {"error", Level::error},
                                       {"critical", Level::critical}}};
constexpr Names<Format, 4> format_names{{{"stream", Format::stream},
                                         {"color", Format::color},
                                         {"plain", Format::plain},
                                         {"json", Format::json}}};

template <class Value, std::size_t size>
Result<Value> parse_name(const Names<Value, size>& names, const char* what, std::string_view name) {
  std::string known;
  for (const auto& [known_name, value] : names) {
    if (name == known_name) return value;
    known.append(known.empty() ? "" : ", ").append(known_name);
  }
  return Error(Errc::invalid, what + eddy::detail::quoted(name) + ": expected one of " + known);
}

void close_at_exit() {
  detail::Core* core = detail::current_core.load();
  if (core == nullptr) return;
  detail::withdraw(*core);
  core->close();
}

/// Hooks into the end of the process and into fork(), once: neither hook can be taken back.
void hook_into_process() {
  static constinit std::atomic<bool> hooked{false};
  if (hooked.exchange(true)) return;
  std::atexit(&close_at_exit);
  pthread_atfork(nullptr, nullptr, &detail::forget_in_child);
}

}  // namespace

Result<Level> parse_level(std::string_view name) {
  return parse_name(level_names, "log level ", name);
}

Result<Format> parse_format(std::string_view name) {
  return parse_name(format_names, "log format ", name);
}

std::string_view to_string(Level level) noexcept {
  return level_names[static_cast<std::size_t>(level)].first;
}

Format default_format(int descriptor) noexcept {
  return isatty(descriptor) == 1 ? Format::color : Format::stream;
}

Writer::Writer(Config config) : core_(std::make_shared<detail::Core>(config)) {
  hook_into_process();
  if (int failed = detail::Core::start(core_); failed != 0) {
    core_->disable();
    warning("the log has no thread, lines go to stderr", {{"errno", failed}});
    return;
  }
  detail::publish(*core_);
  detail::install_crash_handlers();
}

Writer::~Writer() {
  detail::remove_crash_handlers();
  bool unused = detail::withdraw(*core_);
  core_->close();
  // A signal handler that called exit() stands on top of a user that will never end.
  if (!unused) detail::Core::keep_for_ever(core_);
}

bool Writer::flush(Duration limit) {
  return core_->flush(limit);
}

const WriterStatistic& Writer::statistic() const noexcept {
  return core_->statistic();
}

}  // namespace eddy::log
