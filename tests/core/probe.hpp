// SPDX-License-Identifier: MIT
//
// Things to capture in tests: they tell whether they are still there.
#pragma once

#include <eddy/base/function.hpp>

#include <memory>
#include <utility>

namespace eddy::testing {

/// How many Probes exist, and how many were ever made. Moving one makes none.
struct ProbeCount {
  int made = 0;
  int alive = 0;
};

/// Counts itself; calls `last_words` when it dies.
class Probe {
 public:
  explicit Probe(ProbeCount& count, Function<void()> last_words = nullptr)
      : count_(&count), last_words_(std::move(last_words)) {
    ++count_->made;
    ++count_->alive;
  }
  Probe(Probe&& other) noexcept
      : count_(std::exchange(other.count_, nullptr)), last_words_(std::move(other.last_words_)) {}
  Probe& operator=(Probe&&) = delete;
  ~Probe() {
    if (count_ == nullptr) return;
    --count_->alive;
    if (last_words_) last_words_();
  }

 private:
  ProbeCount* count_;
  Function<void()> last_words_;
};

/// For values that are copied: all copies are one Probe.
inline std::shared_ptr<Probe> shared_probe(ProbeCount& count,
                                           Function<void()> last_words = nullptr) {
  return std::make_shared<Probe>(count, std::move(last_words));
}

}  // namespace eddy::testing
