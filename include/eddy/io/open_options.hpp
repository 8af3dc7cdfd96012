// SPDX-License-Identifier: MIT
//
// How a file is opened.
#pragma once

#include <eddy/base/result.hpp>

#include <cstdint>

namespace eddy {

/// By default an existing file is opened for reading.
///
/// Every file is opened with O_CLOEXEC, O_NOCTTY and O_NONBLOCK, so that no open waits for anybody.
struct OpenOptions {
  bool read = true;
  bool write = false;
  bool append = false;          ///< every write goes to the end, wherever it is addressed
  bool create = false;          ///< makes the file if it is missing
  bool exclusive = false;       ///< makes the file, and fails if there is one
  bool truncate = false;        ///< throws the content away
  std::uint32_t mode = 0666;    ///< of a file that is made; the umask is taken away from it
  bool follow_symlinks = true;  ///< of the last part of the path; false: a symbolic link is refused
  bool special = false;         ///< takes devices too, whose reads and writes never wait either

  /// Errors: Errc::invalid for a combination that makes no sense.
  [[nodiscard]] EDDY_EXPORT Result<void> validate() const;
};

}  // namespace eddy
