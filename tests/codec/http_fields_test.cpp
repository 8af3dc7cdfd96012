// SPDX-License-Identifier: MIT
#include <eddy/codec/http_fields.hpp>
#include <eddy/codec/http_method.hpp>
#include <eddy/codec/http_status.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace eddy::http;

namespace {

const Field some[] = {{"Host", "a"}, {"Set-Cookie", "1"}, {"set-cookie", "2"}, {"X_Y", "3"}};
const Fields fields(some, 4);

}  // namespace

TEST_CASE("a field is found by its name in any case") {
  CHECK(fields.value("host") == "a");
  CHECK(fields.value("HOST") == "a");
  CHECK(fields.contains("x_y"));
}

TEST_CASE("a field that is not there gives the fallback") {
  CHECK(fields.find("Accept") == nullptr);
  CHECK(fields.value("Accept").empty());
  CHECK(fields.value("Accept", "*/*") == "*/*");
}

TEST_CASE("repeated fields are found one after the other") {
  const Field* first = fields.find("Set-Cookie");
  REQUIRE(first != nullptr);
  const Field* second = fields.find_next(first);
  REQUIRE(second != nullptr);

  CHECK(first->value == "1");
  CHECK(second->value == "2");
  CHECK(fields.find_next(second) == nullptr);
}

TEST_CASE("only the case of ASCII letters is passed over in a name") {
  CHECK(same_name("AZ-az", "az-AZ"));
  CHECK_FALSE(same_name("x_y", "x-y"));
  CHECK_FALSE(same_name("[", "{"));
  CHECK_FALSE(same_name("\xc4", "\xe4"));
  CHECK_FALSE(same_name("a", "ab"));
}

TEST_CASE("each method that is listed has its name and is found by it") {
  CHECK(method_of("GET") == Method::get);
  CHECK(method_of("HEAD") == Method::head);
  CHECK(method_of("POST") == Method::post);
  CHECK(method_of("PUT") == Method::put);
  CHECK(method_of("DELETE") == Method::delete_);
  CHECK(method_of("CONNECT") == Method::connect);
  CHECK(method_of("OPTIONS") == Method::options);
  CHECK(method_of("TRACE") == Method::trace);
  CHECK(method_of("PATCH") == Method::patch);
  CHECK(name_of(Method::delete_) == "DELETE");
  CHECK(name_of(Method::other).empty());
}

TEST_CASE("a method is known in its own case only") {
  CHECK(method_of("get") == Method::other);
  CHECK(method_of("GETS") == Method::other);
  CHECK(method_of("BREW") == Method::other);
  CHECK(method_of("") == Method::other);
}

TEST_CASE("a status has its line and its phrase") {
  CHECK(status_line(Status::ok) == "HTTP/1.1 200 OK\r\n");
  CHECK(status_line(Status::network_authentication_required) ==
        "HTTP/1.1 511 Network Authentication Required\r\n");
  CHECK(reason_of(Status::not_found) == "Not Found");
  CHECK(reason_of(Status::continue_) == "Continue");
}

TEST_CASE("a status that is not registered has a line with an empty phrase") {
  CHECK(status_line(static_cast<Status>(299)) == "HTTP/1.1 299 \r\n");
  CHECK(status_line(static_cast<Status>(599)) == "HTTP/1.1 599 \r\n");
  CHECK(reason_of(static_cast<Status>(299)).empty());
}
