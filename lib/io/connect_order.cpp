// SPDX-License-Identifier: MIT
#include "io/connect_order.hpp"

#include <sys/socket.h>

#include <algorithm>

namespace eddy::detail {
namespace {

/// The family to begin with; AF_UNSPEC if there is no address.
int first_family(std::span<const Address> addresses, FamilyPreference prefer) noexcept {
  switch (prefer) {
    case FamilyPreference::as_given:
      break;
    case FamilyPreference::ipv4:
      return AF_INET;
    case FamilyPreference::ipv6:
      return AF_INET6;
  }
  const auto first = std::find_if(addresses.begin(), addresses.end(), [](const Address& address) {
    return static_cast<bool>(address);
  });
  return first == addresses.end() ? AF_UNSPEC : first->family();
}

/// Goes through the addresses of a family, or through all others.
class Side {
 public:
  Side(std::span<const Address> all, int family, bool of_family) noexcept
      : all_(all), family_(family), of_family_(of_family) {}

  /// The next that is not in `known`; null at the end.
  const Address* next(const std::vector<Address>& known) noexcept {
    while (at_ < all_.size()) {
      const Address& address = all_[at_++];
      if (!address || (address.family() == family_) != of_family_) continue;
      if (std::find(known.begin(), known.end(), address) == known.end()) return &address;
    }
    return nullptr;
  }

 private:
  std::span<const Address> all_;
  int family_;
  bool of_family_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<Address> connect_order(std::span<const Address> addresses,
                                   const ConnectOptions& options,
                                   std::span<const Address> tried) {
  std::vector<Address> order(tried.begin(), tried.end());
  order.reserve(std::min(tried.size() + addresses.size(), options.max_addresses));
  const int family = first_family(addresses, options.prefer);
  Side ours(addresses, family, true);
  Side others(addresses, family, false);
  bool our_turn = tried.empty() || tried.back().family() != family;
  while (order.size() < options.max_addresses) {
    const Address* address = (our_turn ? ours : others).next(order);
    if (address == nullptr) address = (our_turn ? others : ours).next(order);
    if (address == nullptr) break;
    order.push_back(*address);
    our_turn = !our_turn;
  }
  return order;
}

}  // namespace eddy::detail
