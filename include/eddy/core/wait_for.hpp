// SPDX-License-Identifier: MIT
//
// A limit of time for work, as a function.
#pragma once

#include <eddy/core/future.hpp>

#include <utility>

namespace eddy {

/// work.timeout(limit), for those who read from the outside in.
///
/// Errors: those of the work, and Errc::timed_out, whose context has the limit and the time that
/// passed until the work had ended.
/// Cancel: soft cancel reaches the work; before or after the expiry it takes the place of
/// Errc::timed_out. Drop drops the work.
template <class T>
Future<T> wait_for(Future<T> work, Duration limit, Site site = EDDY_HERE) {
  return std::move(work).timeout(limit, site);
}

}  // namespace eddy
