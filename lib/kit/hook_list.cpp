// SPDX-License-Identifier: MIT
#include <eddy/core/loop.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/kit/hook_list.hpp>

#include <string>
#include <utility>

namespace eddy {

void HookList::add(Hook hook) {
  EDDY_ASSERT(!frozen_, "hooks are added before the Supervisor starts");
  hooks_.push_back(std::make_shared<Hook>(std::move(hook)));
}

Future<void> HookList::call(std::size_t index,
                            std::span<const ServiceRef> services,
                            Duration limit) {
  try {
    const std::shared_ptr<Hook> hook = hooks_[index];  // it may destroy the Supervisor
    Future<void> done = (*hook)(services);
    if (!done.valid()) return failed_future<void>(Error(Errc::invalid, "the hook gave no future"));
    // A hook's own cancellation is a failure here, and must not pass an or_else() unseen.
    return std::move(done).timeout(limit).or_else(
        Errc::canceled, [](Error&& error) -> Result<void> {
          return Error(Errc::closed, error.with("hook was canceled").context());
        });
  } catch (...) {
    return failed_future<void>(Error(std::current_exception()));
  }
}

Future<void> HookList::run(std::vector<ServiceRef> services, Duration limit) {
  auto step = [this, services = std::move(services), limit, next = std::size_t{0}]() mutable {
    if (next == hooks_.size()) return ready_future(Next::done);
    return call(next++, services, limit).then([] { return Next::again; });
  };
  return repeat(*this_thread_loop(), std::move(step));
}

Future<void> HookList::run_all(std::vector<ServiceRef> services,
                               Duration limit,
                               ErrorHandler on_error) {
  auto step = [this,
               services = std::move(services),
               limit,
               on_error = std::move(on_error),
               next = std::size_t{0}]() mutable {
    if (next == hooks_.size()) return ready_future(Next::done);
    auto report = [&on_error, number = next + 1](Result<void>&& result) {
      if (!result) on_error(result.error().with("hook " + std::to_string(number)));
    };
    return call(next++, services, limit).complete(std::move(report)).then([] {
      return Next::again;
    });
  };
  return repeat(*this_thread_loop(), std::move(step));
}

}  // namespace eddy
