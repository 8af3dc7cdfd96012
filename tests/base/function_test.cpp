// SPDX-License-Identifier: MIT
#include <eddy/base/function.hpp>

#include "support.hpp"

#include <array>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <doctest/doctest.h>

using namespace eddy;

static_assert(std::is_nothrow_move_constructible_v<Function<void()>>);
static_assert(std::is_nothrow_move_assignable_v<Function<void()>>);
static_assert(!std::is_copy_constructible_v<Function<void()>>);
static_assert(!std::is_constructible_v<Function<int()>, void (*)()>);
static_assert(!std::is_constructible_v<Function<void()>, void (*)(int)>);
static_assert(sizeof(Function<void()>) == Function<void()>::inline_size + sizeof(void*));

namespace {

/// Appends its name to a text when it dies.
class Mortal {
 public:
  Mortal(std::string& deaths, char name) : deaths_(&deaths), name_(name) {}
  Mortal(Mortal&& other) noexcept
      : deaths_(std::exchange(other.deaths_, nullptr)), name_(other.name_) {}
  ~Mortal() {
    if (deaths_ != nullptr) *deaths_ += name_;
  }

 private:
  std::string* deaths_;
  char name_;
};

/// Has a capture of `size` octets that counts where it lives.
template <std::size_t size>
struct Sized {
  std::array<char, size> octets{};
  const void* operator()() const { return this; }
};

template <class F>
bool lives_inside(const F& function, const void* callable) {
  auto start = reinterpret_cast<std::uintptr_t>(&function);  // compared, never used
  auto at = reinterpret_cast<std::uintptr_t>(callable);
  return at >= start && at < start + sizeof function;
}

int doubled(int number) {
  return 2 * number;
}

}  // namespace

TEST_CASE("a function calls what it holds with its arguments, and returns what that returns") {
  Function<int(int, std::unique_ptr<int>)> add = [](int a, std::unique_ptr<int> b) {
    return a + *b;
  };
  Function<int(int)> pointer = &doubled;
  Function<void(int&)> reference = [](int& number) {
    ++number;
  };
  int number = 1;

  reference(number);

  CHECK(add(1, std::make_unique<int>(2)) == 3);
  CHECK(pointer(4) == 8);
  CHECK(number == 2);
}

TEST_CASE("a result may be ignored by a function that returns nothing") {
  Function<void(int)> ignoring = &doubled;

  ignoring(1);

  CHECK(static_cast<bool>(ignoring));
}

TEST_CASE("captures of up to 48 octets live inside, larger ones on the heap") {
  Function<const void*()> small = Sized<48>();
  Function<const void*()> large = Sized<49>();

  CHECK(lives_inside(small, small()));
  CHECK_FALSE(lives_inside(large, large()));
}

TEST_CASE("moving a function leaves an empty one, wherever the captures live") {
  Function<const void*()> small = Sized<48>();
  Function<const void*()> large = Sized<4096>();
  const void* before = large();

  Function<const void*()> moved_small = std::move(small);
  Function<const void*()> moved_large = std::move(large);

  CHECK_FALSE(static_cast<bool>(small));  // NOLINT: that is what is tested
  CHECK_FALSE(static_cast<bool>(large));  // NOLINT: that is what is tested
  CHECK(lives_inside(moved_small, moved_small()));
  CHECK(moved_large() == before);
}

TEST_CASE("captures die with the function, once") {
  std::string deaths;
  {
    Function<void()> first = [mortal = Mortal(deaths, 'a')] {
    };
    Function<void()> second = std::move(first);
    CHECK(deaths.empty());
  }

  CHECK(deaths == "a");
}

TEST_CASE("assignment drops the former captures after the new ones are in place") {
  std::string deaths;
  Function<int()> function = [mortal = Mortal(deaths, 'a')] {
    return 1;
  };

  function = [mortal = Mortal(deaths, 'b')] {
    return 2;
  };

  CHECK(deaths == "a");
  CHECK(function() == 2);
  function = nullptr;
  CHECK(deaths == "ab");
  CHECK_FALSE(static_cast<bool>(function));
}

TEST_CASE("captures may own the very function that is assigned to") {
  struct Owner {
    Function<void()> function;
  };
  std::string deaths;
  auto owner = std::make_shared<Owner>();
  Owner& borrowed = *owner;
  borrowed.function = [owner, mortal = Mortal(deaths, 'a')] {
  };
  owner.reset();
  REQUIRE(deaths.empty());

  borrowed.function = nullptr;

  CHECK(deaths == "a");
}

TEST_CASE("assignment to itself keeps a function as it is") {
  Function<int()> function = [] {
    return 5;
  };
  Function<int()>& same = function;

  function = std::move(same);

  CHECK(function() == 5);
}

TEST_CASE("a function that was moved out to be called may be replaced by its own call") {
  std::string calls;
  Function<void()> next;
  next = [&] {
    calls += 'a';
    next = [&] {
      calls += 'b';
    };
  };

  Function<void()> running = std::exchange(next, nullptr);
  running();
  next();

  CHECK(calls == "ab");
}

TEST_CASE("exceptions of the callable reach the caller") {
  Function<void()> throwing = [] {
    throw 7;
  };

  CHECK_THROWS_AS(throwing(), int);
}

TEST_CASE("calling an empty function stops the program and says why") {
  test::Pipe output;

  test::Child child(output, [](int) { Function<void()>()(); });

  std::string words = child.errors().read_all();
  CHECK(words.substr(0, words.find(" [")) == "eddy: an empty Function cannot be called");
  CHECK(child.wait() == "signal 6");
}
