// SPDX-License-Identifier: MIT
//
// What clients over TCP have in common, whose Configs are alike.
#pragma once

#include <eddy/base/endpoint.hpp>
#include <eddy/core/future.hpp>
#include <eddy/io/connect.hpp>
#include <eddy/services/reconnect_policy.hpp>

#include <string>
#include <vector>

namespace eddy::detail {

/// A connection, and the limits that it shall have.
struct TcpOpening {
  Endpoint to;
  ConnectOptions connect;
  Duration idle_limit;
  Duration write_limit;

  template <class Config>
  explicit TcpOpening(const Config& config)
      : to(config.to),
        connect(config.connect),
        idle_limit(config.idle_limit),
        write_limit(config.write_limit) {}

  /// Gives `stream` its limits.
  Stream limited(Stream stream) const;
};

/// The connection, yet without limits.
/// @param fresh  whether names are looked up anew.
Future<TcpStream> connect_tcp(Loop& loop, const TcpOpening& opening, bool fresh);
/// The connection with its limits.
Future<Stream> open_tcp(Loop& loop, const TcpOpening& opening, bool fresh);

/// What is wrong with these parts of a Config.
std::vector<std::string> complaints_of(const TcpOpening& opening,
                                       const ReconnectPolicy& reconnect,
                                       Duration linger);

}  // namespace eddy::detail
