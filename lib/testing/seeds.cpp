// SPDX-License-Identifier: MIT
#include <eddy/testing/seeds.hpp>

#include <atomic>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "core/sanitizers.hpp"

extern "C" {
// Of every sanitizer's runtime; it prints its report and ends the program without a signal.
[[gnu::weak]] void __sanitizer_set_death_callback(void (*)());  // NOLINT: the sanitizers' own name
}

namespace eddy::testing {
namespace {

constexpr std::uint64_t no_seed = ~std::uint64_t{0};
std::atomic<std::uint64_t> running_seed{no_seed};

std::optional<std::uint64_t> number_from_environment(const char* name) {
  const char* const text = std::getenv(name);
  if (text == nullptr || *text == '\0') return std::nullopt;
  const char* const end = text + std::strlen(text);
  std::uint64_t number = 0;
  const auto [stop, failure] = std::from_chars(text, end, number);
  EDDY_ASSERT(failure == std::errc() && stop == end,
              "EDDY_TEST_SEED and EDDY_TEST_SEEDS are numbers");
  return number;
}

}  // namespace

std::optional<std::uint64_t> seed_from_environment() {
  return number_from_environment("EDDY_TEST_SEED");
}

SeedRange seeds_to_run(std::uint64_t usual) {
  if (const auto only = seed_from_environment()) return {*only, 1};
  if (const auto count = number_from_environment("EDDY_TEST_SEEDS")) return {1, *count};
  return {1, usual};
}

std::uint64_t fewer_if_watched(std::uint64_t count) noexcept {
  return eddy::detail::heap_is_watched() ? count / 10 : count;
}

namespace inner {

void print_running_seed() noexcept {
  const std::uint64_t seed = running_seed;
  if (seed != no_seed) std::fprintf(stderr, "eddy: this was EDDY_TEST_SEED=%" PRIu64 "\n", seed);
}

RunningSeed::RunningSeed(std::uint64_t seed) noexcept {
  if (&__sanitizer_set_death_callback != nullptr) {
    __sanitizer_set_death_callback([] { print_running_seed(); });
  }
  running_seed = seed;
}

RunningSeed::~RunningSeed() {
  running_seed = no_seed;
}

}  // namespace inner
}  // namespace eddy::testing
