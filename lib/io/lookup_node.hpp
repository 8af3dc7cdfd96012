// SPDX-License-Identifier: MIT
//
// The leaves that wait for a Lookup: for the whole answer, or for enough of it to connect to.
//
// Private to io.
#pragma once

#include <eddy/core/detail/value_node.hpp>

#include "io/lookup.hpp"

namespace eddy::detail {

/// A copy of `addresses`, with `port`.
Addresses with_port(const Addresses& addresses, std::uint16_t port);

/// Who waits for the whole answer: a resolve(), or one who has a part already, for whom no more is
/// no error.
class LookupNode final : public Pooled<LookupNode, LeafNode<Addresses>>, private LookupWaiter {
 public:
  enum class Failure { told, is_no_address };

  LookupNode(LoopCore& owner,
             Site where,
             CountedPtr<Lookup> lookup,
             std::uint16_t port,
             Duration limit,
             Failure failure = Failure::told);
  const char* waits_for() const noexcept override { return "a name server"; }

 private:
  void stop() noexcept override { leave(); }
  void answered(const Result<Addresses>& answer) noexcept override;

  const std::uint16_t port_;
  const Failure failure_;
};

/// Addresses to begin with.
struct FirstAnswer {
  Addresses addresses;
  /// All addresses, these among them, or none if no more came of it. Empty: these are all.
  Future<Addresses> rest{};
};

/// When addresses of one family are enough to begin with.
struct FirstWish {
  AddressFamily family;  // at once if they are of this
  Duration delay;        // if they are of the other, when so much time has passed since they came
};

/// Waits for one family, and a moment longer if it is the other one.
class FirstNode final : public Pooled<FirstNode, LeafNode<FirstAnswer>>, private LookupWaiter {
 public:
  FirstNode(LoopCore& owner,
            Site where,
            CountedPtr<Lookup> lookup,
            std::uint16_t port,
            Duration limit,
            const FirstWish& wish);
  ~FirstNode() override { disarm(*core, begin_); }
  const char* waits_for() const noexcept override { return "a name server"; }

 private:
  struct BeginTimer final : detail::TimerEntry {
    explicit BeginTimer(FirstNode& owner) noexcept;

    FirstNode& node;
  };

  void stop() noexcept override;
  void part_came() noexcept override;
  void answered(const Result<Addresses>& answer) noexcept override;
  void begin() noexcept;

  const std::uint16_t port_;
  const FirstWish wish_;
  BeginTimer begin_;
};

}  // namespace eddy::detail
