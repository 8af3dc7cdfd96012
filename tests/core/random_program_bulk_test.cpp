// SPDX-License-Identifier: MIT
#include <eddy/testing/random_fixture.hpp>

#include <string>

#include "core/random_program.hpp"

using eddy::testing::RandomProgram;

namespace {

/// The faults of the program, one a line.
std::string faults_of(std::uint64_t seed) {
  RandomProgram program(seed);
  program.run();
  std::string text;
  for (const std::string& fault : program.faults())
    text += fault + "\n";
  return text;
}

constexpr std::uint64_t seeds = 10'000;

}  // namespace

TEST_CASE("in random programs each capture dies once and nothing runs after its drop") {
  eddy::testing::for_each_seed(seeds, [](std::uint64_t seed) { CHECK(faults_of(seed) == ""); });
}
