// SPDX-License-Identifier: MIT
//
// Names by c-ares: on the loop, without a thread; what is dropped ends at once.
//
// The hosts file and the system's configuration are read anew for each lookup, in a few
// microseconds of the loop's time. The families are asked for apart, so that one can be told before
// the other is known, wherever that is the same question.
#include <eddy/core/all_settled.hpp>
#include <eddy/core/loop.hpp>

#include <tuple>
#include <utility>

#include "io/cares_lookup.hpp"
#include "io/cares_names.hpp"
#include "io/family_answers.hpp"

namespace eddy::detail {
namespace {

using Answer = Result<ResolveAnswer>;

class CaresBackend final : public ResolveBackend {
 public:
  explicit CaresBackend(const ResolverOptions& options) : options_(options) {}

  Future<ResolveAnswer> look_up(const std::string& name,
                                AddressFamily family,
                                EarlyAnswer& early) override {
    // Before the first other call, once in a program; never undone, for others may use it too.
    static const int initialised = ares_library_init(ARES_LIB_INIT_ALL);
    if (initialised != ARES_SUCCESS) {
      return failed_future<ResolveAnswer>(
          Error(DnsErrc::server_failure, ares_strerror(initialised)));
    }
    if (family != AddressFamily::any) return ask(name, family);
    const NameWays ways = ways_for(name, options_.servers.empty());
    if (!ways.apart) return ask(name, family);
    auto answer = ask_apart(name, early);
    if (!ways.then_searched) return answer;
    return std::move(answer).or_else([this, name](Error&& failure) {
      if (tells_of_nothing(failure)) return ask(name, AddressFamily::any);
      return failed_future<ResolveAnswer>(std::move(failure));
    });
  }

 private:
  Future<ResolveAnswer> ask(const std::string& name,
                            AddressFamily family,
                            SearchList search = SearchList::used) const {
    CaresLookup* lookup = CaresLookup::make(current_core(), EDDY_HERE);
    lookup->start(name, family, search, options_);
    return make_future<ResolveAnswer>(lookup);
  }
  Future<ResolveAnswer> ask_for_part(const std::string& name,
                                     AddressFamily family,
                                     EarlyAnswer& early) const {
    return ask(name, family, SearchList::unused).then([&early](ResolveAnswer answer) {
      early.known(answer.addresses);
      return answer;
    });
  }
  Future<ResolveAnswer> ask_apart(const std::string& name, EarlyAnswer& early) const {
    return all_settled(ask_for_part(name, AddressFamily::ipv6, early),
                       ask_for_part(name, AddressFamily::ipv4, early))
        .then([](std::tuple<Answer, Answer> both) {
          return together(std::move(std::get<0>(both)), std::move(std::get<1>(both)));
        });
  }

  const ResolverOptions options_;
};

}  // namespace

std::unique_ptr<ResolveBackend> make_cares_backend(const ResolverOptions& options) {
  return std::make_unique<CaresBackend>(options);
}

}  // namespace eddy::detail
