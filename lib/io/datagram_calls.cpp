// SPDX-License-Identifier: MIT
#include "io/datagram_calls.hpp"

namespace eddy::detail {

constexpr DatagramCalls kernel_datagram_calls{::sendto, ::sendmmsg, ::recvmmsg, ::setsockopt};

constinit const DatagramCalls* datagram_calls = &kernel_datagram_calls;

}  // namespace eddy::detail
