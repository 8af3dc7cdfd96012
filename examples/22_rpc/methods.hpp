// SPDX-License-Identifier: MIT
//
// What can be called, by name.
#pragma once

#include <eddy/base/function.hpp>
#include <eddy/core/future.hpp>

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "message.hpp"

namespace rpc {

/// A table of methods.
///
/// Thread: loop. Lifetime: must outlive the futures that it gives.
class Methods {
 public:
  /// Adds a function from Json, the parameters, to Json, Result<Json> or Future<Json>. It may throw
  /// a Failure, or anything else.
  template <class F>
  void add(std::string name, F function) {
    table_[std::move(name)] = [function = std::move(function)](Json params) mutable {
      // As a continuation, for that is what takes care of exceptions and of all the kinds of
      // result.
      return eddy::ready_future(std::move(params)).then([&function](Json given) {
        return function(std::move(given));
      });
    };
  }

  /// Calls the method. That it is unknown or fails is an answer too.
  /// Cancel: as the method's.
  eddy::Future<Response> answer(Request request);

 private:
  std::map<std::string, eddy::Function<eddy::Future<Json>(Json)>, std::less<>> table_;
};

}  // namespace rpc
