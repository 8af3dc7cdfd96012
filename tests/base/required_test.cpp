// SPDX-License-Identifier: MIT
#include <eddy/base/required.hpp>

#include <eddy/base/address.hpp>

#include <memory>
#include <string>
#include <type_traits>

#include <doctest/doctest.h>

using namespace eddy;

namespace {

struct Config {
  Required<Address> listen;
  unsigned max_connections = 10'000;
};

template <class T>
concept made_of_nothing = requires {
  T{};
};
template <class T>
concept made_without_listen = requires {
  T{.max_connections = 1};
};
template <class T>
concept made_with_listen = requires {
  T{.listen = Address()};
};

}  // namespace

// Leaving a required field out does not compile; giving it does.
static_assert(!made_of_nothing<Config>);
static_assert(!made_without_listen<Config>);
static_assert(made_with_listen<Config>);
static_assert(!std::is_default_constructible_v<Required<int>>);
static_assert(std::is_copy_constructible_v<Config>);

TEST_CASE("a required field reads like a plain one") {
  Config config{.listen = "127.0.0.1:80"_addr};
  const Address& plain = config.listen;

  CHECK(config.listen->port() == 80);
  CHECK((*config.listen).ipv4());
  CHECK(plain == "127.0.0.1:80"_addr);
  CHECK(config.max_connections == 10'000);
}

TEST_CASE("a required field takes what its type converts from, and can be changed") {
  Required<std::string> name = "first";
  Required<std::unique_ptr<int>> owned = std::make_unique<int>(3);

  name = "second";
  *name += "!";

  CHECK(*name == "second!");
  CHECK(**owned == 3);
}
