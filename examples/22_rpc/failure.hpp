// SPDX-License-Identifier: MIT
//
// How a call fails: what a method throws on one side is what the call fails with on the other.
#pragma once

#include <eddy/base/error.hpp>

#include <exception>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace rpc {

using Json = nlohmann::json;

/// The error of a method, as it is sent.
class Failure : public std::exception {
 public:
  explicit Failure(std::string type, Json args = Json::array());

  /// What `error` is to the other side: the Failure in it, or else one of type "error" that has its
  /// message.
  static Failure of(const eddy::Error& error);
  /// The Failure that the method of the other side has thrown; none if the call failed otherwise.
  static std::optional<Failure> in(const eddy::Error& error);

  const std::string& type() const noexcept { return type_; }
  const Json& args() const noexcept { return args_; }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::string type_;
  Json args_;
  std::string text_;
};

}  // namespace rpc
