// SPDX-License-Identifier: MIT
//
// In which order connect() tries addresses: RFC 8305, section 4. Private to io.
#pragma once

#include <eddy/io/connect.hpp>

#include <vector>

namespace eddy::detail {

/// Families in turns, otherwise as given; no duplicates, and at most `options.max_addresses`.
std::vector<Address> connect_order(std::span<const Address> addresses,
                                   const ConnectOptions& options);

}  // namespace eddy::detail
