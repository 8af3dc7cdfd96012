// SPDX-License-Identifier: MIT
//
// A Resolver whose back end is the test: questions lie on a desk until the test answers them.
#pragma once

#include <eddy/core/promise.hpp>
#include <eddy/core/task.hpp>
#include <eddy/testing/fixture.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/resolve_backend.hpp"
#include "io/resolver_impl.hpp"

namespace eddy::testing {

using Addresses = std::vector<Address>;

/// Where the questions of a resolver lie. Outlives it.
class Desk {
 public:
  struct Question {
    std::string name;
    AddressFamily family;
    bool in_task;
    detail::EarlyAnswer* early;
    Promise<detail::ResolveAnswer> promise;
  };

  /// A resolver that asks here.
  Resolver resolver(Loop& loop, ResolverOptions options = {}) {
    return detail::ResolverImpl::make(
        loop,
        std::move(options),
        std::unique_ptr<detail::ResolveBackend>(new Backend(*this, loop)));
  }

  std::size_t asked() const noexcept { return questions_.size(); }
  const std::string& name(std::size_t index) const { return questions_.at(index).name; }
  AddressFamily family(std::size_t index) const { return questions_.at(index).family; }
  /// Whether it was asked as part of somebody's task.
  bool in_task(std::size_t index) const { return questions_.at(index).in_task; }
  /// Whether somebody still waits for the answer.
  bool wanted(std::size_t index) const { return questions_.at(index).promise.wanted(); }

  /// The addresses of one family are known, those of the other are not.
  void tell(std::size_t index, const Addresses& addresses) {
    questions_.at(index).early->known(addresses);
  }
  void answer(std::size_t index, Addresses addresses, std::optional<Duration> ttl = {}) {
    std::move(questions_.at(index).promise)
        .set_value(detail::ResolveAnswer{.addresses = std::move(addresses), .ttl = ttl});
  }
  void fail(std::size_t index, Error error) {
    std::move(questions_.at(index).promise).set_error(std::move(error));
  }

 private:
  class Backend final : public detail::ResolveBackend {
   public:
    Backend(Desk& desk, Loop& loop) noexcept : desk_(desk), loop_(loop) {}
    Future<detail::ResolveAnswer> look_up(const std::string& name,
                                          AddressFamily family,
                                          detail::EarlyAnswer& early) override {
      desk_.questions_.push_back({name,
                                  family,
                                  static_cast<bool>(current_task()),
                                  &early,
                                  Promise<detail::ResolveAnswer>(loop_)});
      return desk_.questions_.back().promise.future();
    }

   private:
    Desk& desk_;
    Loop& loop_;
  };

  std::vector<Question> questions_;
};

// Parsed as the program starts: Clang 14 crashes on an inline variable that is made of a literal.
inline const Addresses one_address{Address::parse("192.0.2.1:0").value()};
inline const Addresses other_address{Address::parse("192.0.2.2:0").value()};

}  // namespace eddy::testing
