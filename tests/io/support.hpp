// SPDX-License-Identifier: MIT
//
// What the tests of streams share: a fixture that counts descriptors, pairs of streams over each
// carrier, and a sink that remembers.
#pragma once

#include <eddy/io/connect.hpp>
#include <eddy/io/duplex.hpp>
#include <eddy/io/listener.hpp>
#include <eddy/testing/fixture.hpp>

#include <optional>
#include <string>
#include <utility>

namespace eddy::testing {

/// How many descriptors the process has.
std::size_t open_descriptors();

/// A Fixture that fails the test if descriptors are left.
class IoFixture : public Fixture {
 public:
  explicit IoFixture(Site site = EDDY_HERE) : IoFixture(Loop::Options(), site) {}
  explicit IoFixture(Loop::Options options, Site site = EDDY_HERE);
  ~IoFixture() { CHECK(open_descriptors() == before_); }

 private:
  std::size_t before_;
};

struct Pair {
  Stream ours;
  Stream theirs;
};

/// Two TcpStreams over the loopback interface.
struct TcpPair {
  TcpStream ours;
  TcpStream theirs;
};
TcpPair a_tcp_pair(Fixture& t);

/// The carriers that every stream behaves alike on.
struct OverTcp {
  static Pair pair(Fixture& t) {
    TcpPair made = a_tcp_pair(t);
    return {std::move(made.ours), std::move(made.theirs)};
  }
};
struct OverUnix {
  static Pair pair(Loop& loop);
  static Pair pair(Fixture& t) { return pair(t.loop); }
};
struct OverDuplex {
  static Pair pair(Loop& loop) {
    auto [ours, theirs] = duplex(loop);
    return {std::move(ours), std::move(theirs)};
  }
  static Pair pair(Fixture& t) { return pair(t.loop); }
};

/// Remembers what it was told, and does what the test wants when it is told.
struct Recorder final : ByteSink {
  std::string bytes;
  int calls = 0;
  int ends = 0;
  int drained = 0;
  int errors = 0;
  std::optional<Error> error;
  Function<void(ByteView)> when_bytes;
  Function<void()> when_end;
  Function<void()> when_error;
  Function<void()> when_drained;

  void on_bytes(ByteView view) noexcept override {
    ++calls;
    bytes.append(view);
    if (when_bytes) when_bytes(view);
  }
  void on_end() noexcept override {
    ++ends;
    if (when_end) when_end();
  }
  void on_error(const Error& what) noexcept override {
    ++errors;
    error = what;
    if (when_error) when_error();
  }
  void on_drained() noexcept override {
    ++drained;
    if (when_drained) when_drained();
  }
};

}  // namespace eddy::testing
