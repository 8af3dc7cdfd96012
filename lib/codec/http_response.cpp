// SPDX-License-Identifier: MIT
#include <eddy/codec/http_response.hpp>

#include <eddy/base/error.hpp>
#include <eddy/codec/http_fields.hpp>

#include <algorithm>
#include <iterator>

namespace eddy::http {

namespace {

constexpr ByteView text_line = "Content-Type: text/plain; charset=utf-8\r\n";
constexpr ByteView html_line = "Content-Type: text/html; charset=utf-8\r\n";
constexpr ByteView json_line = "Content-Type: application/json\r\n";

// These say where the message ends and what becomes of the connection; two writers would differ.
constexpr ByteView written_by_server[] = {
    "Connection",
    "Content-Length",
    "Date",
    "Keep-Alive",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
};

[[noreturn]] void refuse(ByteView what, ByteView context) {
  throw Exception(Error(Errc::invalid, what).with(context));
}

}  // namespace

Response::Response(Status status) {
  this->status(status);
}

Response Response::text(std::string body) {
  Response response;
  response.body_ = std::move(body);
  response.content_type_line_ = text_line;
  return response;
}

Response Response::static_text(ByteView body) noexcept {
  Response response;
  response.static_body_ = body;
  response.content_type_line_ = text_line;
  return response;
}

Response Response::html(std::string body) {
  Response response = text(std::move(body));
  response.content_type_line_ = html_line;
  return response;
}

Response Response::json_text(std::string body) {
  Response response = text(std::move(body));
  response.content_type_line_ = json_line;
  return response;
}

Response Response::bytes(std::string body, ByteView content_type) {
  Response response = text(std::move(body));
  response.header("Content-Type", content_type);
  return response;
}

Response Response::redirect(ByteView location, Status status) {
  Response response(status);
  response.header("Location", location);
  return response;
}

Response& Response::status(Status status) & {
  if (code_of(status) < 200 || code_of(status) > 599) refuse("status of a response", "http");
  status_ = status;
  return *this;
}

Response& Response::header(ByteView name, ByteView value) & {
  bool reserved = std::any_of(std::begin(written_by_server),
                              std::end(written_by_server),
                              [name](ByteView other) { return same_name(name, other); });
  if (reserved) refuse("field is written by the server", name);
  bool content_type = same_name(name, "Content-Type");
  if (content_type && own_content_type_) refuse("field is set twice", name);

  lines_.add(name, value);
  if (content_type) {
    content_type_line_ = {};
    own_content_type_ = true;
  }
  return *this;
}

Response& Response::close() & noexcept {
  closes_ = true;
  return *this;
}

}  // namespace eddy::http
