// SPDX-License-Identifier: MIT
//
// Names by getaddrinfo(), in threads of the resolver's own: a name server that hangs holds up
// neither files nor the pools of the program, and a thread that is stuck counts against the limit
// until it comes back.
#include <eddy/core/thread_pool.hpp>

#include <cerrno>
#include <system_error>
#include <utility>

#include "io/resolve_backend.hpp"
#include "io/resolve_calls.hpp"

namespace eddy::detail {

constexpr ResolveCalls real_resolve_calls{&::getaddrinfo, &::freeaddrinfo};

constinit const ResolveCalls* resolve_calls = &real_resolve_calls;

namespace {

std::error_code code_of(int status, int system_error) noexcept {
  switch (status) {
    case EAI_NONAME:
      return DnsErrc::no_such_host;
#ifdef EAI_NODATA
    case EAI_NODATA:
#endif
#ifdef EAI_ADDRFAMILY
    case EAI_ADDRFAMILY:
#endif
      return DnsErrc::no_address;
    case EAI_AGAIN:
      return DnsErrc::temporary_failure;
    case EAI_FAIL:
      return DnsErrc::server_failure;
    case EAI_MEMORY:
      return std::make_error_code(std::errc::not_enough_memory);
    case EAI_SYSTEM:
      return {system_error, std::system_category()};
    default:
      return Errc::invalid;
  }
}

/// The system's list, freed on every path.
class SystemAnswer {
 public:
  SystemAnswer() = default;
  SystemAnswer(const SystemAnswer&) = delete;
  SystemAnswer& operator=(const SystemAnswer&) = delete;
  ~SystemAnswer() {
    if (first_ != nullptr) calls_.freeaddrinfo(first_);
  }

  /// Asks anew for as long as a signal interrupts.
  std::error_code ask(const char* name, const addrinfo& hints) noexcept {
    for (;;) {
      errno = 0;
      const int status = calls_.getaddrinfo(name, nullptr, &hints, &first_);
      if (status == 0) return {};
      if (status != EAI_SYSTEM || errno != EINTR) return code_of(status, errno);
    }
  }
  std::vector<Address> addresses() const {
    std::vector<Address> all;
    for (const addrinfo* each = first_; each != nullptr; each = each->ai_next) {
      const Address address = Address::from_sockaddr(each->ai_addr, each->ai_addrlen);
      if (address) all.push_back(address);
    }
    return all;
  }

 private:
  const ResolveCalls& calls_ = *resolve_calls;  // who made a list frees it
  addrinfo* first_ = nullptr;
};

Result<ResolveAnswer> ask_system(const std::string& name, AddressFamily family) {
  addrinfo hints{};
  hints.ai_family = family_number(family);
  hints.ai_socktype = SOCK_STREAM;  // or each address comes once for each kind of socket
  // Not AI_ADDRCONFIG, which hides ::1 from hosts that have no other IPv6 address: what cannot be
  // reached is sorted to the end anyway.
  SystemAnswer answer;
  if (const std::error_code failure = answer.ask(name.c_str(), hints)) return Error(failure);
  return ResolveAnswer{.addresses = answer.addresses()};
}

class SystemBackend final : public ResolveBackend {
 public:
  explicit SystemBackend(const ResolverOptions& options)
      : threads_({.min = 0,
                  .max = options.max_running,
                  .queue_limit = options.max_running + options.max_waiting,
                  .linger = options.linger,
                  .name = "resolver"}) {}

  /// Nothing is told early: two calls, one for each family, would take two threads, lose the order
  /// that the system's configuration has between the families, and look for each in other places
  /// (the hosts file, the search list) when the first has one of them alone.
  Future<ResolveAnswer> look_up(const std::string& name,
                                AddressFamily family,
                                EarlyAnswer&) override {
    return threads_.run([name, family] { return ask_system(name, family); });
  }

 private:
  ThreadPool threads_;
};

}  // namespace

int family_number(AddressFamily family) noexcept {
  switch (family) {
    case AddressFamily::any:
      return AF_UNSPEC;
    case AddressFamily::ipv4:
      return AF_INET;
    case AddressFamily::ipv6:
      return AF_INET6;
  }
  return AF_UNSPEC;
}

std::unique_ptr<ResolveBackend> make_system_backend(const ResolverOptions& options) {
  return std::make_unique<SystemBackend>(options);
}

}  // namespace eddy::detail
