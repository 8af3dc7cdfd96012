// SPDX-License-Identifier: MIT
#include <eddy/base/address.hpp>

#include <algorithm>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

using namespace std::string_literals;

static_assert(sizeof(eddy::Address) <= 128);
static_assert(std::is_trivially_copyable_v<eddy::Address>);
static_assert(std::is_nothrow_default_constructible_v<eddy::Address>);

namespace with_using_directive {
using namespace eddy::literals;
static_assert("[::1]:80"_addr.port() == 80);
}  // namespace with_using_directive

namespace eddy {
static_assert("127.0.0.1:65535"_addr.port() == 65535);
static_assert("127.0.0.1:0"_addr.ipv4() && "[::]:0"_addr.ipv6());
static_assert("unix:/run/x.sock"_addr.local() && !"unix:/run/x.sock"_addr.abstract());
static_assert("unix:@x"_addr.abstract() && "unix:@x"_addr.port() == 0);
static_assert("1.2.3.4:80"_addr.with_port(81) == "1.2.3.4:81"_addr);
static_assert("1.2.3.4:80"_addr < "1.2.3.5:80"_addr);
static_assert(!Address());

// A literal that parse_address() refuses does not compile; the rest of the grammar is tested below.
static_assert(detail::parse_address("localhost:80").problem != nullptr);
}  // namespace eddy

using namespace eddy;

namespace {

/// What parse() makes of `text`, as text again; or what it says.
std::string read(std::string_view text) {
  Result<Address> address = Address::parse(text);
  return address ? address->to_string() : std::string(address.error().context());
}

/// Reads the inside of brackets as the C library does; "bad" if it does not.
std::string by_c_library(const std::string& host) {
  in6_addr address{};
  if (inet_pton(AF_INET6, host.c_str(), &address) != 1) return "bad";
  char text[INET6_ADDRSTRLEN];
  return inet_ntop(AF_INET6, &address, text, sizeof text);
}

std::string by_eddy(const std::string& host) {
  Result<Address> address = Address::parse("[" + host + "]:1");
  return address ? address->host() : "bad";
}

/// Texts of colons, dots and digits in all orders, of up to `length` pieces.
std::vector<std::string> address_like_texts(std::size_t length) {
  std::vector<std::string> texts = {""};
  for (std::size_t start = 0, round = 0; round < length; ++round) {
    std::size_t end = texts.size();
    for (; start < end; ++start) {
      for (const char* piece : {":", "::", "1:", "abcd:", "0", "1.2.3.4"}) {
        texts.push_back(texts[start] + piece);
      }
    }
  }
  return texts;
}

template <class Sockaddr>
Address taken_from(const Sockaddr& from, std::size_t size = sizeof(Sockaddr)) {
  return Address::from_sockaddr(&from, size);
}

}  // namespace

TEST_CASE("addresses are read and written in their canonical form") {
  CHECK(read("1.2.3.4:80") == "1.2.3.4:80");
  CHECK(read("255.255.255.255:65535") == "255.255.255.255:65535");
  CHECK(read("[::1]:80") == "[::1]:80");
  CHECK(read("[0:0:0:0:0:0:0:1]:80") == "[::1]:80");
  CHECK(read("[2001:DB8::A]:443") == "[2001:db8::a]:443");
  CHECK(read("[1:2:3:4:5:6:7::]:1") == "[1:2:3:4:5:6:7:0]:1");
  CHECK(read("[::ffff:1.2.3.4]:5") == "[::ffff:1.2.3.4]:5");
  CHECK(read("[64:ff9b::1.2.3.4]:5") == "[64:ff9b::102:304]:5");
  CHECK(read("unix:/run/eddy.sock") == "unix:/run/eddy.sock");
  CHECK(read("unix:relative.sock") == "unix:relative.sock");
  CHECK(read("unix:@eddy") == "unix:@eddy");
}

TEST_CASE("a scope is read by interface name or number, and written by name") {
  Address by_name = *Address::parse("[fe80::1%lo]:80");
  Address by_number = *Address::parse("[fe80::1%1]:80");

  CHECK(by_name.scope() == 1);
  CHECK(by_name == by_number);
  CHECK(by_number.to_string() == "[fe80::1%lo]:80");
  CHECK(read("[fe80::1%4000000000]:80") == "[fe80::1%4000000000]:80");
  CHECK(by_name.host() == "fe80::1%lo");
}

TEST_CASE("an address that cannot be read quotes what was given and says what was expected") {
  CHECK(read("localhost:80") ==
        "address \"localhost:80\": a host name needs a resolver; here an IP address is expected, "
        "as in 127.0.0.1:80");
  CHECK(read("1.2.3.4") == "address \"1.2.3.4\": the port is missing, as in 127.0.0.1:80");
  CHECK(read("[::1]") == "address \"[::1]\": the port is missing, as in [::1]:80");
  CHECK(read("8080") ==
        "address \"8080\": a port alone is no address; write 127.0.0.1:80 or [::]:80");
  CHECK(read(":8080") ==
        "address \":8080\": the host is missing; every interface is 0.0.0.0:80 or [::]:80");
  CHECK(read("*:8080") ==
        "address \"*:8080\": the host is missing; every interface is 0.0.0.0:80 or [::]:80");
  CHECK(read("::1:80") == "address \"::1:80\": an IPv6 address stands in brackets, as in [::1]:80");
  CHECK(read("1.2.3.4:65536") ==
        "address \"1.2.3.4:65536\": the port must be a number from 0 to 65535");
  CHECK(read("[::1:80") == "address \"[::1:80\": the closing bracket is missing");
  CHECK(read("[::1]80") == "address \"[::1]80\": after ] a port is expected, as in [::1]:80");
  CHECK(
      read("[1.2.3.4]:80") ==
      "address \"[1.2.3.4]:80\": what stands in brackets must be an IPv6 address, as in [::1]:80");
  CHECK(read("[fe80::1%nope]:80") ==
        "address \"[fe80::1%nope]:80\": there is no such network interface");
  CHECK(read("[fe80::1%]:80") ==
        "address \"[fe80::1%]:80\": after % an interface is expected, as in [fe80::1%eth0]:80");
  CHECK(read("") == "address \"\": expected 127.0.0.1:80, [::1]:80, unix:/path or unix:@name");
  CHECK(read("unix:") ==
        "address \"unix:\": a path is missing, as in unix:/run/name.sock or unix:@name");
  CHECK(read("unix:@") ==
        "address \"unix:@\": a path is missing, as in unix:/run/name.sock or unix:@name");
  CHECK(read("unix:a\0b"s) == "address \"unix:a\\x00b\": the path of a Unix socket holds no NUL");
  CHECK(Address::parse("").error() == Errc::invalid);
}

TEST_CASE("ports are decimal numbers in range without sign, space or leading zero") {
  CHECK_FALSE(Address::parse("1.2.3.4:"));
  CHECK_FALSE(Address::parse("1.2.3.4:+80"));
  CHECK_FALSE(Address::parse("1.2.3.4:-1"));
  CHECK_FALSE(Address::parse("1.2.3.4: 80"));
  CHECK_FALSE(Address::parse("1.2.3.4:080"));
  CHECK_FALSE(Address::parse("1.2.3.4:0x50"));
  CHECK_FALSE(Address::parse("1.2.3.4:99999999999999999999"));
  CHECK_FALSE(Address::parse("1.2.3.4:80 "));
}

TEST_CASE("IPv4 addresses are four decimal numbers and nothing else") {
  CHECK_FALSE(Address::parse("1.2.3:80"));
  CHECK_FALSE(Address::parse("1.2.3.4.5:80"));
  CHECK_FALSE(Address::parse("256.2.3.4:80"));
  CHECK_FALSE(Address::parse("010.2.3.4:80"));
  CHECK_FALSE(Address::parse("1..3.4:80"));
  CHECK_FALSE(Address::parse("0x7f.0.0.1:80"));
  CHECK_FALSE(Address::parse("2130706433:80"));
}

TEST_CASE("the inside of brackets is read as the C library reads it") {
  std::vector<std::string> texts = address_like_texts(5);
  auto differs = [](const std::string& text) {
    return by_eddy(text) != by_c_library(text);
  };

  auto first = std::find_if(texts.begin(), texts.end(), differs);

  CHECK(texts.size() > 9000);
  CHECK(std::count_if(texts.begin(), texts.end(), [](const std::string& text) {
          return by_eddy(text) != "bad";
        }) > 50);
  CHECK((first == texts.end() ? "none" : *first) == "none");
}

TEST_CASE("a hostile text is quoted in one line and not in full") {
  std::string problem = read("\x1b[2J\r\n" + std::string(1'000'000, 'x'));

  CHECK(problem.substr(0, 27) == "address \"\\x1b[2J\\r\\nxxxxxxx");
  CHECK(problem.size() < 300);
}

TEST_CASE("the path of a Unix socket has at most 107 octets, abstract or not") {
  std::string longest = "unix:/" + std::string(106, 'x');
  std::string longest_abstract = "unix:@" + std::string(107, 'x');

  CHECK(read(longest) == longest);
  CHECK(read(longest_abstract) == longest_abstract);
  CHECK(Address::parse(longest)->path().size() == 107);
  CHECK_FALSE(Address::parse(longest + "x"));
  CHECK_FALSE(Address::parse(longest_abstract + "x"));
}

TEST_CASE("an address is what the kernel wants to have") {
  Address address = "1.2.3.4:80"_addr;
  sockaddr_in v4{};
  std::memcpy(&v4, address.data(), sizeof v4);
  Address six = "[::1%5]:81"_addr;
  sockaddr_in6 v6{};
  std::memcpy(&v6, six.data(), sizeof v6);

  CHECK(address.size() == sizeof v4);
  CHECK(address.family() == AF_INET);
  CHECK(v4.sin_family == AF_INET);
  CHECK(ntohs(v4.sin_port) == 80);
  CHECK(ntohl(v4.sin_addr.s_addr) == 0x01020304);
  CHECK(six.size() == sizeof v6);
  CHECK(six.family() == AF_INET6);
  CHECK(v6.sin6_family == AF_INET6);
  CHECK(ntohs(v6.sin6_port) == 81);
  CHECK(v6.sin6_scope_id == 5);
}

TEST_CASE("Unix addresses have the lengths that the kernel expects") {
  Address path = "unix:/x"_addr;
  Address abstract = "unix:@x"_addr;
  sockaddr_un un{};
  std::memcpy(&un, path.data(), path.size());

  CHECK(path.family() == AF_UNIX);
  CHECK(un.sun_family == AF_UNIX);
  CHECK(un.sun_path == "/x"s);
  CHECK(path.size() == offsetof(sockaddr_un, sun_path) + 3);
  CHECK(abstract.size() == offsetof(sockaddr_un, sun_path) + 2);
  CHECK(abstract.path() == "x");
  CHECK(path.path() == "/x");
}

TEST_CASE("an address goes to the kernel and comes back equal") {
  Address all[] = {"1.2.3.4:80"_addr, "[fe80::1%1]:80"_addr, "unix:/x"_addr, "unix:@x"_addr};

  CHECK(Address::from_sockaddr(all[0].data(), all[0].size()) == all[0]);
  CHECK(Address::from_sockaddr(all[1].data(), all[1].size()) == all[1]);
  CHECK(Address::from_sockaddr(all[2].data(), all[2].size()) == all[2]);
  CHECK(Address::from_sockaddr(all[3].data(), all[3].size()) == all[3]);
}

TEST_CASE("what the kernel leaves around an address does not make it another one") {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  std::memset(v4.sin_zero, 0xff, sizeof v4.sin_zero);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_flowinfo = 99;
  sockaddr_un un{};
  un.sun_family = AF_UNIX;
  std::memcpy(un.sun_path, "/x\0junk", 7);

  CHECK(taken_from(v4) == "0.0.0.0:0"_addr);
  CHECK(taken_from(v6) == "[::]:0"_addr);
  CHECK(taken_from(un) == "unix:/x"_addr);
}

TEST_CASE("a path without its NUL is taken whole and not beyond") {
  sockaddr_un un{};
  un.sun_family = AF_UNIX;
  std::memset(un.sun_path, 'x', sizeof un.sun_path);

  CHECK(taken_from(un).path().size() == 107);
  CHECK(taken_from(un, offsetof(sockaddr_un, sun_path) + 5).path() == "xxxxx");
}

TEST_CASE("an unnamed Unix socket has a local address without a path") {
  sockaddr_un un{};
  un.sun_family = AF_UNIX;

  Address unnamed = taken_from(un, offsetof(sockaddr_un, sun_path));

  CHECK(unnamed.local());
  CHECK_FALSE(unnamed.abstract());
  CHECK(unnamed.path().empty());
  CHECK(unnamed.to_string() == "unix:");
}

TEST_CASE("what is too short or of an unknown family is no address") {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  sockaddr unknown{};
  unknown.sa_family = AF_UNSPEC;

  CHECK_FALSE(taken_from(v4, sizeof v4 - 1));
  CHECK_FALSE(taken_from(v4, 1));
  CHECK_FALSE(taken_from(unknown));
  CHECK_FALSE(Address::from_sockaddr(nullptr, 0));
  CHECK(Address().to_string() == "none");
  CHECK(Address().family() == AF_UNSPEC);
  CHECK(Address().host().empty());
}

TEST_CASE("v4-mapped addresses become the IPv4 address inside, others stay") {
  CHECK("[::ffff:10.0.0.1]:80"_addr.unmapped() == "10.0.0.1:80"_addr);
  CHECK("[::1]:80"_addr.unmapped() == "[::1]:80"_addr);
  CHECK("10.0.0.1:80"_addr.unmapped() == "10.0.0.1:80"_addr);
  CHECK("unix:/x"_addr.unmapped() == "unix:/x"_addr);
}

TEST_CASE("loopback and wildcard addresses are told in both families") {
  CHECK("127.0.0.1:1"_addr.loopback());
  CHECK("127.255.0.9:1"_addr.loopback());
  CHECK("[::1]:1"_addr.loopback());
  CHECK("[::ffff:127.0.0.1]:1"_addr.loopback());
  CHECK_FALSE("128.0.0.1:1"_addr.loopback());
  CHECK_FALSE("unix:/x"_addr.loopback());
  CHECK("0.0.0.0:1"_addr.wildcard());
  CHECK("[::]:1"_addr.wildcard());
  CHECK_FALSE("[::1]:1"_addr.wildcard());
  CHECK_FALSE(Address().wildcard());
}

TEST_CASE("link-local addresses are told in both families") {
  CHECK("[fe80::1]:1"_addr.link_local());
  CHECK("[febf::1%1]:1"_addr.link_local());
  CHECK("169.254.0.1:1"_addr.link_local());
  CHECK("[::ffff:169.254.0.1]:1"_addr.link_local());
  CHECK_FALSE("[fec0::1]:1"_addr.link_local());
  CHECK_FALSE("169.253.0.1:1"_addr.link_local());
  CHECK_FALSE("unix:/x"_addr.link_local());
}

TEST_CASE("the port can be changed where there is one") {
  CHECK("[::1]:80"_addr.with_port(0) == "[::1]:0"_addr);
  CHECK("unix:/x"_addr.with_port(80) == "unix:/x"_addr);
}

TEST_CASE("addresses are equal if family, host, port and scope are") {
  CHECK("1.2.3.4:80"_addr != "1.2.3.4:81"_addr);
  CHECK("[fe80::1%1]:80"_addr != "[fe80::1%2]:80"_addr);
  CHECK("1.2.3.4:80"_addr != "[::ffff:1.2.3.4]:80"_addr);
  CHECK("unix:x"_addr != "unix:@x"_addr);
  CHECK(Address() == Address());
}
