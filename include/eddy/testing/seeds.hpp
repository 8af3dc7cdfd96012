// SPDX-License-Identifier: MIT
//
// Which seeds a test runs with. By EDDY_TEST_SEED one is run again, by EDDY_TEST_SEEDS more of
// them.
//
// Tests use for_each_seed() of testing/random_fixture.hpp.
#pragma once

#include <eddy/base/config.hpp>

#include <cstdint>
#include <optional>

namespace eddy::testing {

/// The seed of EDDY_TEST_SEED, if that is set: each Fixture then shuffles its schedule by it.
[[nodiscard]] EDDY_EXPORT std::optional<std::uint64_t> seed_from_environment();

/// Seeds one after the other.
struct SeedRange {
  std::uint64_t first = 1;
  std::uint64_t count = 0;
};

/// The seeds for a test that wants `usual` of them: EDDY_TEST_SEED gives that one alone, else
/// EDDY_TEST_SEEDS says how many.
[[nodiscard]] EDDY_EXPORT SeedRange seeds_to_run(std::uint64_t usual);

/// `count`, or a tenth of it where a sanitizer or valgrind watches, which takes so much longer.
[[nodiscard]] EDDY_EXPORT std::uint64_t fewer_if_watched(std::uint64_t count) noexcept;

namespace inner {

/// Names the seed that runs on stderr; does nothing if none does.
EDDY_EXPORT void print_running_seed() noexcept;

/// The seed that runs while it lives. A sanitizer that stops the program names it, too.
class EDDY_EXPORT RunningSeed {
 public:
  explicit RunningSeed(std::uint64_t seed) noexcept;
  RunningSeed(const RunningSeed&) = delete;
  RunningSeed& operator=(const RunningSeed&) = delete;
  ~RunningSeed();
};

}  // namespace inner
}  // namespace eddy::testing
