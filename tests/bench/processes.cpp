// SPDX-License-Identifier: MIT
// What a short child costs: /bin/true is made and waited for, one after the other.
// limit/processes.c does the same with uv_spawn.
#include <eddy/core/loop.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/io/process.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

namespace {

constexpr int count = 200;
constexpr int rounds = 15;

eddy::Future<void> spawn_all(eddy::Loop& loop, const eddy::Command& command) {
  return eddy::repeat(loop, [&loop, &command, left = count]() mutable {
    if (left-- == 0) return eddy::ready_future(eddy::Next::done);
    eddy::Process child = eddy::Process::spawn(loop, command).value();
    eddy::Future<eddy::ExitStatus> ended = child.wait();
    return std::move(ended).attach(std::move(child)).then([](eddy::ExitStatus) {
      return eddy::Next::again;
    });
  });
}

double nanoseconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::nano>(now).count();
}

}  // namespace

int main() {
  eddy::Loop loop;
  const eddy::Command command{.argv = {"/bin/true"}};
  double least = 1e18;
  for (int round = 0; round < rounds; ++round) {
    const double start = nanoseconds();
    if (!loop.run_until(spawn_all(loop, command))) return 1;
    least = std::min(least, nanoseconds() - start);
  }
  std::printf("name=spawn ns=%.0f\n", least / count);
  return 0;
}
