// SPDX-License-Identifier: MIT
//
// The names of services that were given none.
#pragma once

#include <string>

namespace eddy::detail {

/// The name of a class without its namespaces, of what typeid() calls it.
std::string plain_type_name(const char* mangled);

}  // namespace eddy::detail
