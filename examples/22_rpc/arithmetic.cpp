// SPDX-License-Identifier: MIT
#include "arithmetic.hpp"

#include <utility>

namespace rpc {

namespace {

/// The two numbers that are the parameters; what is none makes at() or get() throw.
std::pair<double, double> numbers(const Json& params) {
  return {params.at(0).get<double>(), params.at(1).get<double>()};
}

Json multiply(const Json& params) {
  const auto [a, b] = numbers(params);
  return a * b;
}

Json divide(const Json& params) {
  const auto [a, b] = numbers(params);
  if (b == 0) throw Failure("DivisionByZero", Json::array({"division by zero"}));
  return a / b;
}

}  // namespace

Methods arithmetic() {
  Methods methods;
  methods.add("multiply", multiply);
  methods.add("divide", divide);
  methods.add("echo", [](Json params) { return params; });
  return methods;
}

}  // namespace rpc
