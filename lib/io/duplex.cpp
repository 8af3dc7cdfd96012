// SPDX-License-Identifier: MIT
#include <eddy/io/duplex.hpp>

#include <algorithm>

#include "io/duplex_end.hpp"

namespace eddy {
namespace detail {
namespace {

/// The least number that a length drawn by chance stays below is 2, the largest this power of 2.
constexpr std::uint32_t largest_exponent = 14;

/// Lengths of every order of magnitude; sometimes nothing at all.
std::size_t random_length(Random& random) noexcept {
  return random.below(2U << random.below(largest_exponent));
}

int status_of(std::errc error) noexcept {
  return -static_cast<int>(error);
}

}  // namespace

DuplexEnd::DuplexEnd(
    LoopImpl& impl, DuplexScript&& script, Duration delay, std::size_t capacity, Site site) noexcept
    : StreamBase(impl, "duplex stream", site),
      TimerEntry([](TimerEntry* entry) noexcept { static_cast<DuplexEnd*>(entry)->land(); }),
      script_(std::move(script)),
      delay_(delay),
      capacity_(capacity) {
  StreamPool::of(impl);
  uv_idle_init(&impl.uv, &idle_);  // never fails
  adopted_by_libuv();
}

void DuplexEnd::join(DuplexEnd& other) noexcept {
  peer_ = &other;
  other.peer_ = this;
}

void DuplexEnd::on_closing() noexcept {
  StreamBase::on_closing();
  disarm(impl()->core, *this);
  DuplexEnd* peer = std::exchange(peer_, nullptr);
  if (peer == nullptr) return;
  peer->peer_ = nullptr;
  if (!peer->open() || impl()->ending) return;
  if (aborted_) {
    peer->was_reset_ = true;
  } else if (!end_sent_) {
    peer->arrive({}, true);
  }
  peer->wake();
}

// Sending.

/// What the next call of the pretended kernel does. A shuffled loop cuts what no script limits.
DuplexStep DuplexEnd::next_step(const std::vector<DuplexStep>& steps,
                                std::size_t& done,
                                const DuplexStep& usual) noexcept {
  if (done < steps.size()) return steps[done++];
  DuplexStep step = usual;
  std::optional<Random>& shuffle = impl()->shuffle;
  if (shuffle && step.at_most == DuplexStep().at_most && shuffle->one_in(2)) {
    step.at_most = random_length(*shuffle);
  }
  return step;
}

int DuplexEnd::transmit(ByteView first, ByteView second) noexcept {
  if (was_reset_) return UV_ECONNRESET;
  if (peer_ == nullptr) return UV_EPIPE;
  const DuplexStep step = next_step(script_.writes, writes_done_, script_.usual_write);
  if (step.error != std::errc{}) return status_of(step.error);
  const std::size_t room = std::min(step.at_most, peer_->room());
  const ByteView head = first.substr(0, room);
  const ByteView tail = second.substr(0, room - head.size());
  peer_->arrive(head, false);
  peer_->arrive(tail, false);
  return static_cast<int>(head.size() + tail.size());
}

int DuplexEnd::transmit_all(ByteView bytes) noexcept {
  unsent_ = bytes;
  wake();
  return 0;
}

int DuplexEnd::transmit_end() noexcept {
  if (was_reset_) return UV_ECONNRESET;
  end_sent_ = true;
  if (peer_ != nullptr) peer_->arrive({}, true);
  return 0;
}

int DuplexEnd::receive() noexcept {
  receiving_ = true;
  wake();
  return 0;
}

void DuplexEnd::abort() noexcept {
  aborted_ = true;
}

// Arriving.

std::size_t DuplexEnd::room() const noexcept {
  return capacity_ - std::min(capacity_, under_way_ + arrived_.size());
}

void DuplexEnd::arrive(ByteView bytes, bool end) {
  if (bytes.empty() && !end) return;
  under_way_ += bytes.size();
  flight_.push_back(Segment{later(impl()->clock->now(), delay_), std::string(bytes), end});
  if (delay_ <= Duration::zero()) return land();
  if (!armed()) arm_at(impl()->core, *this, flight_.front().due);
}

/// Moves what has come due to where it can be read.
void DuplexEnd::land() noexcept {
  const TimePoint now = impl()->clock->now();
  std::size_t landed = 0;
  for (; landed < flight_.size() && flight_[landed].due <= now; ++landed) {
    const Segment& segment = flight_[landed];
    under_way_ -= segment.bytes.size();
    arrived_.append(segment.bytes);
    end_arrived_ = end_arrived_ || segment.end;
  }
  flight_.erase(flight_.begin(), flight_.begin() + static_cast<std::ptrdiff_t>(landed));
  if (!flight_.empty()) arm_at(impl()->core, *this, flight_.front().due);
  wake();
}

// The turns of the pretended kernel.

bool DuplexEnd::readable() const noexcept {
  return receiving_ && (!arrived_.empty() || end_arrived_);
}

bool DuplexEnd::sendable() const noexcept {
  return !unsent_.empty() && (peer_ == nullptr || peer_->room() > 0);
}

bool DuplexEnd::blocked(const std::vector<DuplexStep>& steps,
                        std::size_t done,
                        const DuplexStep& usual) noexcept {
  return done == steps.size() && usual.at_most == 0 && usual.error == std::errc{};
}

void DuplexEnd::wake() noexcept {
  if (!open()) return;
  const bool reads = readable() && !blocked(script_.reads, reads_done_, script_.usual_read);
  const bool sends = sendable() && !blocked(script_.writes, writes_done_, script_.usual_write);
  if (was_reset_ || reads || sends) {
    uv_idle_start(&idle_, &on_turn);
  } else {
    uv_idle_stop(&idle_);
  }
}

void DuplexEnd::on_turn(uv_idle_t* handle) noexcept {
  auto& self = of<DuplexEnd>(handle);
  const CallbackScope scope(*self.impl(), self.site());
  if (self.was_reset_) return self.die(uv_error(UV_ECONNRESET, self.kind()));
  if (self.sendable()) self.send_some();
  if (self.open() && self.readable()) self.read_some();
  self.wake();
}

void DuplexEnd::send_some() noexcept {
  const int status = transmit(unsent_, {});
  if (status < 0) return die(uv_error(status, kind()));
  unsent_.remove_prefix(static_cast<std::size_t>(status));
  if (unsent_.empty()) sent();
}

void DuplexEnd::read_some() noexcept {
  if (!wants_input()) {
    receiving_ = false;
    return input_refused();
  }
  const DuplexStep step = next_step(script_.reads, reads_done_, script_.usual_read);
  if (step.error != std::errc{}) return die(uv_error(status_of(step.error), kind()));
  if (arrived_.empty()) {
    receiving_ = false;
    return received_end();
  }
  const std::size_t count = std::min({step.at_most, arrived_.size(), StreamPool::slab_size});
  if (count == 0) return;
  char* slab = StreamPool::of(*impl()).slab();
  std::copy_n(arrived_.view().data(), count, slab);
  arrived_.consume(count);
  if (peer_ != nullptr) peer_->wake();  // there is room again
  received(ByteView(slab, count));
}

}  // namespace detail

std::pair<Stream, Stream> duplex(Loop& loop, DuplexOptions options, Site site) {
  auto& impl = detail::LoopImpl::of(loop);
  const auto end = [&impl, &options, site](DuplexScript& script) {
    return new detail::DuplexEnd(impl, std::move(script), options.delay, options.capacity, site);
  };
  detail::DuplexEnd* first = end(options.first);
  detail::DuplexEnd* second = end(options.second);
  first->join(*second);
  return {detail::StreamBase::handle_of<Stream>(first),
          detail::StreamBase::handle_of<Stream>(second)};
}

}  // namespace eddy
