// SPDX-License-Identifier: MIT
#include "failure.hpp"

#include <utility>

namespace rpc {

namespace {

/// It comes from the other side, and goes into logs.
constexpr std::size_t longest_text = 200;

}  // namespace

Failure::Failure(std::string type, Json args) : type_(std::move(type)), args_(std::move(args)) {
  // Strings of MessagePack may be anything, those of JSON are UTF-8: what is not is replaced.
  text_ = type_ + " " + args_.dump(-1, ' ', true, Json::error_handler_t::replace);
  if (text_.size() > longest_text) text_.replace(longest_text, std::string::npos, "...");
}

Failure Failure::of(const eddy::Error& error) {
  std::optional<Failure> failure = in(error);
  return failure ? *std::move(failure) : Failure("error", Json::array({error.message()}));
}

std::optional<Failure> Failure::in(const eddy::Error& error) {
  if (!error.exception()) return {};
  try {
    std::rethrow_exception(error.exception());
  } catch (const Failure& failure) {
    return failure;
  } catch (...) {
    return {};
  }
}

}  // namespace rpc
