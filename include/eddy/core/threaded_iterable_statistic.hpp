// SPDX-License-Identifier: MIT
//
// What a threaded_iterable() counts for whoever gives it one of these.
#pragma once

#include <eddy/base/statistic.hpp>

#include <algorithm>
#include <cstdint>

namespace eddy {

/// Shared with the producer's thread, which may outlive the iterator. Each serves one iterable.
///
/// Thread: any reads.
struct ThreadedIterableStatistic {
  Counter started;   ///< producers that were given to the pool: 1 once there was a next()
  Gauge queue_size;  ///< so many items may wait for the reader
  Counter enqueued;  ///< items that the producer handed over
  Counter yielded;   ///< of these, items that the reader got

  /// How many items wait for the reader.
  std::int64_t queue_length() const noexcept {
    const std::uint64_t taken = yielded.value();  // first, for it is the smaller one
    return static_cast<std::int64_t>(std::max(enqueued.value(), taken) - taken);
  }

  void visit(auto&& field) const {
    Gauge length;
    length.set(queue_length());
    field("started", started), field("queue_size", queue_size), field("queue_length", length);
    field("enqueued", enqueued), field("yielded", yielded);
  }
};

}  // namespace eddy
