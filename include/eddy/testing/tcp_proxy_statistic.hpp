// SPDX-License-Identifier: MIT
//
// What a TcpProxy has counted; see testing/tcp_proxy.hpp.
#pragma once

#include <eddy/base/statistic.hpp>

namespace eddy::testing {

/// What went by one direction.
struct ProxyTrafficStatistic {
  Counter received;   ///< octets, as they came
  Counter delivered;  ///< octets, after transform()
  Counter dropped;    ///< octets whose receiver, or whose connection, had ended
  Counter corrupted;  ///< octets with a bit that was flipped

  void visit(auto&& field) const {
    field("received", received), field("delivered", delivered);
    field("dropped", dropped), field("corrupted", corrupted);
  }
};

/// What a TcpProxy has counted.
struct TcpProxyStatistic {
  Counter clients;      ///< that were accepted, refused ones too
  Gauge open;           ///< connections now
  Counter refused;      ///< clients that were reset by Refusal::at_once
  Counter unreachable;  ///< clients that were reset for the target could not be reached
  Counter cut;          ///< connections that cut_after() ended
  // Listed under names of their own, if at all.
  ProxyTrafficStatistic client_to_server;
  ProxyTrafficStatistic server_to_client;

  void visit(auto&& field) const {
    field("clients", clients), field("open", open), field("refused", refused);
    field("unreachable", unreachable), field("cut", cut);
  }
};

}  // namespace eddy::testing
