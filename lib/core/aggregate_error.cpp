// SPDX-License-Identifier: MIT
#include <eddy/core/aggregate_error.hpp>
#include <eddy/core/detail/race_node.hpp>

#include <utility>

namespace eddy {
namespace {

std::string text_of(const std::vector<Error>& errors) {
  std::string text = "all " + std::to_string(errors.size()) + " failed";
  const char* separator = ": ";
  for (const Error& error : errors) {
    text += separator + error.message();
    separator = "; ";
  }
  return text;
}

}  // namespace

AggregateError::AggregateError(std::vector<Error> errors)
    : errors_(std::move(errors)), text_(text_of(errors_)) {}

AggregateError::~AggregateError() = default;

std::vector<Error> errors_in(const Error& error) {
  try {
    if (error.exception() != nullptr) std::rethrow_exception(error.exception());
  } catch (const AggregateError& aggregate) {
    return aggregate.errors();
  } catch (...) {  // something else: the error alone
  }
  return {error};
}

namespace detail {

Error aggregate_error(std::vector<Error>&& errors) {
  return Error(std::make_exception_ptr(AggregateError(std::move(errors))));
}

Error empty_race_error() noexcept {
  try {
    return Error(Errc::invalid, "a race of no futures");
  } catch (...) {
    return Errc::invalid;
  }
}

}  // namespace detail
}  // namespace eddy
