// SPDX-License-Identifier: MIT
#include "testing/tcp_lane.hpp"

#include <eddy/core/detail/forget.hpp>

#include <algorithm>
#include <exception>
#include <limits>
#include <tuple>
#include <utility>

#include "testing/flip_bits.hpp"
#include "testing/tcp_proxy_impl.hpp"

namespace eddy::testing::inner {

using eddy::detail::CountedPtr;

TcpLane::TcpLane(TcpLink& link, const Between& between)
    : link_(link),
      from_(between.from),
      to_(between.to),
      settings_(between.settings),
      statistic_(between.statistic),
      chance_of_octets_(between.seed),
      chance_of_pieces_(~between.seed),
      until_cut_(settings_.cut_after),
      timer_(link.proxy().loop, [this] { pump(); }) {}

TcpLane::~TcpLane() {
  detail::forget(std::move(shutdown_));  // the link is told of the same as an error
}

void TcpLane::start() {
  // Tells whenever all has been sent; how much waits is bounded by control_flow().
  to_.set_water_marks({.high = 0, .low = 0, .hard = std::numeric_limits<std::size_t>::max()});
  started_ = true;
  pacer_.set_rate(settings_.bandwidth, now());
  from_.start(*this);
  cut_changed();
}

void TcpLane::stop() noexcept {
  timer_.stop();
  drop(waiting_.size() + in_line_);
  waiting_.clear();
  line_.clear();
  in_line_ = 0;
}

TimePoint TcpLane::now() const noexcept {
  return link_.proxy().loop.now();
}

// A setting has changed.

void TcpLane::latency_changed() {
  for (Piece& piece : line_)
    piece.due = now();
  pump();
}

void TcpLane::bandwidth_changed() {
  pacer_.set_rate(settings_.bandwidth, now());
  pump();
}

void TcpLane::cut_changed() {
  until_cut_ = settings_.cut_after;
  if (!started_ || cutting_ || until_cut_ > 0) return pump();
  cutting_ = true;
  cut_when_sent();
}

// What comes in.

void TcpLane::on_bytes(ByteView bytes) noexcept {
  const CountedPtr<TcpLink> keep(&link_);
  statistic_.received += bytes.size();
  if (closing_ != Item::octets || cutting_) return drop(bytes.size());
  std::string octets(bytes);
  if (!transform(octets) || link_.ended()) return;
  if (settings_.corruption > 0) {
    statistic_.corrupted += flip_bits(octets, settings_.corruption, chance_of_octets_);
  }
  if (waiting_.empty()) pacer_.idle_until(now());
  waiting_.append(octets);
  pump();
}

/// False if the link is at its end, for the function threw.
bool TcpLane::transform(std::string& octets) noexcept {
  const CountedPtr<SharedTransform> shared = settings_.transform;  // it may be replaced meanwhile
  if (!shared) return true;
  try {
    octets = shared->function(octets);
    return true;
  } catch (...) {
    std::ignore = failed_future<void>(Error(std::current_exception()));  // reports it
    link_.end(Cut::reset);
    return false;
  }
}

void TcpLane::on_end() noexcept {
  const CountedPtr<TcpLink> keep(&link_);
  close_with(Item::end);
  pump();
}

void TcpLane::on_error(const Error&) noexcept {
  const CountedPtr<TcpLink> keep(&link_);
  drop(waiting_.size());  // a reset does not wait for what its sender had still to send
  waiting_.clear();
  close_with(Item::reset);
  pump();
  link_.opposite(*this).pump();  // its receiver is gone
}

/// The stream that this lane reads is the one that the other one writes.
void TcpLane::on_drained() noexcept {
  link_.opposite(*this).pump();
}

void TcpLane::half_close() {
  close_with(Item::end);
  pump();
}

void TcpLane::close_with(Item item) noexcept {
  if (closing_ == item) return;
  closing_ = item;
  closing_dispatched_ = false;
}

// What goes on.

void TcpLane::pump() noexcept {
  const CountedPtr<TcpLink> keep(&link_);
  if (link_.ended() || !started_) return;
  if (cutting_) return cut_when_sent();
  let_go();
  deliver_due();
  if (link_.ended() || cutting_) return;
  control_flow();
  arm();
}

/// Sends on its way what the bandwidth allows.
void TcpLane::let_go() {
  while (!waiting_.empty()) {
    const std::size_t count = pacer_.take(waiting_.size(), now());
    if (count == 0) return;
    dispatch(Item::octets, waiting_.take(count));
  }
  if (closing_ != Item::octets && !std::exchange(closing_dispatched_, true)) dispatch(closing_, {});
}

void TcpLane::dispatch(Item item, std::string octets) {
  in_line_ += octets.size();
  line_.push_back(
      {later(now(), settings_.latency.sample(chance_of_pieces_)), item, std::move(octets)});
}

/// The line is one behind the other: what is due waits for what is before it.
void TcpLane::deliver_due() noexcept {
  if (settings_.stalled || link_.proxy().settings.partitioned) return;
  while (!line_.empty() && line_.front().due <= now() && !cutting_) {
    const Piece piece = std::move(line_.front());
    line_.pop_front();
    in_line_ -= piece.octets.size();
    deliver(piece);
    if (link_.ended()) return;
  }
}

void TcpLane::deliver(const Piece& piece) noexcept {
  switch (piece.item) {
    case Item::octets:
      return deliver_octets(piece.octets);
    case Item::end:
      return deliver_end();
    case Item::reset:
      return link_.end(Cut::reset);
  }
}

void TcpLane::deliver_octets(ByteView octets) noexcept {
  if (!to_.open()) return drop(octets.size());
  const bool last = until_cut_ != TcpProxy::never && octets.size() >= until_cut_;
  const ByteView passing = last ? octets.substr(0, until_cut_) : octets;
  to_.write(passing);
  statistic_.delivered += passing.size();
  if (until_cut_ != TcpProxy::never) until_cut_ -= passing.size();
  if (!last) return;
  drop(octets.size() - passing.size());
  cutting_ = true;
  cut_when_sent();
}

void TcpLane::deliver_end() {
  shutdown_ = to_.shutdown().or_else([](Error&&) {}).then([this] {
    finished_ = true;
    link_.lane_finished();
  });
}

/// The receiver is to have all octets before the cut, and the sender shall not fill our memory.
void TcpLane::cut_when_sent() noexcept {
  from_.pause();
  timer_.stop();
  if (to_.open() && to_.queued() > 0) return;
  ++link_.proxy().statistic.cut;
  link_.end(settings_.cut);
}

// What is held.

std::size_t TcpLane::held() const noexcept {
  return waiting_.size() + in_line_ + (to_.open() ? to_.queued() : 0);
}

/// Reading stops at the bound and goes on at half of it.
void TcpLane::control_flow() noexcept {
  const TcpProxy::Options& options = link_.proxy().options;
  const std::size_t bound = options.buffered ? std::max<std::size_t>(options.max_held, 1) : 1;
  const std::size_t count = held();
  if (!paused_ && count >= bound) {
    paused_ = true;
    from_.pause();
  } else if (paused_ && count <= bound / 2) {
    paused_ = false;
    from_.resume();
  }
}

void TcpLane::arm() noexcept {
  const bool stopped = settings_.stalled || link_.proxy().settings.partitioned;
  TimePoint next = TimePoint::max();
  if (!waiting_.empty()) next = pacer_.next(waiting_.size());
  if (!stopped && !line_.empty()) next = std::min(next, line_.front().due);
  if (next == TimePoint::max()) return timer_.stop();
  timer_.start_at(next);
}

}  // namespace eddy::testing::inner
