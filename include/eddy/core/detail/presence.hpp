// SPDX-License-Identifier: MIT
//
// Tells whether an object is still there, when what it called may have destroyed it.
//
// Not for users.
#pragma once

#include <eddy/core/detail/counted.hpp>

namespace eddy::detail {

/// A member of the object; the last one, so that it goes before what its watches are asked about.
class Presence {
  struct State final : Counted {
    bool over = false;
  };

 public:
  /// May outlive the object.
  class Watch {
   public:
    explicit Watch(const Presence& presence) noexcept : state_(presence.state_) {}
    /// The object is destroyed, or about to be.
    bool over() const noexcept { return state_->over; }

   private:
    CountedPtr<State> state_;
  };

  Presence() : state_(new State) {}
  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;
  ~Presence() { state_->over = true; }

 private:
  const CountedPtr<State> state_;
};

}  // namespace eddy::detail
