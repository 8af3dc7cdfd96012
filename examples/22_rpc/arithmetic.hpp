// SPDX-License-Identifier: MIT
//
// The methods of the servers in this example.
#pragma once

#include "methods.hpp"

namespace rpc {

/// multiply [a, b], divide [a, b], and echo, which gives its parameters back.
Methods arithmetic();

}  // namespace rpc
