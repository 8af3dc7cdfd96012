// SPDX-License-Identifier: MIT
#include "testing/udp_lane.hpp"

#include <algorithm>
#include <utility>

#include "testing/udp_proxy_impl.hpp"

namespace eddy::testing::inner {
namespace {

/// What `size` octets take of a link, at `rate` of them in a second.
Duration time_of(std::size_t size, std::uint64_t rate) noexcept {
  constexpr std::uint64_t second = 1'000'000'000;
  return Duration(static_cast<Duration::rep>((size * second + rate - 1) / rate));
}

bool chance(double share, Random& random) noexcept {
  constexpr double draws = 4294967296.0;  // of 32 bits
  return static_cast<double>(random.next() >> 32) < share * draws;
}

}  // namespace

UdpLane::UdpLane(UdpProxyImpl& proxy,
                 ProxyDirection direction,
                 DatagramTrafficStatistic& statistic,
                 std::uint64_t seed)
    : proxy_(proxy),
      direction_(direction),
      statistic_(statistic),
      random_(seed),
      timer_(proxy.loop, [this] { deliver_due(); }) {}

void UdpLane::take(UdpFlow& flow, ByteView bytes) {
  ++statistic_.received;
  flow.used();
  // One for each datagram: what happens to the next does not depend on settings, nor on this one.
  Random random(random_.next());
  const bool lost = chance(settings_.loss, random);
  const bool twice = chance(settings_.duplication, random);
  const bool late = chance(settings_.reordering, random);
  std::string octets(bytes.substr(0, settings_.truncation));
  if (octets.size() < bytes.size()) ++statistic_.truncated;
  spoil(octets, random);
  if (lost || proxy_.partitioned()) {
    ++statistic_.lost;
    return;
  }
  if (late) ++statistic_.reordered;
  if (twice) ++statistic_.duplicated;
  dispatch(flow, octets, late, random);
  if (twice) dispatch(flow, std::move(octets), false, random);
  deliver_due();
}

void UdpLane::spoil(std::string& bytes, Random& random) {
  const bool corrupt = chance(settings_.corruption, random);
  const std::size_t bit = random.below(8);
  const std::size_t at = random.below(static_cast<std::uint32_t>(bytes.size()));
  if (!corrupt || bytes.empty()) return;
  bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
  ++statistic_.corrupted;
}

void UdpLane::dispatch(UdpFlow& flow, std::string bytes, bool held_back, Random& random) {
  if (line_.size() >= proxy_.options.max_held) {
    ++statistic_.overflowed;
    return;
  }
  TimePoint due = later(departure(bytes.size()), settings_.latency.sample(random));
  if (held_back) due = later(due, settings_.reordered_by);
  line_.emplace(due, Travelling{eddy::detail::CountedPtr<UdpFlow>(&flow), std::move(bytes)});
}

/// When the link has sent the last octet.
TimePoint UdpLane::departure(std::size_t size) noexcept {
  const TimePoint now = proxy_.loop.now();
  if (settings_.bandwidth == 0) return now;
  link_free_ = later(std::max(link_free_, now), time_of(size, settings_.bandwidth));
  return link_free_;
}

void UdpLane::deliver_due() {
  const TimePoint now = proxy_.loop.now();
  while (!line_.empty() && line_.begin()->first <= now) {
    const auto first = line_.extract(line_.begin());
    const Travelling& datagram = first.mapped();
    ++(proxy_.deliver(*datagram.flow, direction_, datagram.bytes) ? statistic_.delivered
                                                                  : statistic_.undelivered);
  }
  if (line_.empty()) return timer_.stop();
  timer_.start_at(line_.begin()->first);
}

void UdpLane::change(const UdpLaneSettings& wanted) {
  const UdpLaneSettings before = std::exchange(settings_, wanted);
  if (before.bandwidth != wanted.bandwidth) link_free_ = proxy_.loop.now();
  if (before.latency != wanted.latency) release();
}

/// What is on its way arrives.
void UdpLane::release() {
  std::multimap<TimePoint, Travelling> all;
  for (auto& [due, datagram] : line_)
    all.emplace_hint(all.end(), proxy_.loop.now(), std::move(datagram));
  line_ = std::move(all);
  deliver_due();
}

void UdpLane::clear() noexcept {
  timer_.stop();
  line_.clear();
}

}  // namespace eddy::testing::inner
