// SPDX-License-Identifier: MIT
//
// The inside of a Resolver: what it keeps, what is under way, what waits for its turn.
//
// Private to io.
#pragma once

#include <eddy/core/detail/counted.hpp>

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>

#include "core/loop_impl.hpp"
#include "io/lookup_node.hpp"
#include "io/name_cache.hpp"

namespace eddy::detail {

/// What there is for one who asks: an answer at once, or a lookup to wait for.
using Way = std::variant<Addresses, Error, CountedPtr<Lookup>>;

/// Thread: loop.
class ResolverImpl final : public Counted {
 public:
  /// Who lives longer: a resolver that belongs to its loop does not keep the loop's core.
  enum class Owner { user, loop };

  ResolverImpl(Loop& loop,
               ResolverOptions options,
               Result<std::unique_ptr<ResolveBackend>> backend,
               Owner owner);
  /// A Resolver over `backend`; an error there is that of each lookup.
  static Resolver make(Loop& loop,
                       ResolverOptions options,
                       Result<std::unique_ptr<ResolveBackend>> backend,
                       Owner owner = Owner::user);

  static ResolverImpl& of(Resolver& resolver) noexcept {
    EDDY_ASSERT(resolver.impl_, "a moved-from Resolver looks nothing up");
    return *resolver.impl_;
  }

  Future<Addresses> resolve(std::string_view host, const LookupOptions& asked, Site site);
  /// The same for one who need not have all addresses to begin: see FirstNode.
  Future<FirstAnswer> resolve_first(std::string_view host,
                                    const LookupOptions& asked,
                                    const FirstWish& wish,
                                    Site site);
  void flush() noexcept;
  /// Ends everything. The back end goes too, and with it its threads.
  void close() noexcept;
  const ResolverStatistic& statistic() const noexcept { return statistic_; }

 private:
  friend class Lookup;

  bool usable() const noexcept;
  Way way_for(std::string_view host, const LookupOptions& asked);
  template <class T>
  Future<T> answered(Result<T> answer, Site site);
  template <class Node, class T, class... Wish>
  Future<T> go(Way&& way, const LookupOptions& asked, Site site, const Wish&... wish);
  /// The lookup to join; null if there is no room for one.
  CountedPtr<Lookup> lookup_for(const std::string& key,
                                std::string&& name,
                                const LookupOptions& asked);
  /// `lookup` is joined no more, and its answer is not kept.
  static void retire(Lookup& lookup) noexcept;
  void start_waiting() noexcept;
  /// `lookup` is over, in whatever way.
  void forget(Lookup& lookup) noexcept;
  /// What the back end said, fit for those who wait; kept for those who come.
  Result<Addresses> landed(Lookup& lookup, Result<ResolveAnswer>&& answer);
  /// Each address once, no more of them than the options allow.
  Addresses usable_of(const Addresses& addresses) const;
  void keep(const Lookup& lookup, NameCache::Known known, Duration how_long);
  void count_names() noexcept;

  LoopCore& core_;
  std::optional<CoreHold> core_hold_;
  const ResolverOptions options_;
  std::unique_ptr<ResolveBackend> backend_;  // null: there is none, or closed
  std::optional<Error> no_backend_;          // why there is none
  bool closed_ = false;
  NameCache cache_;
  std::unordered_map<std::string, CountedPtr<Lookup>> lookups_;  // that may be joined
  List<Lookup> waiting_;
  List<Lookup> running_;
  std::size_t waiting_count_ = 0;
  std::size_t running_count_ = 0;
  ResolverStatistic statistic_;
};

}  // namespace eddy::detail
