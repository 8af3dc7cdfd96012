// SPDX-License-Identifier: MIT
//
// connect() to a name: it becomes addresses first, anew with each call. Attempts begin when there
// are enough of them, others join.
#include <eddy/base/endpoint.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/io/connect.hpp>
#include <eddy/io/resolver.hpp>

#include <algorithm>
#include <utility>
#include <vector>

#include "io/connect_node.hpp"
#include "io/resolver_impl.hpp"

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

/// What connect() may begin with.
detail::FirstWish first_of(const ConnectOptions& options) noexcept {
  const bool ipv4 = options.prefer == FamilyPreference::ipv4;
  return {ipv4 ? AddressFamily::ipv4 : AddressFamily::ipv6, options.resolution_delay};
}

/// What the lookup has left of the limit. There is a moment left, for zero would be no limit.
Duration rest_of(Duration limit, Duration spent) noexcept {
  if (limit <= Duration::zero()) return limit;
  return std::max<Duration>(limit - spent, Duration(1));
}

Future<TcpStream> connect_to(Loop& loop,
                             detail::FirstAnswer&& answer,
                             const ConnectOptions& options,
                             Site site) {
  auto* node = detail::ConnectNode::make(detail::core_of(loop), site, answer.addresses, options);
  if (answer.rest.valid()) node->expect(std::move(answer.rest));
  node->proceed();
  return detail::make_future<TcpStream>(node);
}

}  // namespace

Future<TcpStream> connect(Loop& loop,
                          const Endpoint& endpoint,
                          const ConnectOptions& options,
                          Site site) {
  if (!endpoint.named()) return connect(loop, endpoint.address(), options, site);
  Resolver& resolver = options.resolver != nullptr ? *options.resolver : Resolver::of(loop);
  return detail::ResolverImpl::of(resolver)
      .resolve_first(endpoint.host(), lookup_for(endpoint, options), first_of(options), site)
      .then(
          [&loop, options, site, begun = loop.now()](detail::FirstAnswer&& answer) {
            ConnectOptions rest = options;
            rest.limit = rest_of(options.limit, loop.now() - begun);
            return connect_to(loop, std::move(answer), rest, site);
          },
          site)
      .or_else(
          [name = endpoint.to_string()](const Error& error) -> Result<TcpStream> {
            return error.with("connect " + name);
          },
          site);
}

}  // namespace eddy
