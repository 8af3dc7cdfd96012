// SPDX-License-Identifier: MIT
#include <eddy/codec/http_method.hpp>

namespace eddy::http {

Method method_of(ByteView name) noexcept {
  switch (name.size()) {
    case 3:
      if (name == "GET") return Method::get;
      return name == "PUT" ? Method::put : Method::other;
    case 4:
      if (name == "POST") return Method::post;
      return name == "HEAD" ? Method::head : Method::other;
    case 5:
      if (name == "PATCH") return Method::patch;
      return name == "TRACE" ? Method::trace : Method::other;
    case 6:
      return name == "DELETE" ? Method::delete_ : Method::other;
    case 7:
      if (name == "OPTIONS") return Method::options;
      return name == "CONNECT" ? Method::connect : Method::other;
    default:
      return Method::other;
  }
}

ByteView name_of(Method method) noexcept {
  switch (method) {
    case Method::other:
      return {};
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::delete_:
      return "DELETE";
    case Method::connect:
      return "CONNECT";
    case Method::options:
      return "OPTIONS";
    case Method::trace:
      return "TRACE";
    case Method::patch:
      return "PATCH";
  }
  return {};
}

}  // namespace eddy::http
