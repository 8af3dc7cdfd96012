// SPDX-License-Identifier: MIT
#include "io/lookup.hpp"

#include "io/resolver_impl.hpp"

namespace eddy::detail {
namespace {

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

Addresses with_port(const Addresses& addresses, std::uint16_t port) {
  Addresses all;
  all.reserve(addresses.size());
  for (const Address& each : addresses)
    all.push_back(each.with_port(port));
  return all;
}

LookupNode::LookupNode(
    LoopCore& owner, Site where, CountedPtr<Lookup> lookup, std::uint16_t port, Duration limit)
    : Pooled(owner, where),
      TimerEntry([](TimerEntry* entry) noexcept { static_cast<LookupNode*>(entry)->expire(); }),
      lookup_(std::move(lookup)),
      port_(port) {
  if (limit <= Duration::zero()) return;
  limit_ = clip_to_deadline(owner, limit);
  arm(owner, *this, limit_.wait);
  start_ = due - limit_.wait;
}

LookupNode::~LookupNode() {
  leave();
}

void LookupNode::leave() noexcept {
  disarm(*core, *this);
  if (!linked()) return;
  ListLink<LookupNode>::unlink();
  lookup_->left();
}

void LookupNode::expire() noexcept {
  const CountedPtr<Lookup> lookup = lookup_;
  lookup->count_timeout();
  leave();
  Error late = timed_out_error(*core, start_, limit_.limit, limit_.deadline);
  settle_error(std::move(late).with(about_host(lookup->name)));
}

void LookupNode::deliver(const Result<Addresses>& answer) noexcept {
  disarm(*core, *this);
  if (core->loop == nullptr || core->loop->ending) return;
  if (!answer) return settle_error(answer.error());
  settle_value(with_port(*answer, port_));
}

void Lookup::start(ResolveBackend& backend) {
  const OutsideTasks outside(owner_->core_);
  started = true;
  work_ = backend.look_up(name, family).complete([this](Result<ResolveAnswer>&& answer) {
    finish(std::move(answer));
  });
}

void Lookup::left() noexcept {
  if (!waiting_.empty() || owner_ == nullptr) return;
  const CountedPtr<Lookup> hold(this);
  ResolverImpl& owner = *std::exchange(owner_, nullptr);
  work_ = {};
  owner.forget(*this);
}

void Lookup::count_timeout() noexcept {
  if (owner_ != nullptr) ++owner_->statistic_.timeouts;
}

void Lookup::finish(Result<ResolveAnswer>&& answer) noexcept {
  const CountedPtr<Lookup> hold(this);  // what waits may destroy the resolver as it is told
  ResolverImpl& owner = *std::exchange(owner_, nullptr);
  const Result<Addresses> landed = owner.landed(*this, std::move(answer));
  while (!waiting_.empty())
    waiting_.pop_front().deliver(landed);
}

void Lookup::close() noexcept {
  const CountedPtr<Lookup> hold(this);
  owner_ = nullptr;
  work_ = {};
  const Result<Addresses> closed = Error(Errc::closed, about_host(name) + ": resolver");
  while (!waiting_.empty())
    waiting_.pop_front().deliver(closed);
}

}  // namespace eddy::detail
