// SPDX-License-Identifier: MIT
#include "message.hpp"

#include <string_view>
#include <utility>

using eddy::ByteView;
using eddy::Errc;
using eddy::Error;
using eddy::Result;

namespace rpc {

namespace {

/// Reads a message without keeping any of it, and ends that where a limit is passed.
class Guard final : public Json::json_sax_t {
 public:
  explicit Guard(const MessageLimits& limits) : depth_(limits.depth), values_(limits.values) {}

  bool passed_limit() const noexcept { return passed_limit_; }

  bool null() override { return count(); }
  bool boolean(bool) override { return count(); }
  bool number_integer(Json::number_integer_t) override { return count(); }
  bool number_unsigned(Json::number_unsigned_t) override { return count(); }
  bool number_float(Json::number_float_t, const Json::string_t&) override { return count(); }
  bool string(Json::string_t&) override { return count(); }
  bool binary(Json::binary_t&) override { return count(); }
  bool key(Json::string_t&) override { return count(); }
  bool start_object(std::size_t) override { return descend(); }
  bool end_object() override { return ascend(); }
  bool start_array(std::size_t) override { return descend(); }
  bool end_array() override { return ascend(); }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) override {
    return false;
  }

 private:
  bool count() { return take_one_of(values_); }
  bool descend() { return take_one_of(depth_) && count(); }
  bool ascend() {
    ++depth_;
    return true;
  }
  bool take_one_of(std::size_t& left) {
    passed_limit_ = left == 0;
    if (passed_limit_) return false;
    --left;
    return true;
  }

  std::size_t depth_;   // so much deeper it may go
  std::size_t values_;  // so many may still come
  bool passed_limit_ = false;
};

Error malformed(std::string_view why) {
  return {Errc::protocol, "rpc message: " + std::string(why)};
}

std::string pack(const Json& message) {
  std::string bytes;
  Json::to_msgpack(message, bytes);
  return bytes;
}

/// The field `name`, or null.
const Json* find(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

Result<std::uint64_t> id_of(const Json& body) {
  const Json* id = find(body, "id");
  if (id == nullptr || !id->is_number_unsigned()) return malformed("no id");
  return id->get<std::uint64_t>();
}

Result<Message> request_from(const Json& body) {
  const Result<std::uint64_t> id = id_of(body);
  if (!id) return id.error();
  const Json* method = find(body, "method");
  if (method == nullptr || !method->is_string()) return malformed("a request without a method");
  const Json* params = find(body, "params");
  return Message(Request{*id, method->get<std::string>(), params != nullptr ? *params : Json()});
}

Result<Message> response_from(const Json& body) {
  const Result<std::uint64_t> id = id_of(body);
  if (!id) return id.error();
  const Json* result = find(body, "result");
  const Json* error = find(body, "error");
  if ((result == nullptr) == (error == nullptr)) {
    return malformed("a response has either a result or an error");
  }
  if (result != nullptr) return Message(Response{*id, *result});
  const Json* type = find(*error, "type");
  if (type == nullptr || !type->is_string()) return malformed("an error without a type");
  const Json* args = find(*error, "args");
  return Message(Response{
      *id, {}, Failure(type->get<std::string>(), args != nullptr ? *args : Json::array())});
}

}  // namespace

std::string encode(const Request& request) {
  return pack(
      {{"request", {{"id", request.id}, {"method", request.method}, {"params", request.params}}}});
}

std::string encode(const Response& response) {
  Json body = {{"id", response.id}};
  if (response.failure) {
    body["error"] = {{"type", response.failure->type()}, {"args", response.failure->args()}};
  } else {
    body["result"] = response.result;
  }
  return pack({{"response", std::move(body)}});
}

Result<Message> decode(ByteView bytes, const MessageLimits& limits) {
  constexpr Json::input_format_t format = Json::input_format_t::msgpack;
  Guard guard(limits);
  if (!Json::sax_parse(bytes.begin(), bytes.end(), &guard, format)) {
    if (!guard.passed_limit()) return malformed("no MessagePack");
    return Error(Errc::too_large, "rpc message: nested too deep, or of too many values");
  }
  const Json message = Json::from_msgpack(bytes.begin(), bytes.end(), true, false);
  const Json* request = find(message, "request");
  const Json* response = find(message, "response");
  if ((request == nullptr) == (response == nullptr)) {
    return malformed("neither a request nor a response");
  }
  return request != nullptr ? request_from(*request) : response_from(*response);
}

}  // namespace rpc
