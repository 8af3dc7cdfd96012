// SPDX-License-Identifier: MIT
#include "io/lookup_node.hpp"

#include <algorithm>

namespace eddy::detail {

Addresses with_port(const Addresses& addresses, std::uint16_t port) {
  Addresses all;
  all.reserve(addresses.size());
  for (const Address& each : addresses)
    all.push_back(each.with_port(port));
  return all;
}

LookupNode::LookupNode(LoopCore& owner,
                       Site where,
                       CountedPtr<Lookup> lookup,
                       std::uint16_t port,
                       Duration limit,
                       Failure failure)
    : Pooled(owner, where),
      LookupWaiter(owner, std::move(lookup), limit),
      port_(port),
      failure_(failure) {
  this->lookup()->join(*this);
}

void LookupNode::answered(const Result<Addresses>& answer) noexcept {
  if (answer) return settle_value(with_port(*answer, port_));
  if (failure_ == Failure::is_no_address) return settle_value();
  settle_error(answer.error());
}

FirstNode::BeginTimer::BeginTimer(FirstNode& owner) noexcept
    : detail::TimerEntry([](detail::TimerEntry* entry) noexcept {
        static_cast<BeginTimer*>(entry)->node.begin();
      }),
      node(owner) {}

FirstNode::FirstNode(LoopCore& owner,
                     Site where,
                     CountedPtr<Lookup> lookup,
                     std::uint16_t port,
                     Duration limit,
                     const FirstWish& wish)
    : Pooled(owner, where),
      LookupWaiter(owner, std::move(lookup), limit),
      port_(port),
      wish_(wish),
      begin_(*this) {
  this->lookup()->join(*this);
  if (this->lookup()->part()) part_came();
}

void FirstNode::part_came() noexcept {
  const Lookup::Part& part = *lookup()->part();
  const bool wished = part.addresses.front().ipv4() == (wish_.family == AddressFamily::ipv4);
  const Duration delay = wished ? Duration::zero() : std::max(wish_.delay, Duration::zero());
  arm_at(*core, begin_, later(part.since, delay));
}

/// In a turn of its own, see LookupWaiter::part_came().
void FirstNode::begin() noexcept {
  FirstAnswer answer{.addresses = with_port(lookup()->part()->addresses, port_)};
  answer.rest = make_future<Addresses>(LookupNode::make(
      *core, site(), lookup(), port_, time_left(), LookupNode::Failure::is_no_address));
  leave();
  settle_value(std::move(answer));
}

void FirstNode::answered(const Result<Addresses>& answer) noexcept {
  disarm(*core, begin_);
  if (!answer) return settle_error(answer.error());
  settle_value(FirstAnswer{.addresses = with_port(*answer, port_)});
}

void FirstNode::stop() noexcept {
  disarm(*core, begin_);
  leave();
}

}  // namespace eddy::detail
