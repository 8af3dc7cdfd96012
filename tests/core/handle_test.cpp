// SPDX-License-Identifier: MIT
#include <eddy/core/loop.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/core/signal_watcher.hpp>

#include <doctest/doctest.h>

#include <csignal>

using namespace eddy;
using namespace std::chrono_literals;

TEST_CASE("what dies with a closed handle makes continuations ready at once") {
  Loop loop;
  Promise<void> promise(loop);
  bool told = false;
  auto work = promise.future().complete([&](const Result<void>& result) {
    told = result.error() == Errc::broken_promise;
    loop.stop();
  });
  auto watcher = SignalWatcher::watch(loop, SIGUSR1, [held = std::move(promise)](int) {});
  const auto much_later = loop.sleep(2s);

  watcher = Errc::closed;  // the watcher goes; its callback when libuv lets go
  loop.run();

  CHECK(told);
  CHECK_FALSE(much_later.ready());
}
