// SPDX-License-Identifier: MIT
//
// Several errors in one: what any() gives when all have failed.
#pragma once

#include <eddy/base/error.hpp>

#include <exception>
#include <string>
#include <vector>

namespace eddy {

/// The exception inside an Error of Errc::exception; see errors_in().
///
/// Thread: any.
class EDDY_EXPORT AggregateError : public std::exception {
 public:
  explicit AggregateError(std::vector<Error> errors);
  AggregateError(const AggregateError&) = default;
  AggregateError& operator=(const AggregateError&) = default;
  ~AggregateError() override;

  /// In the order of the futures that failed.
  const std::vector<Error>& errors() const noexcept { return errors_; }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::vector<Error> errors_;
  std::string text_;
};

/// The errors inside an error that holds an AggregateError; otherwise the error alone.
EDDY_EXPORT std::vector<Error> errors_in(const Error& error);

}  // namespace eddy
