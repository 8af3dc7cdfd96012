// SPDX-License-Identifier: MIT
//
// Who really looks names up: the other side of a Resolver.
//
// Private to io; tests put in one of their own. A back end neither keeps answers nor counts, nor
// has it limits of time: that is the Resolver's, which asks for a name once at a time.
#pragma once

#include <eddy/core/future.hpp>
#include <eddy/io/resolver.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace eddy::detail {

struct ResolveAnswer {
  std::vector<Address> addresses{};  // without port, best first
  std::optional<Duration> ttl{};     // how long they hold, if that is known
};

/// Who is told what is known of a name before all is.
class EarlyAnswer {
 public:
  /// `addresses` of one family, best first, while the other's are awaited. The first call counts.
  virtual void known(const std::vector<Address>& addresses) = 0;

 protected:
  ~EarlyAnswer() = default;
};

class ResolveBackend {
 public:
  ResolveBackend() = default;
  ResolveBackend(const ResolveBackend&) = delete;
  ResolveBackend& operator=(const ResolveBackend&) = delete;
  virtual ~ResolveBackend() = default;

  /// Resolves to all that is known of `name`, which is well-formed.
  ///
  /// A back end that learns of one family before the other tells `early`, in a later turn.
  /// Errors: those of DnsErrc, or what kept it from asking.
  /// Drop: nobody waits any more; returns at once.
  /// Lifetime: the Future is dropped before the back end, and before `early`.
  virtual Future<ResolveAnswer> look_up(const std::string& name,
                                        AddressFamily family,
                                        EarlyAnswer& early) = 0;
};

std::unique_ptr<ResolveBackend> make_system_backend(const ResolverOptions& options);
/// Null if eddy was built without c-ares.
std::unique_ptr<ResolveBackend> make_cares_backend(const ResolverOptions& options);

/// The kernel's number for a family.
int family_number(AddressFamily family) noexcept;

}  // namespace eddy::detail
