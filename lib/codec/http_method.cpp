// SPDX-License-Identifier: MIT
#include <eddy/codec/http_method.hpp>

#include "octets.hpp"

namespace eddy::http {

using detail::equals;

Method method_of(ByteView name) noexcept {
  switch (name.size()) {
    case 3:
      if (equals(name, "GET")) return Method::get;
      return equals(name, "PUT") ? Method::put : Method::other;
    case 4:
      if (equals(name, "POST")) return Method::post;
      return equals(name, "HEAD") ? Method::head : Method::other;
    case 5:
      if (equals(name, "PATCH")) return Method::patch;
      return equals(name, "TRACE") ? Method::trace : Method::other;
    case 6:
      return equals(name, "DELETE") ? Method::delete_ : Method::other;
    case 7:
      if (equals(name, "OPTIONS")) return Method::options;
      return equals(name, "CONNECT") ? Method::connect : Method::other;
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
