// SPDX-License-Identifier: MIT
//
// In the place of gzip.cpp and the others where the build is without their library.
#include "codec/compression_backend.hpp"

namespace eddy::detail {

#ifdef EDDY_WITHOUT_GZIP
CompressionLibrary gzip_library() noexcept {
  return {"zlib1g-dev", "gzip", 0, 0, 0, nullptr, nullptr};
}
#endif

#ifdef EDDY_WITHOUT_BZIP2
CompressionLibrary bzip2_library() noexcept {
  return {"libbz2-dev", "bzip2", 0, 0, 0, nullptr, nullptr};
}
#endif

#ifdef EDDY_WITHOUT_XZ
CompressionLibrary xz_library() noexcept {
  return {"liblzma-dev", "xz", 0, 0, 0, nullptr, nullptr};
}
#endif

#ifdef EDDY_WITHOUT_ZSTD
CompressionLibrary zstd_library() noexcept {
  return {"libzstd-dev", "zstd", 0, 0, 0, nullptr, nullptr};
}
#endif

}  // namespace eddy::detail
