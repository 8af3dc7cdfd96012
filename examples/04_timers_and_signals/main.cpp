// SPDX-License-Identifier: MIT
//
// A metronome: a timer that beats, SIGHUP makes it faster, SIGINT ends it.
#include <eddy/base/log.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/core/signal_watcher.hpp>
#include <eddy/core/timer.hpp>

#include <csignal>

using eddy::Loop;
using eddy::SignalWatcher;
using namespace std::chrono_literals;
namespace log = eddy::log;

namespace {

class Metronome {
 public:
  explicit Metronome(Loop& loop) : timer_(loop, [this] { beat(); }) { timer_.start(interval_); }

  void faster() {
    interval_ /= 2;
    timer_.start(interval_);  // starts anew if it is running
    log::info("faster", {{"interval", interval_}});
  }
  void stop() {
    timer_.stop();
    log::info("stopped", {{"beats", beats_}});
  }

 private:
  void beat() {
    log::info("beat", {{"number", ++beats_}});
    timer_.start(interval_);
  }

  eddy::Duration interval_ = 200ms;
  unsigned beats_ = 0;
  eddy::Timer timer_;
};

}  // namespace

int main() {
  Loop loop;
  Metronome metronome(loop);

  auto hangup = SignalWatcher::watch(loop, SIGHUP, [&metronome](int) { metronome.faster(); });
  auto interrupt = SignalWatcher::watch(loop, SIGINT, [&metronome](int) { metronome.stop(); });
  if (!hangup || !interrupt) return 1;

  loop.run();  // returns when nothing is left to wait for: the timer is stopped
}
