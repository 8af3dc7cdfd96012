// SPDX-License-Identifier: MIT
//
// Random programs: whatever the sizes, cuts, pauses and refusals, the content arrives intact.
#include <random>

#include "support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t bound) {
  return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
}

DuplexScript a_script(Random& random) {
  DuplexScript script;
  for (int i = 0; i < 40; ++i) {
    script.reads.push_back({.at_most = below(random, 50)});
    script.writes.push_back({.at_most = below(random, 50)});
  }
  script.usual_read.at_most = 1 + below(random, 100'000);
  script.usual_write.at_most = 1 + below(random, 100'000);
  return script;
}

/// Small mostly, sometimes too large for a cork.
std::string some_octets(Random& random) {
  const std::size_t size = below(random, 10) == 0 ? below(random, 200'000) : below(random, 300);
  std::string octets(size, '\0');
  for (char& octet : octets)
    octet = static_cast<char>(random());
  return octets;
}

/// Writes at random times and in random ways; gives all that was written.
std::string write_randomly(IoFixture& t, Random& random, Stream& stream) {
  std::string all;
  for (int i = 0; i < 60; ++i) {
    const std::string octets = some_octets(random);
    all += octets;
    if (octets.size() < 100 && below(random, 2) == 0) {
      const std::span<char> room = stream.writable(octets.size());
      std::copy(octets.begin(), octets.end(), room.begin());
      stream.wrote(octets.size());
    } else {
      stream.write(octets);
    }
    if (below(random, 3) == 0) t.loop.turn();
  }
  return all;
}

void push_program(unsigned seed) {
  CAPTURE(seed);
  IoFixture t;
  Random random(seed);
  auto [ours, theirs] = duplex(t.loop,
                               {.capacity = 1 + below(random, 100'000),
                                .first = a_script(random),
                                .second = a_script(random)});
  Recorder sink;
  sink.when_bytes = [&, &to = theirs](ByteView) {
    if (below(random, 4) == 0) to.pause();
  };
  theirs.start(sink);
  const std::string all = write_randomly(t, random, ours);
  auto ended = ours.shutdown();
  while (sink.ends == 0) {
    theirs.resume();
    t.loop.turn();
  }

  CHECK(sink.bytes == all);
  CHECK(t.get(std::move(ended)));
  CHECK(sink.errors == 0);
}

void pull_program(unsigned seed) {
  CAPTURE(seed);
  IoFixture t;
  Random random(seed);
  auto [ours, theirs] = duplex(t.loop,
                               {.capacity = 1 + below(random, 100'000),
                                .first = a_script(random),
                                .second = a_script(random)});
  const std::string all = write_randomly(t, random, ours);
  auto ended = ours.shutdown();
  std::string received;
  while (received.size() < all.size()) {
    const std::size_t left = all.size() - received.size();
    const bool exactly = below(random, 2) == 0;
    auto read = exactly ? theirs.read_exactly(below(random, left + 1))
                        : theirs.read(1 + below(random, 100'000));
    if (below(random, 5) == 0) t.loop.turn();
    if (below(random, 10) == 0 && !read.ready()) continue;  // dropped: nothing may be lost
    received += t.get(std::move(read)).value();
  }

  CHECK(received == all);
  CHECK(t.get(theirs.read()).error() == Errc::end_of_stream);
  CHECK(t.get(std::move(ended)));
}

}  // namespace

TEST_CASE("random pushed content arrives intact") {
  for (unsigned seed = 1; seed <= 60; ++seed)
    push_program(seed);
}

TEST_CASE("random pulled content arrives intact") {
  for (unsigned seed = 1; seed <= 60; ++seed)
    pull_program(seed);
}
