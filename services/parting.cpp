// SPDX-License-Identifier: MIT
#include "parting.hpp"

#include <eddy/core/repeat.hpp>

#include <string>
#include <utility>

namespace eddy::detail {
namespace {

/// How much of a peer that only sends is read before it is closed.
constexpr std::size_t max_discarded = 256 * 1024;

/// Reads until the peer has ended, or has sent too much; the end comes as an error.
Future<void> discard_input(Loop& loop, Stream& stream) {
  return repeat(loop, [&stream, discarded = std::size_t{0}]() mutable {
    return stream.read().then([&discarded](const std::string& octets) {
      discarded += octets.size();
      return discarded < max_discarded ? Next::again : Next::done;
    });
  });
}

}  // namespace

Future<void> part(Loop& loop, Stream& stream, Duration linger) {
  stream.stop();  // a sink of the handler's may be gone
  Future<void> sent = stream.shutdown();
  if (linger <= Duration::zero()) return std::move(sent).or_else([](Error&&) {});
  return std::move(sent)
      .then([&loop, &stream, linger] { return discard_input(loop, stream).timeout(linger); })
      .or_else([](Error&&) {});
}

}  // namespace eddy::detail
