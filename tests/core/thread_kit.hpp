// SPDX-License-Identifier: MIT
//
// How tests of threads wait: for what has happened, never for time to pass.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <latch>
#include <mutex>
#include <stop_token>
#include <string>

namespace eddy::testing {

/// Closed until it is opened; then for ever open.
class Gate {
 public:
  void open() { latch_.count_down(); }
  void wait() const { latch_.wait(); }
  bool is_open() const { return latch_.try_wait(); }

 private:
  std::latch latch_{1};
};

/// Opens `gate` when the calling thread ends; of several threads the first opens it.
inline void tell_when_this_thread_ends(Gate& gate) {
  struct AtEnd {
    Gate* gate = nullptr;
    ~AtEnd() {
      static std::mutex one_at_a_time;
      const std::lock_guard lock(one_at_a_time);
      if (gate != nullptr && !gate->is_open()) gate->open();
    }
  };
  thread_local AtEnd at_end;
  at_end.gate = &gate;
}

/// Blocks until `stop` is requested.
inline void wait_for_stop(const std::stop_token& stop) {
  std::latch stopped(1);
  const std::stop_callback callback(stop, [&stopped] { stopped.count_down(); });
  stopped.wait();
}

inline std::string this_thread_name() {
  char name[16] = "";
  ::pthread_getname_np(::pthread_self(), name, sizeof name);
  return name;
}

inline bool this_thread_blocks(int signal) {
  sigset_t blocked;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  return ::sigismember(&blocked, signal) == 1;
}

}  // namespace eddy::testing
