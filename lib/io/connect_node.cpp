// SPDX-License-Identifier: MIT
#include "io/connect_node.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "io/connect_order.hpp"

namespace eddy::detail {
namespace {

/// RFC 8305, section 5: no network is so fast that two attempts in less time were not one.
constexpr Duration shortest_delay = std::chrono::milliseconds(10);

Duration positive_or_longest(Duration limit) noexcept {
  return limit > Duration::zero() ? limit : Duration::max();
}

/// Whether the attempt never left this machine, so that others tell more.
bool is_local(const Error& error) noexcept {
  return error == std::errc::network_unreachable || error == std::errc::host_unreachable ||
         error == std::errc::address_family_not_supported ||
         error == std::errc::address_not_available;
}

}  // namespace

ConnectNode::ConnectNode(LoopCore& owner,
                         Site where,
                         std::span<const Address> addresses,
                         const ConnectOptions& options)
    : Pooled(owner, where),
      options_(options),
      addresses_(connect_order(addresses, options)),
      given_(addresses.size()),
      begun_(owner.loop->clock->now()),
      limit_(clip_to_deadline(owner, positive_or_longest(options.limit))),
      expiry_(*this,
              [](TimerEntry* entry) noexcept { static_cast<ConnectTimer*>(entry)->node.expire(); }),
      stagger_(*this, [](TimerEntry* entry) noexcept {
        static_cast<ConnectTimer*>(entry)->node.proceed();
      }) {
  if (limit_.wait < Duration::max()) arm(owner, expiry_, limit_.wait);
}

void ConnectNode::expect(Future<std::vector<Address>>&& rest) {
  rest_ = std::move(rest).complete([this](Result<std::vector<Address>>&& all) {
    rest_ = {};
    join(all ? std::span<const Address>(*all) : std::span<const Address>());
  });
}

/// RFC 8305, section 5: what comes late is tried in its turn, which may have come already.
void ConnectNode::join(std::span<const Address> all) {
  if (!all.empty()) {
    addresses_ = connect_order(all, options_, std::span(addresses_).first(attempts_.size()));
    given_ = all.size();
  }
  if (!stagger_.armed()) proceed();
}

void ConnectNode::proceed() noexcept {
  while (attempts_.size() < addresses_.size()) {
    ConnectAttempt& attempt = attempts_.emplace_back(*this, addresses_[attempts_.size()]);
    switch (attempt.start()) {
      case ConnectAttempt::Outcome::failed:
        continue;
      case ConnectAttempt::Outcome::connected:
        return connected(attempt);
      case ConnectAttempt::Outcome::pending:
        const Duration delay = std::max(options_.attempt_delay, shortest_delay);
        if (attempts_.size() < addresses_.size() || waits_for_more()) arm(*core, stagger_, delay);
        return;
    }
  }
  if (!attempt_pending() && !waits_for_more()) give_up({});
}

bool ConnectNode::attempt_pending() const noexcept {
  return std::any_of(
      attempts_.begin(), attempts_.end(), [](const auto& attempt) { return attempt.pending(); });
}

bool ConnectNode::waits_for_more() const noexcept {
  return rest_.valid() && attempts_.size() < options_.max_addresses;
}

void ConnectNode::connected(ConnectAttempt& attempt) noexcept {
  TcpStream stream = attempt.take();
  stop();
  settle_value(std::move(stream));
}

void ConnectNode::failed() noexcept {
  disarm(*core, stagger_);
  proceed();
}

void ConnectNode::expire() noexcept {
  // More addresses were all that it waited for: as if there were none.
  if (!attempts_.empty() && !attempt_pending()) return give_up({});
  give_up(timed_out_error(*core, begun_, limit_.limit, limit_.deadline));
}

void ConnectNode::give_up(const std::optional<Error>& expired) noexcept {
  Error error = failure(expired);
  stop();
  settle_error(std::move(error));
}

/// What to tell. `expired` is why those failed that still wait.
Error ConnectNode::failure(const std::optional<Error>& expired) const {
  if (attempts_.empty()) return {Errc::invalid, "connect to no address"};
  if (addresses_.size() == 1) {
    const ConnectAttempt& only = attempts_.front();
    return (only.error() ? *only.error() : *expired).with("connect " + only.address().to_string());
  }
  const std::size_t tried = attempts_.size();
  std::string context =
      "connect to " + (tried == 1 ? "one address" : std::to_string(tried) + " addresses");
  std::error_code code = expired ? expired->code() : attempts_.front().error()->code();
  const char* separator = " (";
  bool local = !expired;
  for (const ConnectAttempt& attempt : attempts_) {
    const Error& error = attempt.error() ? *attempt.error() : *expired;
    context += separator + attempt.address().to_string() + ": " + error.message();
    separator = "; ";
    if (!local || is_local(error)) continue;
    code = error.code();
    local = false;
  }
  if (const std::size_t left = untried(); left > 0) {
    context += "; " + std::to_string(left) + " not tried";
  }
  return {code, context + ")"};
}

/// How many addresses there was no time for, or that were too many.
std::size_t ConnectNode::untried() const noexcept {
  const bool cut = addresses_.size() == options_.max_addresses;
  return (cut ? given_ : addresses_.size()) - attempts_.size();
}

void ConnectNode::stop() noexcept {
  disarm(*core, expiry_);
  disarm(*core, stagger_);
  rest_ = {};
  for (ConnectAttempt& attempt : attempts_)
    attempt.stop();
}

}  // namespace eddy::detail
