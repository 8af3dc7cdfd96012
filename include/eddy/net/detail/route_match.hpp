// SPDX-License-Identifier: MIT
//
// The result of matching a path: which route, and where its parameters stand in the path.
//
// Not for users. Places instead of views, so that the path may be copied elsewhere.
#pragma once

#include <eddy/base/config.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace eddy::http {

class Route;

namespace detail {

/// More parameters in one pattern are an error of the program.
inline constexpr std::size_t max_parameters = 8;

struct RouteMatch {
  struct Place {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
  };

  const Route* route = nullptr;
  std::array<Place, max_parameters> places;  // in the order of the route's names
};

}  // namespace detail
}  // namespace eddy::http
