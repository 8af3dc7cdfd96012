// SPDX-License-Identifier: MIT
#include <eddy/base/result.hpp>

#include "support.hpp"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include <doctest/doctest.h>

using namespace eddy;

static_assert(std::is_nothrow_move_constructible_v<Result<int>>);
static_assert(std::is_nothrow_move_constructible_v<Result<std::string>>);
static_assert(std::is_nothrow_move_constructible_v<Result<void>>);
static_assert(!std::is_copy_constructible_v<Result<std::unique_ptr<int>>>);
static_assert(std::is_copy_constructible_v<Result<std::string>>);
static_assert(!std::is_convertible_v<Result<int>, bool>);
static_assert(sizeof(Result<int>) <= 32 && sizeof(Result<void>) <= 24);

namespace {

Result<int> half_of(int number) {
  if (number % 2 != 0) return Errc::invalid;
  return number / 2;
}

Result<std::string> text_or(Errc code, bool give) {
  if (!give) return Error(code, "text");
  return "text";
}

/// Can be moved as often as its counter says, then throws.
struct Touchy {
  explicit Touchy(int& moves_left) : moves_left(&moves_left) {}
  Touchy(Touchy&& other)  // NOLINT: throws on purpose
      : moves_left(other.moves_left) {
    if (--*moves_left < 0) throw std::runtime_error("moved too often");
  }
  int* moves_left;
};

/// What a child process that runs `body` says on stderr before it dies, and how it dies.
std::string last_words(const std::function<void()>& body) {
  test::Pipe output;
  test::Child child(output, [&body](int) { body(); });
  std::string words = child.errors().read_all();
  return words.substr(0, words.find(" [")) + ", " + child.wait();
}

}  // namespace

TEST_CASE("a result holds a value or an error") {
  CHECK(half_of(4).has_value());
  CHECK(*half_of(4) == 2);
  CHECK_FALSE(half_of(3).has_value());
  CHECK(half_of(3).error() == Errc::invalid);
}

TEST_CASE("a result converts from what its value converts from") {
  CHECK(*text_or(Errc::closed, true) == "text");
  CHECK(text_or(Errc::closed, true)->size() == 4);
  CHECK(text_or(Errc::closed, false).error().message() == "text: closed");
}

TEST_CASE("value_or gives the value or the other") {
  CHECK(half_of(4).value_or(9) == 2);
  CHECK(half_of(3).value_or(9) == 9);
}

TEST_CASE("a move-only value can be moved out") {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);

  std::unique_ptr<int> taken = *std::move(result);

  CHECK(*taken == 7);
}

TEST_CASE("assignment changes a value into an error and back") {
  Result<std::string> result = std::string(100, 'x');

  result = Error(Errc::closed, std::string(100, 'c'));
  CHECK(result.error() == Errc::closed);
  result = std::string(100, 'y');
  CHECK(result->front() == 'y');
  result = Result<std::string>(result);
  CHECK(result->size() == 100);
}

TEST_CASE("a move that throws in an assignment leaves an error behind") {
  int moves_left = 3;  // into each of the two results, and into the argument of the assignment
  Result<Touchy> result = Touchy(moves_left);
  Result<Touchy> other = Touchy(moves_left);

  CHECK_THROWS_AS(result = std::move(other), std::runtime_error);

  CHECK(result.error() == Errc::exception);
}

TEST_CASE("a result without a value is success by default") {
  Result<void> done;
  Result<void> failed = Errc::closed;

  CHECK(done.has_value());
  done.value();
  CHECK_FALSE(failed.has_value());
  CHECK(failed.error() == Errc::closed);
}

TEST_CASE("reading what a result does not hold stops the program") {
  CHECK(last_words([] { std::ignore = *half_of(3); }) ==
        "eddy: value() of a Result that holds an error, signal 6");
  CHECK(last_words([] { std::ignore = half_of(4).error(); }) ==
        "eddy: error() of a Result that holds a value, signal 6");
  CHECK(last_words([] { Result<void>(Errc::closed).value(); }) ==
        "eddy: value() of a Result that holds an error, signal 6");
  CHECK(last_words([] { std::ignore = Result<void>().error(); }) ==
        "eddy: error() of a Result that holds a value, signal 6");
}

TEST_CASE("a failure with the code for success stops the program") {
  CHECK(last_words([] { std::ignore = Result<void>(Error(std::error_code())); }) ==
        "eddy: a Result cannot fail with the code for success, signal 6");
}
