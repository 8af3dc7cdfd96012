// SPDX-License-Identifier: MIT
//
// What is wrong with settings of TLS, as far as can be told without reading files.
#pragma once

#include <eddy/io/tls_options.hpp>

#include <string>
#include <vector>

namespace eddy::detail {

std::vector<std::string> complaints_of(const TlsServerOptions& options);
std::vector<std::string> complaints_of(const TlsClientOptions& options);

}  // namespace eddy::detail
