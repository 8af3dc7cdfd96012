// SPDX-License-Identifier: MIT
//
// In which order connect() tries addresses: RFC 8305, section 4. Private to io.
#pragma once

#include <eddy/io/connect.hpp>

#include <vector>

namespace eddy::detail {

/// Families in turns, otherwise as given; no duplicates, and at most `options.max_addresses`.
/// Those that were tried already come first, as they were, and it is the next family's turn.
std::vector<Address> connect_order(std::span<const Address> addresses,
                                   const ConnectOptions& options,
                                   std::span<const Address> tried = {});

}  // namespace eddy::detail
