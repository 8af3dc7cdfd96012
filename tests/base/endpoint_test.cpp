// SPDX-License-Identifier: MIT
#include <eddy/base/endpoint.hpp>

#include <string>

#include <doctest/doctest.h>

using namespace eddy;
using namespace std::string_literals;

// A literal that parse_endpoint() refuses does not compile; the rest of the grammar is tested
// below.
static_assert(detail::parse_endpoint("example.org:443").problem == nullptr);
static_assert(detail::parse_endpoint("example.org:443").host == "example.org");
static_assert(detail::parse_endpoint("example org:443").problem != nullptr);

namespace {

/// What parse() makes of `text`, as text again; or what it says about it.
std::string read(std::string_view text) {
  const Result<Endpoint> endpoint = Endpoint::parse(text);
  if (endpoint) return endpoint->to_string();
  const std::string said(endpoint.error().context());
  return said.substr(said.find("\": ") + 3);
}

}  // namespace

TEST_CASE("an endpoint is a host name to be resolved and a port") {
  const Endpoint endpoint = "example.org:443"_endpoint;

  CHECK(endpoint.named());
  CHECK(endpoint.host() == "example.org");
  CHECK(endpoint.port() == 443);
  CHECK_FALSE(endpoint.address());
  CHECK(endpoint.to_string() == "example.org:443");
}

TEST_CASE("an endpoint that is an address needs no resolving") {
  const Endpoint six = "[::1]:80"_endpoint;
  const Endpoint four = "127.0.0.1:80"_addr;
  const Endpoint local = "unix:/run/x.sock"_endpoint;

  CHECK_FALSE(six.named());
  CHECK(six.address() == "[::1]:80"_addr);
  CHECK(six.host() == "::1");
  CHECK(four == "127.0.0.1:80"_endpoint);
  CHECK(local.address() == "unix:/run/x.sock"_addr);
  CHECK(local.port() == 0);
  CHECK(local.host().empty());
}

TEST_CASE("a default-constructed endpoint is none") {
  CHECK_FALSE(Endpoint());
  CHECK("a:1"_endpoint);
  CHECK(Endpoint("127.0.0.1:1"_addr));
  CHECK(Endpoint().to_string() == "none");
}

TEST_CASE("host names are read as people and containers write them, in lower case") {
  CHECK(read("localhost:80") == "localhost:80");
  CHECK(read("Example.ORG:80") == "example.org:80");
  CHECK(read("example.org.:80") == "example.org.:80");
  CHECK(read("my_service-1:8080") == "my_service-1:8080");
  CHECK(read("1and1.com:80") == "1and1.com:80");
  CHECK(read("xn--bcher-kva.example:80") == "xn--bcher-kva.example:80");
  CHECK("A.b:1"_endpoint == "a.B:1"_endpoint);
}

TEST_CASE("an endpoint that cannot be read quotes what was given and says what was expected") {
  CHECK(Endpoint::parse("example.org").error().context() ==
        "endpoint \"example.org\": the port is missing, as in example.org:443");
  CHECK(Endpoint::parse("").error() == Errc::invalid);
  CHECK(read("") == "the host is missing, as in example.org:443");
  CHECK(read(":80") == "the host is missing, as in example.org:443");
  CHECK(read(".:80") == "the host is missing, as in example.org:443");
  CHECK(read("a:") == "the port must be a number from 0 to 65535");
  CHECK(read("a:65536") == "the port must be a number from 0 to 65535");
  CHECK(read("a:https") == "the port must be a number from 0 to 65535");
  CHECK(read("::1:80") == "an IPv6 address stands in brackets, as in [::1]:80");
  CHECK(read("[::1") == "the closing bracket is missing");
  CHECK(read("[fe80::1%nope]:1") == "there is no such network interface");
  CHECK(read("127.0.0.1") == "the port is missing, as in example.org:443");
}

TEST_CASE("a host that is called unix is not mistaken for a path, nor a path for it") {
  CHECK(Endpoint::parse("unix:80").value().address().path() == "80");
  CHECK(read("Unix:80") == "unix:80 is a path; the host of that name is written unix.:80");
  CHECK(read("unix.:80") == "unix.:80");
  CHECK(Endpoint::of("Unix", 80).value().host() == "unix");
  CHECK(Endpoint::of("unix", 80).value().to_string() == "unix.:80");
}

TEST_CASE("a URL is no endpoint, and the message says so") {
  const std::string said = "a host and a port are expected, as in example.org:443, and no URL";

  CHECK(read("http://example.org") == said);
  CHECK(read("http://example.org:80") == said);
  CHECK(read("example.org:80/path") == said);
}

TEST_CASE("host names have no letters that the DNS or a log would take for something else") {
  CHECK(read("a b:1") == "a host name holds neither spaces nor NUL");
  CHECK(read("a\0b:1"s) == "a host name holds neither spaces nor NUL");
  CHECK(read("a\nb:1") == "a host name is made of letters, digits, '-', '_' and '.'");
  CHECK(read("a@b:1") == "a host name is made of letters, digits, '-', '_' and '.'");
  CHECK(read("b\xc3\xbc"
             "cher.example:1") ==
        "a host name of another alphabet is written as A-labels, as in xn--bcher-kva.example");
}

TEST_CASE("a label has 1 to 63 octets and no '-' at its ends") {
  const std::string longest(63, 'x');

  CHECK(read(longest + ":1") == longest + ":1");
  CHECK(read(longest + "x:1") == "a label of a host name has at most 63 octets");
  CHECK(read("a..b:1") == "between two dots of a host name a label is expected");
  CHECK(read(".a:1") == "between two dots of a host name a label is expected");
  CHECK(read("-a:1") == "a label of a host name neither begins nor ends with '-'");
  CHECK(read("a-.b:1") == "a label of a host name neither begins nor ends with '-'");
}

TEST_CASE("a host name has at most 253 octets, and one more for the dot at its end") {
  const std::string label(49, 'x');
  const std::string longest =
      label + "." + label + "." + label + "." + label + "." + label + "xxxx";
  REQUIRE(longest.size() == 253);

  CHECK(Endpoint::parse(longest + ":1"));
  CHECK(Endpoint::parse(longest + ".:1"));
  CHECK(read(longest + "x:1") == "a host name has at most 253 octets");
}

TEST_CASE("what some resolvers take for an odd IPv4 address is refused as a name") {
  const std::string said =
      "the last label of a host name is no number; an IPv4 address has four, as 127.0.0.1";

  CHECK(read("127.1:80") == said);
  CHECK(read("2130706433:80") == said);
  CHECK(read("0x7f000001:80") == said);
  CHECK(read("0X7F.0.0.0X1:80") == said);
  CHECK(read("1.2.3.256:80") == said);
  CHECK(read("010.0.0.1.:80") == said);
  CHECK(read("a.0xg:80") == "a.0xg:80");
}

TEST_CASE("a host and a port that came apart make an endpoint") {
  CHECK(Endpoint::of("Example.org", 443).value() == "example.org:443"_endpoint);
  CHECK(Endpoint::of("::1", 80).value() == "[::1]:80"_endpoint);
  CHECK(Endpoint::of("fe80::1%1", 80).value().address().scope() == 1);
  CHECK(Endpoint::of("10.0.0.1", 80).value() == "10.0.0.1:80"_endpoint);
  CHECK(Endpoint::of("a:80", 80).error() == Errc::invalid);
  CHECK(Endpoint::of("", 80).error() == Errc::invalid);
}

TEST_CASE("a hostile name is quoted in one line and not in full") {
  const std::string said =
      Endpoint::parse("\x1b[2J\n" + std::string(1'000'000, 'x')).error().message();

  CHECK(said.find('\n') == std::string::npos);
  CHECK(said.size() < 400);
}

TEST_CASE("the port of an endpoint can be changed where there is one") {
  CHECK("a:1"_endpoint.with_port(2) == "a:2"_endpoint);
  CHECK("[::1]:1"_endpoint.with_port(2) == "[::1]:2"_endpoint);
  CHECK("unix:/x"_endpoint.with_port(2) == "unix:/x"_endpoint);
}
