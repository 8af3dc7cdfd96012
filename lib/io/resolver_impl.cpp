// SPDX-License-Identifier: MIT
#include "io/resolver_impl.hpp"

#include <eddy/base/endpoint.hpp>

#include <algorithm>
#include <utility>

#include "io/family_answers.hpp"

namespace eddy::detail {
namespace {

/// Under what an answer is kept: another family is another question.
std::string key_of(std::string_view name, AddressFamily family) {
  std::string key(1, static_cast<char>('0' + static_cast<int>(family)));
  return key.append(name);
}

Way literal(const Address& address, std::string_view text, const LookupOptions& asked) {
  const bool fits = asked.family == AddressFamily::any ||
                    (asked.family == AddressFamily::ipv4 ? address.ipv4() : address.ipv6());
  if (!fits) return Error(DnsErrc::no_address, about_host(text));
  return Addresses{address};
}

}  // namespace

ResolverImpl::ResolverImpl(Loop& loop,
                           ResolverOptions options,
                           Result<std::unique_ptr<ResolveBackend>> backend,
                           Owner owner)
    : core_(core_of(loop)), options_(std::move(options)), cache_(options_.max_names) {
  if (owner == Owner::user) core_hold_.emplace(core_);
  if (backend) {
    backend_ = *std::move(backend);
  } else {
    no_backend_ = std::move(backend).error();
  }
}

Resolver ResolverImpl::make(Loop& loop,
                            ResolverOptions options,
                            Result<std::unique_ptr<ResolveBackend>> backend,
                            Owner owner) {
  return Resolver(CountedPtr<ResolverImpl>(
      new ResolverImpl(loop, std::move(options), std::move(backend), owner)));
}

bool ResolverImpl::usable() const noexcept {
  return !closed_ && core_.loop != nullptr && !core_.loop->ending;
}

Way ResolverImpl::way_for(std::string_view text, const LookupOptions& asked) {
  core_.check_thread();
  const Result<Endpoint> host = Endpoint::of(text, asked.port);
  if (!host) return host.error().with("resolve");
  if (!host->named()) return literal(host->address(), text, asked);
  std::string name = host->host();
  const std::string about = about_host(name);
  if (!usable()) return Error(Errc::closed, about + ": resolver");
  if (no_backend_) return no_backend_->with(about);
  const std::string key = key_of(name, asked.family);
  const TimePoint now = core_.loop->clock->now();
  const NameCache::Known* known = asked.fresh ? nullptr : cache_.find(key, now);
  if (known != nullptr) {
    ++statistic_.hits;
    if (known->failure) return Error(known->failure, about);
    return with_port(known->addresses, asked.port);
  }
  CountedPtr<Lookup> lookup = lookup_for(key, std::move(name), asked);
  if (lookup) return lookup;
  ++statistic_.refused;
  return Error(Errc::overloaded, about + ": too many names wait to be looked up");
}

template <class T>
Future<T> ResolverImpl::answered(Result<T> answer, Site site) {
  ValueNode<T>* node = ReadyNode<T>::make(core_, site, std::move(answer));
  return make_future(node);
}

/// A Node that waits for the lookup, or its result at once.
template <class Node, class T, class... Wish>
Future<T> ResolverImpl::go(Way&& way, const LookupOptions& asked, Site site, const Wish&... wish) {
  if (auto* known = std::get_if<Addresses>(&way)) return answered<T>(T{std::move(*known)}, site);
  if (auto* failure = std::get_if<Error>(&way)) return answered<T>(std::move(*failure), site);
  auto& lookup = std::get<CountedPtr<Lookup>>(way);
  const Duration limit = asked.limit.value_or(options_.limit);
  ValueNode<T>* node = Node::make(core_, site, std::move(lookup), asked.port, limit, wish...);
  start_waiting();
  return make_future(node);
}

Future<Addresses> ResolverImpl::resolve(std::string_view host,
                                        const LookupOptions& asked,
                                        Site site) {
  return go<LookupNode, Addresses>(way_for(host, asked), asked, site);
}

Future<FirstAnswer> ResolverImpl::resolve_first(std::string_view host,
                                                const LookupOptions& asked,
                                                const FirstWish& wish,
                                                Site site) {
  return go<FirstNode, FirstAnswer>(way_for(host, asked), asked, site, wish);
}

CountedPtr<Lookup> ResolverImpl::lookup_for(const std::string& key,
                                            std::string&& name,
                                            const LookupOptions& asked) {
  if (const auto found = lookups_.find(key); found != lookups_.end()) {
    CountedPtr<Lookup> lookup = found->second;
    const bool stale = asked.fresh && lookup->part();  // that may be what has just led nowhere
    if (!stale) {
      ++statistic_.shared;
      return lookup;
    }
    lookups_.erase(found);
    retire(*lookup);
  }
  const bool full = running_count_ >= options_.max_running;
  if (full && waiting_count_ >= options_.max_waiting) return {};
  ++statistic_.misses;
  CountedPtr<Lookup> lookup(new Lookup(*this, key, std::move(name), asked.family));
  lookups_.emplace(key, lookup);
  waiting_.push_back(*lookup);
  ++waiting_count_;
  ++statistic_.lookups;
  return lookup;
}

void ResolverImpl::start_waiting() noexcept {
  while (usable() && !waiting_.empty() && running_count_ < options_.max_running) {
    Lookup& next = waiting_.pop_front();
    --waiting_count_;
    running_.push_back(next);
    ++running_count_;
    next.start(*backend_);
  }
}

void ResolverImpl::forget(Lookup& lookup) noexcept {
  static_cast<ListLink<Lookup>&>(lookup).unlink();
  --(lookup.started ? running_count_ : waiting_count_);
  --statistic_.lookups;
  if (lookup.current) lookups_.erase(lookup.key);
  start_waiting();
}

Result<Addresses> ResolverImpl::landed(Lookup& lookup, Result<ResolveAnswer>&& answer) {
  forget(lookup);
  if (answer) {
    Addresses found = usable_of(answer->addresses);
    if (!found.empty()) {
      keep(lookup, {.addresses = found}, answer->ttl.value_or(options_.ttl));
      return found;
    }
    answer = Error(DnsErrc::no_address);
  }
  ++statistic_.failures;
  const Error& failure = answer.error();
  if (tells_of_nothing(failure)) keep(lookup, {.failure = failure.code()}, options_.negative_ttl);
  return failure.with(about_host(lookup.name));
}

Addresses ResolverImpl::usable_of(const Addresses& addresses) const {
  Addresses kept;
  for (const Address& each : addresses) {
    if (kept.size() == options_.max_addresses) break;
    if (std::find(kept.begin(), kept.end(), each) == kept.end()) kept.push_back(each);
  }
  return kept;
}

void ResolverImpl::keep(const Lookup& lookup, NameCache::Known known, Duration how_long) {
  const Duration ttl = std::min(how_long, options_.max_ttl);
  if (!lookup.current || ttl <= Duration::zero()) return;
  cache_.put(lookup.key, std::move(known), later(core_.loop->clock->now(), ttl));
  count_names();
}

void ResolverImpl::retire(Lookup& lookup) noexcept {
  lookup.current = false;
  lookup.left();
}

void ResolverImpl::flush() noexcept {
  for (const auto& [key, lookup] : std::exchange(lookups_, {}))
    retire(*lookup);
  cache_.clear();
  count_names();
}

void ResolverImpl::close() noexcept {
  const CountedPtr<ResolverImpl> hold(this);
  closed_ = true;
  flush();
  List<Lookup> all;
  all.take(running_);
  all.take(waiting_);
  running_count_ = waiting_count_ = 0;
  statistic_.lookups.set(0);
  while (!all.empty())
    all.pop_front().close();
  backend_.reset();
}

void ResolverImpl::count_names() noexcept {
  statistic_.names.set(static_cast<std::int64_t>(cache_.size()));
}

}  // namespace eddy::detail
