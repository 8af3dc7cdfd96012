// SPDX-License-Identifier: MIT
//
// Makes datagram sockets, and says what to do when that fails. Private to io.
#pragma once

#include <eddy/base/result.hpp>
#include <eddy/io/udp_options.hpp>

#include "io/bind.hpp"
#include "io/system.hpp"

namespace eddy::detail {

/// A non-blocking socket that is bound to `address`, and its file.
Result<BoundSocket> bind_datagram_socket(const Address& address, const UdpOptions& options);
/// One that is not bound, and of the family of `peer`; a Unix socket gets a name, to be answered.
Result<Descriptor> open_datagram_socket(const Address& peer, const UdpOptions& options);
/// Sets what does not concern the address, for a socket of somebody else.
Result<void> prepare_datagram_socket(int descriptor, const UdpOptions& options);

/// Joins (or leaves) `group` with a socket of the given family.
Result<void> change_membership(int descriptor, int family, const MulticastGroup& group, bool join);

}  // namespace eddy::detail
