// SPDX-License-Identifier: MIT
//
// hardening 85 for the system calls of libuv: an exchange over TCP while interrupt.cpp is
// preloaded. A program of its own, and not built with sanitizers, which intercept the same calls.
#include <eddy/core/loop.hpp>
#include <eddy/io/connect.hpp>
#include <eddy/io/listener.hpp>

#include <cstdio>
#include <string>

extern "C" {
[[gnu::weak]] unsigned interruptions();  // of what is preloaded
}

namespace {

/// So often at least; an exchange of some megabytes takes more calls than that.
constexpr unsigned enough = 50;

bool exchanged(eddy::Loop& loop) {
  using eddy::operator""_addr;
  const std::string many(8 * 1024 * 1024, 'x');
  auto listener = eddy::Listener::bind(loop, "127.0.0.1:0"_addr).value();
  auto accepting = listener.accept();
  auto ours = loop.run_until(eddy::connect(loop, listener.local())).value();
  auto theirs = loop.run_until(std::move(accepting)).value();
  ours.write(many);
  const bool there = loop.run_until(theirs.read_exactly(many.size())).value() == many;
  theirs.write(many);
  auto ended = theirs.shutdown();
  const bool back = loop.run_until(ours.read_exactly(many.size())).value() == many;
  return there && back && loop.run_until(std::move(ended)).has_value() &&
         loop.run_until(ours.read()).error() == eddy::Errc::end_of_stream;
}

}  // namespace

int main() {
  eddy::Loop loop;
  const bool intact = exchanged(loop);
  const unsigned count = interruptions == nullptr ? 0 : interruptions();
  std::printf("%s after %u interruptions\n", intact ? "intact" : "broken", count);
  return intact && count >= enough ? 0 : 1;
}
