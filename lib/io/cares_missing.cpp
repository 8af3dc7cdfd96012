// SPDX-License-Identifier: MIT
//
// Stands for the files of c-ares where eddy is built without it.
#include "io/resolve_backend.hpp"

namespace eddy::detail {

std::unique_ptr<ResolveBackend> make_cares_backend(const ResolverOptions&) {
  return nullptr;
}

}  // namespace eddy::detail
