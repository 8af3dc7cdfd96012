// SPDX-License-Identifier: MIT
#include <eddy/io/resolver.hpp>

#include <algorithm>
#include <utility>

#include "io/resolver_impl.hpp"

namespace eddy {
namespace detail {
namespace {

using MadeBackend = Result<std::unique_ptr<ResolveBackend>>;

MadeBackend cares_backend(const ResolverOptions& options) {
  auto made = make_cares_backend(options);
  if (made != nullptr) return MadeBackend(std::move(made));
  return Error(std::errc::not_supported,
               "this eddy was built without c-ares, which asks name servers of one's own choice: "
               "build it with -Dcares=enabled, or use ResolverBackend::system without `servers`");
}

MadeBackend system_backend(const ResolverOptions& options) {
  if (options.servers.empty()) return MadeBackend(make_system_backend(options));
  return Error(std::errc::not_supported,
               "the system asks the name servers of its own configuration: leave `servers` empty, "
               "or use ResolverBackend::cares");
}

MadeBackend backend_for(const ResolverOptions& options) {
  switch (options.backend) {
    case ResolverBackend::automatic:
      return options.servers.empty() ? system_backend(options) : cares_backend(options);
    case ResolverBackend::system:
      return system_backend(options);
    case ResolverBackend::cares:
      return cares_backend(options);
  }
  return Error(Errc::invalid, "no such back end");
}

Resolver make_resolver(Loop& loop, ResolverOptions options, ResolverImpl::Owner owner) {
  options.max_running = std::max<std::size_t>(options.max_running, 1);
  MadeBackend backend = backend_for(options);
  return ResolverImpl::make(loop, std::move(options), std::move(backend), owner);
}

/// The resolver that a loop has of its own. Made on the loop's thread, by Resolver::of().
class LoopResolver final : public LoopAttachment {
 public:
  static constexpr AttachmentSlot slot = AttachmentSlot::resolver;

  LoopResolver() : resolver(make_resolver(*this_thread_loop(), {}, ResolverImpl::Owner::loop)) {}

  Resolver resolver;
};

}  // namespace
}  // namespace detail

Resolver::Resolver(Loop& loop, ResolverOptions options)
    : Resolver(detail::make_resolver(loop, std::move(options), detail::ResolverImpl::Owner::user)) {
}

Resolver::Resolver(detail::CountedPtr<detail::ResolverImpl> impl) noexcept
    : impl_(std::move(impl)) {}

Resolver::Resolver(Resolver&& other) noexcept = default;

Resolver& Resolver::operator=(Resolver&& other) noexcept {
  const Resolver old(std::move(*this));  // dies last: what it closes may own this very object
  impl_ = std::move(other.impl_);
  return *this;
}

Resolver::~Resolver() {
  if (impl_) impl_->close();
}

Resolver& Resolver::of(Loop& loop) {
  detail::core_of(loop).check_thread();
  return detail::LoopImpl::of(loop).attached<detail::LoopResolver>().resolver;
}

Future<std::vector<Address>> Resolver::resolve(std::string_view host,
                                               const LookupOptions& options,
                                               Site site) {
  return detail::ResolverImpl::of(*this).resolve(host, options, site);
}

void Resolver::flush() noexcept {
  if (impl_) impl_->flush();
}

const ResolverStatistic& Resolver::statistic() const noexcept {
  EDDY_ASSERT(impl_, "a moved-from Resolver counts nothing");
  return impl_->statistic();
}

}  // namespace eddy
