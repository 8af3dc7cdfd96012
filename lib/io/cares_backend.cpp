// SPDX-License-Identifier: MIT
//
// Names by c-ares: on the loop, without a thread; what is dropped ends at once.
//
// The hosts file and the system's configuration are read anew for each lookup, in a few
// microseconds of the loop's time.
#include <eddy/core/loop.hpp>

#include <utility>

#include "io/cares_lookup.hpp"

namespace eddy::detail {
namespace {

class CaresBackend final : public ResolveBackend {
 public:
  explicit CaresBackend(const ResolverOptions& options) : options_(options) {}

  Future<ResolveAnswer> look_up(const std::string& name, AddressFamily family) override {
    // Before the first other call, once in a program; never undone, for others may use it too.
    static const int initialised = ares_library_init(ARES_LIB_INIT_ALL);
    LoopCore& core = current_core();
    CaresLookup* lookup = CaresLookup::make(core, EDDY_HERE);
    if (initialised == ARES_SUCCESS) {
      lookup->start(name, family, options_);
    } else {
      lookup->settle_error(Error(DnsErrc::server_failure, ares_strerror(initialised)));
    }
    return make_future<ResolveAnswer>(lookup);
  }

 private:
  const ResolverOptions options_;
};

}  // namespace

std::unique_ptr<ResolveBackend> make_cares_backend(const ResolverOptions& options) {
  return std::make_unique<CaresBackend>(options);
}

}  // namespace eddy::detail
