// SPDX-License-Identifier: MIT
//
// What is never asked for: resolvers are not strict. getaddrinfo() takes "127.1" for an address,
// cuts names at a NUL, and sends control characters to name servers.
#include "resolver_kit.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::string_view_literals;

namespace {

/// What the error says of a text that is no host.
std::string complaint(std::string_view text) {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  const Result<Addresses> found = t.get(resolver.resolve(text));
  CHECK(desk.asked() == 0);
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error() == Errc::invalid);
  return found.error().message();
}

/// What the back end is asked for.
std::string asked_for(std::string_view text) {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  auto asking = resolver.resolve(text);
  return desk.name(0);
}

bool says(const std::string& message, std::string_view what) {
  return message.find(what) != std::string::npos;
}

const std::string label_63(63, 'a');
const std::string name_253 = label_63 + '.' + label_63 + '.' + label_63 + '.' + label_63.substr(2);

}  // namespace

TEST_CASE("a name is asked for in lower case, and with the dot at its end if it has one") {
  CHECK(asked_for("Example.ORG") == "example.org");
  CHECK(asked_for("example.org.") == "example.org.");
  CHECK(asked_for("_http._tcp.a-b.example") == "_http._tcp.a-b.example");
}

TEST_CASE("a name of 253 octets is asked for, with a dot at its end too, a longer one is not") {
  REQUIRE(name_253.size() == 253);
  CHECK(asked_for(name_253) == name_253);
  CHECK(asked_for(name_253 + '.') == name_253 + '.');
  CHECK(says(complaint(name_253 + 'a'), "at most 253 octets"));
}

TEST_CASE("libuv 2.9: a name of 256 octets and more is refused, never cut to another name") {
  CHECK(says(complaint(std::string(256, 'a')), "at most 253 octets"));
  CHECK(says(complaint(std::string(257, 'a') + ".evil.example"), "at most 253 octets"));
  CHECK(says(complaint(std::string(100'000, 'a')), "at most 253 octets"));
  CHECK(complaint(std::string(100'000, 'a')).size() < 300);
}

TEST_CASE("a part of a name has 1 to 63 octets") {
  CHECK(asked_for(label_63 + ".example") == label_63 + ".example");
  CHECK(says(complaint(label_63 + "a.example"), "at most 63 octets"));
  CHECK(says(complaint("a..example"), "between two dots"));
  CHECK(says(complaint(""), "missing"));
  CHECK(says(complaint("."), "missing"));
}

TEST_CASE("what no name holds is refused, and quoted in the error as one plain line") {
  CHECK(says(complaint("good.example\0.evil.example"sv), R"("good.example\x00.evil.example")"));
  CHECK(says(complaint("good.example\0.evil.example"sv), "NUL"));
  CHECK(says(complaint("a\nb"), R"("a\nb")"));
  CHECK(says(complaint("a b"), "spaces"));
  CHECK(says(complaint("user@host"), "letters, digits"));
  CHECK(says(complaint("example.org:80"), "letters, digits"));
  CHECK(says(complaint("b\xc3\xbc"
                       "cher.example"),
             "xn--"));
}

TEST_CASE("what only some resolvers take for an address is no host") {
  CHECK(says(complaint("127.1"), "an IPv4 address has four"));
  CHECK(says(complaint("2130706433"), "an IPv4 address has four"));
  CHECK(says(complaint("0x7f.0.0.1"), "an IPv4 address has four"));
  CHECK(says(complaint("0x7f000001"), "an IPv4 address has four"));
  CHECK(says(complaint("010.0.0.1"), "an IPv4 address has four"));
  CHECK(asked_for("1.2.3.4.example") == "1.2.3.4.example");
}

TEST_CASE("case 88: a scope that the system does not know is an error") {
  CHECK(says(complaint("fe80::1%no-such-if0"), "fe80::1%no-such-if0"));
}
