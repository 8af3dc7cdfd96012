// SPDX-License-Identifier: MIT
#include "io/system.hpp"

#include <unistd.h>

namespace eddy::detail {

constexpr SystemCalls kernel_calls{
    ::socket, ::connect, ::bind, ::listen, ::accept4, ::shutdown, ::close};

constinit const SystemCalls* system_calls = &kernel_calls;

}  // namespace eddy::detail
