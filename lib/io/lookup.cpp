// SPDX-License-Identifier: MIT
#include "io/lookup.hpp"

#include <algorithm>

#include "io/resolver_impl.hpp"

namespace eddy::detail {
namespace {

/// RFC 8305, section 5: so long an answer is awaited that nobody needs for the moment.
constexpr Duration afterlife = std::chrono::seconds(1);

/// Work for everybody who waits belongs to none of their tasks.
class OutsideTasks {
 public:
  explicit OutsideTasks(LoopCore& core) noexcept
      : core_(core), task_(std::exchange(core.current_task, nullptr)) {}
  OutsideTasks(const OutsideTasks&) = delete;
  OutsideTasks& operator=(const OutsideTasks&) = delete;
  ~OutsideTasks() { core_.current_task = task_; }

 private:
  LoopCore& core_;
  TaskUse* const task_;
};

}  // namespace

std::string about_host(std::string_view name) {
  return std::string("resolve ").append(name);
}

LookupWaiter::LookupWaiter(LoopCore& core, CountedPtr<Lookup> lookup, Duration limit)
    : TimerEntry([](TimerEntry* entry) noexcept { static_cast<LookupWaiter*>(entry)->expire(); }),
      core_(core),
      lookup_(std::move(lookup)) {
  if (limit <= Duration::zero()) return;
  limit_ = clip_to_deadline(core, limit);
  arm(core, *this, limit_.wait);
  start_ = due - limit_.wait;
}

void LookupWaiter::leave() noexcept {
  disarm(core_, *this);
  if (!linked()) return;
  ListLink<LookupWaiter>::unlink();
  lookup_->left();
}

void LookupWaiter::expire() noexcept {
  const CountedPtr<Lookup> lookup = lookup_;
  lookup->count_timeout();
  leave();
  Error late = timed_out_error(core_, start_, limit_.limit, limit_.deadline);
  answered(std::move(late).with(about_host(lookup->name)));
}

void LookupWaiter::deliver(const Result<Addresses>& answer) noexcept {
  disarm(core_, *this);
  if (core_.loop == nullptr || core_.loop->ending) return;
  answered(answer);
}

Duration LookupWaiter::time_left() const noexcept {
  if (!armed()) return Duration::zero();
  return std::max<Duration>(due - core_.loop->clock->now(), Duration(1));
}

Lookup::Lookup(ResolverImpl& owner, std::string kept_as, std::string host, AddressFamily wanted)
    : TimerEntry([](TimerEntry* entry) noexcept { static_cast<Lookup*>(entry)->end(); }),
      key(std::move(kept_as)),
      name(std::move(host)),
      family(wanted),
      owner_(&owner) {}

ResolverImpl& Lookup::release_owner() noexcept {
  disarm(owner_->core_, *this);
  return *std::exchange(owner_, nullptr);
}

void Lookup::start(ResolveBackend& backend) {
  const OutsideTasks outside(owner_->core_);
  started = true;
  work_ = backend.look_up(name, family, *this).complete([this](Result<ResolveAnswer>&& answer) {
    finish(std::move(answer));
  });
}

void Lookup::known(const Addresses& addresses) {
  if (part_) return;
  Addresses usable = owner_->usable_of(addresses);
  if (usable.empty()) return;
  part_ = Part{std::move(usable), owner_->core_.loop->clock->now()};
  for (LookupWaiter* each = waiting_.first(); each != nullptr; each = waiting_.next(*each))
    each->part_came();
}

void Lookup::left() noexcept {
  if (!waiting_.empty() || owner_ == nullptr) return;
  if (!part_ || !current || !owner_->usable()) return end();
  arm(owner_->core_, *this, afterlife);
}

void Lookup::end() noexcept {
  if (!waiting_.empty()) return;
  const CountedPtr<Lookup> hold(this);
  ResolverImpl& owner = release_owner();
  work_ = {};
  owner.forget(*this);
}

void Lookup::count_timeout() noexcept {
  if (owner_ != nullptr) ++owner_->statistic_.timeouts;
}

void Lookup::finish(Result<ResolveAnswer>&& answer) noexcept {
  const CountedPtr<Lookup> hold(this);  // what waits may destroy the resolver as it is told
  ResolverImpl& owner = release_owner();
  const Result<Addresses> landed = owner.landed(*this, std::move(answer));
  while (!waiting_.empty())
    waiting_.pop_front().deliver(landed);
}

void Lookup::close() noexcept {
  const CountedPtr<Lookup> hold(this);
  release_owner();
  work_ = {};
  const Result<Addresses> closed = Error(Errc::closed, about_host(name) + ": resolver");
  while (!waiting_.empty())
    waiting_.pop_front().deliver(closed);
}

}  // namespace eddy::detail
