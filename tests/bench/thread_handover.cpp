// SPDX-License-Identifier: MIT
//
// How long an item takes from a thread to a loop through a ThreadChannel: `thread_handover
// [ITEMS]`.
//
// Each item waits until the loop has answered the one before and gone to sleep.
#include <eddy/core/loop.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/core/thread_channel.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

using eddy::Next;
using eddy::ThreadChannel;
using eddy::TimePoint;

namespace {

TimePoint now() {
  return std::chrono::steady_clock::now();
}

/// Long enough for a loop that has nothing to do to be asleep in the kernel.
constexpr auto pause = std::chrono::microseconds(200);

void produce(const ThreadChannel<TimePoint>& items, const ThreadChannel<int>& answers, int count) {
  for (int i = 0; i < count; ++i) {
    std::this_thread::sleep_for(pause);
    if (!items.blocking_put(now()) || !answers.blocking_get()) return;
  }
  items.close();
}

double microseconds(eddy::Duration duration) {
  return static_cast<double>(duration.count()) / 1000;
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 5'000;
  if (count < 1) return 2;
  const ThreadChannel<TimePoint> items(1);
  const ThreadChannel<int> answers(1);
  std::vector<eddy::Duration> took;
  eddy::Loop loop;
  std::thread producer([&] { produce(items, answers, count); });

  auto end = eddy::repeat(loop, [&] {
    return items.get()
        .then([&](TimePoint sent) {
          took.push_back(now() - sent);
          return answers.put(0);
        })
        .then([] { return Next::again; })
        .or_else(eddy::Errc::closed, [](const eddy::Error&) { return Next::done; });
  });
  const bool well = loop.run_until(std::move(end)).has_value();
  producer.join();

  std::sort(took.begin(), took.end());
  std::printf("thread to loop: median %.1f us, 99 of 100 within %.1f us, %zu items\n",
              microseconds(took[took.size() / 2]),
              microseconds(took[took.size() * 99 / 100]),
              took.size());
  return well ? 0 : 1;
}
