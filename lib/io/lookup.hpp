// SPDX-License-Identifier: MIT
//
// One question to the back end, and all who wait for its answer.
//
// Private to io. The first resolve() of a name makes a Lookup, later ones join it; the last to go
// ends it. See resolver_impl.hpp for who decides when it starts.
#pragma once

#include <eddy/core/detail/counted.hpp>
#include <eddy/core/detail/list.hpp>
#include <eddy/core/detail/timeout_node.hpp>
#include <eddy/core/detail/timer_entry.hpp>
#include <eddy/core/detail/value_node.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/resolve_backend.hpp"

namespace eddy::detail {

class Lookup;
class ResolverImpl;

using Addresses = std::vector<Address>;

/// "resolve example.org": the context of whatever goes wrong with a name.
std::string about_host(std::string_view name);
/// A copy of `addresses`, with `port`.
Addresses with_port(const Addresses& addresses, std::uint16_t port);

/// A resolve() that waits.
class LookupNode final : public Pooled<LookupNode, LeafNode<Addresses>>,
                         public ListLink<LookupNode>,
                         private TimerEntry {
 public:
  LookupNode(
      LoopCore& owner, Site where, CountedPtr<Lookup> lookup, std::uint16_t port, Duration limit);
  ~LookupNode() override;
  const char* waits_for() const noexcept override { return "a name server"; }

  /// The answer is there; this node has left the lookup.
  void deliver(const Result<Addresses>& answer) noexcept;

 private:
  void stop() noexcept override { leave(); }
  void leave() noexcept;
  void expire() noexcept;

  CountedPtr<Lookup> lookup_;
  TimeLimit limit_{};
  TimePoint start_{};
  const std::uint16_t port_;
};

/// Lives as long as its resolver or one who waits needs it.
class Lookup final : public Counted, public ListLink<Lookup> {
 public:
  Lookup(ResolverImpl& owner, std::string key, std::string name, AddressFamily family)
      : key(std::move(key)), name(std::move(name)), family(family), owner_(&owner) {}

  /// Puts one more in the line of those who wait.
  void join(LookupNode& node) noexcept { waiting_.push_back(node); }
  /// Asks the back end.
  void start(ResolveBackend& backend);
  /// One who waited has gone.
  void left() noexcept;
  /// Its time has passed before there was an answer.
  void count_timeout() noexcept;
  /// The resolver lets go: nothing is asked any more, who waits fails with Errc::closed.
  void close() noexcept;

  const std::string key;
  const std::string name;
  const AddressFamily family;
  bool started = false;
  bool current = true;  // false once what is kept was forgotten: the answer is not to be kept

 private:
  void finish(Result<ResolveAnswer>&& answer) noexcept;

  ResolverImpl* owner_;  // null once the resolver has let go
  List<LookupNode> waiting_;
  Future<void> work_;
};

}  // namespace eddy::detail
