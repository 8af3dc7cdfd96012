// SPDX-License-Identifier: MIT
//
// Opens a path that must not lead out of a directory. Private to io; for a thread.
#pragma once

#include <eddy/io/directory.hpp>

#include <string>

#include "io/open_file.hpp"

namespace eddy::detail {

/// By openat2 where the kernel has it, else part by part.
Result<OpenFilePtr> open_beneath(const OpenFile& directory,
                                 const std::string& relative,
                                 const OpenOptions& options,
                                 Symlinks symlinks);

}  // namespace eddy::detail
