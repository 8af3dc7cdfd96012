// SPDX-License-Identifier: MIT
#include "core/loop_impl.hpp"

namespace eddy::detail {
namespace {

/// Codes of libuv that no errno stands for, such as those of name resolution.
class UvCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "uv"; }
  std::string message(int code) const override { return uv_strerror(code); }
};

constinit UvCategory the_uv_category;

std::error_code code_of(int status) noexcept {
  if (status == UV_ECANCELED) return Errc::canceled;
  if (status == UV_EOF) return Errc::end_of_stream;
  // On unix libuv's codes are negated errno values but for those below the range of errno.
  constexpr int lowest_errno = -1000;
  if (status > lowest_errno) return {-status, std::system_category()};
  return {status, the_uv_category};
}

}  // namespace

Error uv_error(int status, std::string_view context) {
  return Error(code_of(status), context);
}

}  // namespace eddy::detail
