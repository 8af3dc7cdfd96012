// SPDX-License-Identifier: MIT
//
// connect() to a name: it becomes addresses first, anew with each call.
#include <eddy/base/endpoint.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/io/connect.hpp>
#include <eddy/io/resolver.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace eddy {
namespace {

/// What connect() would not use is not asked for either.
AddressFamily family_of(const Address& bound_to) noexcept {
  if (bound_to.ipv4()) return AddressFamily::ipv4;
  if (bound_to.ipv6()) return AddressFamily::ipv6;
  return AddressFamily::any;
}

LookupOptions lookup_for(const Endpoint& endpoint, const ConnectOptions& options) {
  LookupOptions lookup{
      .port = endpoint.port(), .family = family_of(options.bind_to), .fresh = options.fresh};
  if (options.limit > Duration::zero()) lookup.limit = options.limit;
  return lookup;
}

/// What the lookup has left of the limit. There is a moment left, for zero would be no limit.
Duration rest_of(Duration limit, Duration spent) noexcept {
  if (limit <= Duration::zero()) return limit;
  return std::max<Duration>(limit - spent, Duration(1));
}

}  // namespace

Future<TcpStream> connect(Loop& loop,
                          const Endpoint& endpoint,
                          const ConnectOptions& options,
                          Site site) {
  if (!endpoint.named()) return connect(loop, endpoint.address(), options, site);
  Resolver& resolver = options.resolver != nullptr ? *options.resolver : Resolver::of(loop);
  return resolver.resolve(endpoint.host(), lookup_for(endpoint, options), site)
      .then(
          [&loop, options, site, begun = loop.now()](const std::vector<Address>& addresses) {
            ConnectOptions rest = options;
            rest.limit = rest_of(options.limit, loop.now() - begun);
            return connect(loop, addresses, rest, site);
          },
          site)
      .or_else(
          [name = endpoint.to_string()](const Error& error) -> Result<TcpStream> {
            return error.with("connect " + name);
          },
          site);
}

}  // namespace eddy
