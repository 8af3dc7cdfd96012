// SPDX-License-Identifier: MIT
#include "duration_text.hpp"

namespace eddy::detail {

std::string duration_text(Duration duration) {
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  const auto whole = std::chrono::duration_cast<seconds>(duration);
  if (whole == duration) return std::to_string(whole.count()) + " s";
  return std::to_string(std::chrono::duration_cast<milliseconds>(duration).count()) + " ms";
}

}  // namespace eddy::detail
