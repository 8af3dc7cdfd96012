// SPDX-License-Identifier: MIT
#include "io/host_name.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace eddy;
using namespace std::string_view_literals;

namespace {

std::string name_of(std::string_view text) {
  return detail::read_host(text).value().name;
}

std::string address_of(std::string_view text) {
  return detail::read_host(text).value().address.host();
}

/// What the error says of a text that is no host.
std::string complaint(std::string_view text) {
  const Result<detail::Host> host = detail::read_host(text);
  REQUIRE_FALSE(host.has_value());
  CHECK(host.error() == Errc::invalid);
  return host.error().message();
}

bool says(const std::string& message, std::string_view what) {
  return message.find(what) != std::string::npos;
}

const std::string label_63(63, 'a');
const std::string name_253 = label_63 + '.' + label_63 + '.' + label_63 + '.' + label_63.substr(2);

}  // namespace

TEST_CASE("a host is an IPv4 address, an IPv6 address with or without scope, or a name") {
  CHECK(address_of("192.0.2.1") == "192.0.2.1");
  CHECK(address_of("::1") == "::1");
  CHECK(address_of("2001:DB8::1") == "2001:db8::1");
  CHECK(detail::read_host("fe80::1%7").value().address.scope() == 7);
  CHECK(name_of("example.org") == "example.org");
  CHECK(name_of("localhost") == "localhost");
  CHECK_FALSE(detail::read_host("example.org").value().address);
}

TEST_CASE("the case of a name makes no difference, the dot at its end does") {
  CHECK(name_of("Example.ORG") == "example.org");
  CHECK(name_of("example.org.") == "example.org.");
  CHECK(name_of("_http._tcp.a-b.example") == "_http._tcp.a-b.example");
}

TEST_CASE("a name of 253 octets is taken, with a dot at its end too, a longer one is not") {
  REQUIRE(name_253.size() == 253);
  CHECK(name_of(name_253) == name_253);
  CHECK(name_of(name_253 + '.') == name_253 + '.');
  CHECK(says(complaint(name_253 + 'a'), "at most 253 octets"));
  CHECK(says(complaint(name_253 + ".b"), "at most 253 octets"));
}

TEST_CASE("libuv 2.9: a name of 256 octets and more is refused, never cut to another name") {
  CHECK(says(complaint(std::string(256, 'a')), "at most 253 octets"));
  CHECK(says(complaint(std::string(257, 'a') + ".evil.example"), "at most 253 octets"));
  CHECK(says(complaint(std::string(100'000, 'a')), "at most 253 octets"));
  CHECK(complaint(std::string(100'000, 'a')).size() < 200);
}

TEST_CASE("a part of a name has 1 to 63 octets") {
  CHECK(name_of(label_63 + ".example") == label_63 + ".example");
  CHECK(says(complaint(label_63 + "a.example"), "at most 63 octets"));
  CHECK(says(complaint("a..example"), "between two dots"));
  CHECK(says(complaint(".example"), "between two dots"));
  CHECK(says(complaint("example.."), "between two dots"));
}

TEST_CASE("what no name holds is refused, and quoted in the error as one plain line") {
  CHECK(says(complaint(""), "the name is missing"));
  CHECK(says(complaint("."), "the name is missing"));
  CHECK(says(complaint("good.example\0.evil.example"sv), R"("good.example\x00.evil.example")"));
  CHECK(says(complaint("good.example\0.evil.example"sv), "holds no NUL"));
  CHECK(says(complaint("a\nb"), R"("a\nb")"));
  CHECK(says(complaint("a b"), "letters, digits"));
  CHECK(says(complaint("a/b"), "letters, digits"));
  CHECK(says(complaint("user@host"), "letters, digits"));
  CHECK(says(complaint("b\xc3\xbc"
                       "cher.example"),
             "xn--"));
}

TEST_CASE("what only some resolvers take for an address is no host") {
  CHECK(says(complaint("127.1"), "four decimal numbers"));
  CHECK(says(complaint("2130706433"), "four decimal numbers"));
  CHECK(says(complaint("0x7f.0.0.1"), "four decimal numbers"));
  CHECK(says(complaint("0x7f000001"), "four decimal numbers"));
  CHECK(says(complaint("010.0.0.1"), "four decimal numbers"));
  CHECK(says(complaint("1.2.3.4.5"), "four decimal numbers"));
  CHECK(says(complaint("1.2.3.4."), "four decimal numbers"));
  CHECK(name_of("1.2.3.4.example") == "1.2.3.4.example");
}

TEST_CASE("what has a colon is an IPv6 address or nothing") {
  CHECK(says(complaint("example.org:80"), "IPv6 address"));
  CHECK(says(complaint("[::1]"), "IPv6 address"));
  CHECK(says(complaint("::1]:0\n[::1"), "IPv6 address"));
  CHECK(says(complaint("fe80::1%no-such-interface0"), "IPv6 address"));
}
