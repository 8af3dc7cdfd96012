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

#include "core/loop_impl.hpp"
#include "io/lookup.hpp"
#include "io/name_cache.hpp"

namespace eddy::detail {

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

  Future<Addresses> resolve(std::string_view host, const LookupOptions& asked, Site site);
  void flush() noexcept;
  /// Ends everything. The back end goes too, and with it its threads.
  void close() noexcept;
  const ResolverStatistic& statistic() const noexcept { return statistic_; }

 private:
  friend class Lookup;

  bool usable() const noexcept;
  Future<Addresses> answered(Result<Addresses> answer, Site site);
  /// The lookup to join; null if there is no room for one.
  CountedPtr<Lookup> lookup_for(const std::string& key, std::string&& name, AddressFamily family);
  void start_waiting() noexcept;
  /// `lookup` is over, in whatever way.
  void forget(Lookup& lookup) noexcept;
  /// What the back end said, fit for those who wait; kept for those who come.
  Result<Addresses> landed(Lookup& lookup, Result<ResolveAnswer>&& answer);
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
