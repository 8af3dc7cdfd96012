// SPDX-License-Identifier: MIT
//
// The two ways through a proxy of the chaos kit; see testing/tcp_proxy.hpp.
#pragma once

#include <eddy/base/config.hpp>

#include <cstdint>

namespace eddy::testing {

/// Which of the two ways through a proxy a setting is for.
enum class ProxyDirection : std::uint8_t {
  client_to_server = 1,
  server_to_client = 2,
  both = client_to_server | server_to_client,
};

}  // namespace eddy::testing
