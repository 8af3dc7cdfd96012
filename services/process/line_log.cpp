// SPDX-License-Identifier: MIT
#include "line_log.hpp"

#include <eddy/base/log.hpp>
#include <eddy/core/loop.hpp>

#include <algorithm>
#include <utility>

namespace eddy::detail {
namespace {

/// Of a stream that gives so much at a time more is waiting, up to 2 MiB in the same callback: a
/// million short lines. Others have their turn first.
constexpr std::size_t much = 32 * 1024;

}  // namespace

LineLog::LineLog(Loop& loop,
                 Stream stream,
                 const ChildLog& config,
                 LineLabels labels,
                 RespawningProcessStatistic& statistic,
                 Callbacks callbacks)
    : loop_(loop),
      config_(config),
      labels_(labels),
      statistic_(statistic),
      callbacks_(std::move(callbacks)),
      timer_(loop, [this] { next_second(); }),
      stream_(std::move(stream)) {
  if (stream_.open()) {
    stream_.start(*this);
  } else {
    ended_ = true;
  }
}

LineLog::~LineLog() = default;

void LineLog::on_bytes(ByteView bytes) noexcept {
  callbacks_.alive();
  take(bytes);
  if (bytes.size() < much || !rest_.empty()) return;
  stream_.pause();
  others_ = loop_.next_turn().then([this] { go_on(); });
}

/// Unless there are lines that wait for their second.
void LineLog::go_on() {
  if (rest_.empty()) stream_.resume();
}

void LineLog::on_end() noexcept {
  stream_ended_ = true;
  if (rest_.empty()) finish();
}

void LineLog::on_error(const Error& error) noexcept {
  log::warning("the output of a child cannot be read",
               {{"service", labels_.service}, {"stream", labels_.stream}, {"error", error}});
  on_end();
}

/// Stops in front of the line for which there is no room, if it is to wait.
void LineLog::take(ByteView bytes) {
  while (!bytes.empty()) {
    if (waits() && !room()) {
      rest_.append(bytes);
      stream_.pause();
      return;
    }
    const std::size_t end = bytes.find('\n');
    take_part(bytes.substr(0, end));
    if (end == ByteView::npos) return;
    end_line();
    bytes.remove_prefix(end + 1);
  }
}

void LineLog::take_part(ByteView part) {
  const std::size_t taken = std::min(part.size(), config_.max_line - line_.size());
  line_.append(part.substr(0, taken));
  line_cut_ = line_cut_ || taken < part.size();
}

void LineLog::end_line() {
  if (!line_cut_ && line_.ends_with('\r')) line_.pop_back();
  callbacks_.line(line_);
  if (room()) {
    log_line(line_);
    if (room_ > 0) --room_;
  } else {
    ++dropped_;
    ++statistic_.lines_dropped;
  }
  line_.clear();
  line_cut_ = false;
}

/// Whether another line may be logged in this second.
bool LineLog::room() noexcept {
  if (!limited()) return true;
  if (room_ == 0 && timer_.armed()) return false;  // a look at the clock for each line adds up
  const TimePoint now = loop_.now();
  if (now >= second_ends_) {
    report_dropped();
    room_ = config_.lines_per_second;
    second_ends_ = later(now, std::chrono::seconds(1));
  }
  if (room_ > 0) return true;
  if (!timer_.armed()) timer_.start_at(second_ends_);
  return false;
}

void LineLog::next_second() {
  report_dropped();
  const std::string waiting = rest_.take_all();
  if (waiting.empty()) return;
  callbacks_.alive();
  take(waiting);
  if (!rest_.empty()) return;
  if (stream_ended_) return finish();
  stream_.resume();
}

void LineLog::log_line(std::string_view line) {
  ++statistic_.lines;
  if (line_cut_) {
    ++statistic_.lines_cut;
    log::info("a child wrote a line that is too long",
              {{"service", labels_.service},
               {"pid", labels_.pid},
               {"stream", labels_.stream},
               {"line", line}});
    return;
  }
  log::info("a child wrote",
            {{"service", labels_.service},
             {"pid", labels_.pid},
             {"stream", labels_.stream},
             {"line", line}});
}

void LineLog::report_dropped() {
  if (dropped_ == 0) return;
  log::warning("lines of a child were dropped, for it writes too many",
               {{"service", labels_.service},
                {"pid", labels_.pid},
                {"stream", labels_.stream},
                {"lines", std::exchange(dropped_, 0U)}});
}

void LineLog::cut() {
  stream_.close();
  if (ended_) return;
  const ByteView waiting = rest_.view();
  auto lines = static_cast<unsigned>(std::count(waiting.begin(), waiting.end(), '\n'));
  if (!waiting.empty() && waiting.back() != '\n') ++lines;
  dropped_ += lines;
  statistic_.lines_dropped += lines;
  finish();
}

void LineLog::finish() {
  if (!line_.empty()) end_line();
  report_dropped();
  timer_.stop();
  others_ = {};
  ended_ = true;
  callbacks_.end();
}

}  // namespace eddy::detail
