// SPDX-License-Identifier: MIT
//
// What a UdpProxy has counted; see testing/udp_proxy.hpp.
#pragma once

#include <eddy/base/statistic.hpp>

namespace eddy::testing {

/// What went by one direction, in datagrams.
struct DatagramTrafficStatistic {
  Counter received;     ///< as they came
  Counter delivered;    ///< copies too
  Counter lost;         ///< by lose() and partition()
  Counter overflowed;   ///< for too many were on their way
  Counter undelivered;  ///< whose flow was gone, or which the kernel did not take
  Counter duplicated;
  Counter reordered;  ///< that were held back by reorder()
  Counter corrupted;  ///< with a bit that was flipped
  Counter truncated;

  void visit(auto&& field) const {
    field("received", received), field("delivered", delivered), field("lost", lost);
    field("overflowed", overflowed), field("undelivered", undelivered);
    field("duplicated", duplicated), field("reordered", reordered);
    field("corrupted", corrupted), field("truncated", truncated);
  }
};

/// What a UdpProxy has counted.
struct UdpProxyStatistic {
  Counter flows;        ///< that were made
  Gauge open;           ///< flows now
  Counter expired;      ///< flows that were idle for too long
  Counter evicted;      ///< flows that made room for others
  Counter unreachable;  ///< times that the target was not there
  // Listed under names of their own, if at all.
  DatagramTrafficStatistic client_to_server;
  DatagramTrafficStatistic server_to_client;

  void visit(auto&& field) const {
    field("flows", flows), field("open", open), field("expired", expired);
    field("evicted", evicted), field("unreachable", unreachable);
  }
};

}  // namespace eddy::testing
