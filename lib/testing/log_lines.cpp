// SPDX-License-Identifier: MIT
#include <eddy/base/address.hpp>
#include <eddy/base/error.hpp>
#include <eddy/base/log_writer.hpp>
#include <eddy/testing/detail/log_lines.hpp>

#include <algorithm>
#include <mutex>
#include <type_traits>

namespace eddy::testing {
namespace inner {

class LogLines::State {
 public:
  struct Entry {
    LogLine line;
    bool expected = false;
  };

  mutable std::mutex mutex;
  std::vector<Entry> entries;  // under mutex
  std::size_t next = 0;        // behind the one that was found last
  log::Level threshold{};      // as it was before
};

namespace {

constinit std::mutex current_mutex;
constinit LogLines::State* current = nullptr;  // under current_mutex

std::string text_of(const log::Field& field) {
  std::string text;
  field.visit([&text](const auto& value) {
    using Value = std::decay_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, std::string_view>) {
      text = value;
    } else if constexpr (std::is_same_v<Value, bool>) {
      text = value ? "true" : "false";
    } else if constexpr (std::is_same_v<Value, Duration>) {
      text = std::to_string(value.count()) + "ns";
    } else if constexpr (std::is_same_v<Value, Error>) {
      text = value.message();
    } else if constexpr (std::is_same_v<Value, Address>) {
      text = value.to_string();
    } else {
      text = std::to_string(value);
    }
  });
  return text;
}

LogLine line_of(log::Level level, std::string_view message, log::Fields fields) {
  LogLine line{level, std::string(message), {}};
  for (const log::Field& field : fields)
    line.fields.emplace_back(field.key(), text_of(field));
  return line;
}

void collect(log::Level level, std::string_view message, log::Fields fields) noexcept {
  LogLine line = line_of(level, message, fields);
  const std::scoped_lock lock(current_mutex);
  if (current == nullptr) return;
  const std::scoped_lock adding(current->mutex);
  current->entries.push_back({std::move(line)});
}

/// Whether `line` is what was expected: it may have more fields.
bool matches(const LogLine& line, const LogLine& wanted) {
  const auto has = [&line](const auto& field) {
    return std::find(line.fields.begin(), line.fields.end(), field) != line.fields.end();
  };
  return line.level == wanted.level && line.message == wanted.message &&
         std::all_of(wanted.fields.begin(), wanted.fields.end(), has);
}

}  // namespace

LogLines::LogLines() : state_(std::make_unique<State>()) {
  state_->threshold = log::detail::threshold.load();
  {
    const std::scoped_lock lock(current_mutex);
    EDDY_ASSERT(current == nullptr, "there is at most one LogCapture at a time");
    current = state_.get();
  }
  log::detail::tap.store(&collect);
  log::detail::threshold.store(log::Level::debug);
}

LogLines::~LogLines() {
  log::detail::threshold.store(state_->threshold);
  log::detail::tap.store(nullptr);
  const std::scoped_lock lock(current_mutex);  // one that has begun to collect is waited for
  current = nullptr;
}

std::vector<LogLine> LogLines::all() const {
  const std::scoped_lock lock(state_->mutex);
  std::vector<LogLine> lines;
  for (const State::Entry& entry : state_->entries)
    lines.push_back(entry.line);
  return lines;
}

bool LogLines::find(log::Level level, std::string_view message, log::Fields fields) {
  const LogLine wanted = line_of(level, message, fields);
  const std::scoped_lock lock(state_->mutex);
  for (std::size_t at = state_->next; at < state_->entries.size(); ++at) {
    State::Entry& entry = state_->entries[at];
    if (!matches(entry.line, wanted)) continue;
    entry.expected = true;
    state_->next = at + 1;
    return true;
  }
  return false;
}

bool LogLines::contains(log::Level level, std::string_view message, log::Fields fields) const {
  const LogLine wanted = line_of(level, message, fields);
  const std::scoped_lock lock(state_->mutex);
  return std::any_of(state_->entries.begin(),
                     state_->entries.end(),
                     [&wanted](const State::Entry& entry) { return matches(entry.line, wanted); });
}

std::string LogLines::unexpected(log::Level from) const {
  const std::scoped_lock lock(state_->mutex);
  std::string text;
  for (const State::Entry& entry : state_->entries) {
    if (entry.expected || entry.line.level < from) continue;
    text.append("  ").append(entry.line.text()).append("\n");
  }
  return text;
}

}  // namespace inner

std::string LogLine::text() const {
  std::string text(log::to_string(level));
  text.append(" ").append(message);
  for (const auto& [key, value] : fields)
    text.append(" ").append(key).append("=").append(value);
  return text;
}

}  // namespace eddy::testing
