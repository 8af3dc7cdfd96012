// SPDX-License-Identifier: MIT
//
// A fork that does not wait for ever.
//
// Not for users.
#pragma once

#include <eddy/core/detail/fork_node.hpp>

namespace eddy::detail {

template <class Results>
// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): it is, by a base that depends
class TimedForkNode : public ForkNode<Results>, private TimerEntry {
 public:
  ~TimedForkNode() override { stop_waiting(); }

 protected:
  TimedForkNode(LoopCore& owner, Site where) noexcept
      : ForkNode<Results>(owner, where), TimerEntry([](TimerEntry* entry) noexcept {
          static_cast<TimedForkNode*>(entry)->expire();
        }) {}

  /// After this time verdict() is asked again, with expired() true.
  void wait_at_most(Duration limit) noexcept { detail::arm(*this->core, *this, limit); }
  /// To be called by collect(): what has settled waits for nothing.
  void stop_waiting() noexcept { disarm(*this->core, *this); }
  bool expired() const noexcept { return expired_; }

 private:
  void expire() noexcept {
    expired_ = true;
    if (this->advance()) propagate(this);
  }

  bool expired_ = false;
};

}  // namespace eddy::detail
