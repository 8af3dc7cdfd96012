// SPDX-License-Identifier: MIT
//
// One name, looked up by c-ares on the loop.
//
// Private to the files of c-ares. Each lookup has a channel of its own: c-ares can end all that a
// channel does or nothing, a new one knows the system's configuration of now, and it sends from
// ports of its own, which a forger would have to guess.
#pragma once

#include <eddy/core/detail/timer_entry.hpp>
#include <eddy/core/detail/value_node.hpp>

#include <ares.h>

#include <optional>
#include <string>
#include <vector>

#include "io/cares_socket.hpp"
#include "io/resolve_backend.hpp"

namespace eddy::detail {

/// Whether a name that is not found is completed by the domains of the system's configuration.
enum class SearchList { used, unused };

/// The leaf of a lookup.
class CaresLookup final : public Pooled<CaresLookup, LeafNode<ResolveAnswer>>, private TimerEntry {
 public:
  CaresLookup(LoopCore& owner, Site where);
  ~CaresLookup() override { stop(); }
  const char* waits_for() const noexcept override { return "a name server"; }

  /// Asks; may settle at once.
  void start(const std::string& name,
             AddressFamily family,
             SearchList search,
             const ResolverOptions& options);
  /// A socket is ready. This lookup may be gone when it returns.
  void process(int descriptor, bool readable, bool writable) noexcept;
  /// Ends all that it does, without a result.
  void give_up() noexcept { stop(); }

 private:
  int open_channel(SearchList search, const ResolverOptions& options) noexcept;
  static void on_socket(void* self, int descriptor, int readable, int writable) noexcept;
  static void on_answer(void* self, int status, int timeouts, ares_addrinfo* found) noexcept;
  void stop() noexcept override;
  void watch(int descriptor, bool readable, bool writable);
  void release(int descriptor) noexcept;
  /// c-ares has returned: settles, or waits for it to have more to do.
  void go_on() noexcept;

  ares_channel channel_ = nullptr;
  std::vector<CaresSocket*> sockets_;
  std::optional<Result<ResolveAnswer>> answer_;  // given while c-ares was at work
};

}  // namespace eddy::detail
