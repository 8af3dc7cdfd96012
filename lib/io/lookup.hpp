// SPDX-License-Identifier: MIT
//
// One question to the back end, and all who wait for its answer.
//
// Private to io. The first resolve() of a name makes a Lookup, later ones join it; the last to go
// ends it. See resolver_impl.hpp for who decides when it starts, lookup_node.hpp for who waits.
#pragma once

#include <eddy/core/detail/counted.hpp>
#include <eddy/core/detail/list.hpp>
#include <eddy/core/detail/timeout_node.hpp>
#include <eddy/core/detail/timer_entry.hpp>

#include <optional>
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

/// Somebody who waits for a Lookup, for a while.
class LookupWaiter : public ListLink<LookupWaiter>, private TimerEntry {
 public:
  /// The answer is there; this waiter has left the lookup.
  void deliver(const Result<Addresses>& answer) noexcept;
  /// Lookup::part() is there. Neither settles nor leaves at once: others are to be told too.
  virtual void part_came() noexcept {}

 protected:
  LookupWaiter(LoopCore& core, CountedPtr<Lookup> lookup, Duration limit);
  ~LookupWaiter() { leave(); }

  /// Called once: the answer, or that the time has passed.
  virtual void answered(const Result<Addresses>& answer) noexcept = 0;
  void leave() noexcept;
  /// What is left of the limit, a moment at least; zero if there is none.
  Duration time_left() const noexcept;
  const CountedPtr<Lookup>& lookup() const noexcept { return lookup_; }

 private:
  void expire() noexcept;

  LoopCore& core_;
  CountedPtr<Lookup> lookup_;
  TimeLimit limit_{};
  TimePoint start_{};
};

/// Lives as long as its resolver or one who waits needs it.
///
/// When nobody waits any more it ends, but not at once if it knows one family: who connected with
/// that will come again, and is to find an answer then.
class Lookup final : public Counted,
                     public ListLink<Lookup>,
                     private EarlyAnswer,
                     private TimerEntry {
 public:
  /// The addresses of one family, while the other's are awaited.
  struct Part {
    Addresses addresses;
    TimePoint since;
  };

  Lookup(ResolverImpl& owner, std::string kept_as, std::string host, AddressFamily wanted);

  /// Puts one more in the line of those who wait.
  void join(LookupWaiter& waiter) noexcept { waiting_.push_back(waiter); }
  /// Asks the back end.
  void start(ResolveBackend& backend);
  const std::optional<Part>& part() const noexcept { return part_; }
  /// One who waited has gone, or the answer is not to be kept any more.
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
  void known(const Addresses& addresses) override;
  void finish(Result<ResolveAnswer>&& answer) noexcept;
  /// Ends it unless somebody waits.
  void end() noexcept;
  /// Lets go of the resolver.
  ResolverImpl& release_owner() noexcept;

  ResolverImpl* owner_;  // null once the resolver has let go
  List<LookupWaiter> waiting_;
  std::optional<Part> part_;
  Future<void> work_;
};

}  // namespace eddy::detail
