// SPDX-License-Identifier: MIT
//
// What the fuzz targets share.
#pragma once

#include <eddy/base/bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

/// What libFuzzer calls with each input.
extern "C" int LLVMFuzzerTestOneInput(  // NOLINT(readability-identifier-naming): its name
    const std::uint8_t* data,
    std::size_t size);

namespace eddy::fuzz {

/// Ends the run, and so makes the input a finding, unless `holds`.
inline void require(bool holds, const char* rule) {
  if (holds) return;
  std::fprintf(stderr, "broken rule: %s\n", rule);
  std::abort();
}

inline ByteView view_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};  // libFuzzer's type for octets
}

/// Removes the first octet of `input` and gives it; 0 if there is none.
inline unsigned take_octet(ByteView& input) {
  if (input.empty()) return 0;
  auto octet = static_cast<unsigned char>(input.front());
  input.remove_prefix(1);
  return octet;
}

}  // namespace eddy::fuzz
