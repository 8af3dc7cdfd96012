// SPDX-License-Identifier: MIT
#include <eddy/io/owned_descriptor.hpp>

#include "io/system.hpp"

namespace eddy {

void OwnedDescriptor::close() noexcept {
  detail::Descriptor(release()).close();
}

}  // namespace eddy
