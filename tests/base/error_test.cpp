// SPDX-License-Identifier: MIT
#include <eddy/base/error.hpp>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

#include <doctest/doctest.h>

using namespace eddy;

static_assert(sizeof(Error) <= 24);
static_assert(std::is_nothrow_move_constructible_v<Error>);
static_assert(std::is_nothrow_copy_constructible_v<Error>);
static_assert(std::is_nothrow_move_assignable_v<Error>);
static_assert(std::is_nothrow_destructible_v<Error>);
static_assert(!std::is_default_constructible_v<Error>);

namespace {

Error from_errno(int code) {
  return Error(std::error_code(code, std::system_category()));
}

/// The letters of the conditions that hold: r(etryable), p(eer gone), m(isuse).
std::string conditions(const Error& error) {
  std::string held;
  if (error == retryable) held += 'r';
  if (error == peer_gone) held += 'p';
  if (error == misuse) held += 'm';
  return held;
}

/// A category whose codes are those of another library, as libuv's and OpenSSL's are.
class ForeignCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "foreign"; }
  std::string message(int) const override { return "foreign trouble"; }
  std::error_condition default_error_condition(int code) const noexcept override {
    return code == 7 ? std::error_condition(std::errc::connection_reset)
                     : std::error_condition(code, *this);
  }
};

template <class Thrown>
std::exception_ptr thrown(Thrown exception) {
  return std::make_exception_ptr(std::move(exception));
}

}  // namespace

TEST_CASE("an error is compared by its code, whatever its context") {
  Error error(Errc::timed_out, "connect 10.0.0.1:80");

  CHECK(error == Errc::timed_out);
  CHECK(error != Errc::closed);
  CHECK(error == make_error_code(Errc::timed_out));
}

TEST_CASE("eddy's codes that have a standard meaning equal the standard condition") {
  CHECK(Error(Errc::canceled) == std::errc::operation_canceled);
  CHECK(Error(Errc::timed_out) == std::errc::timed_out);
  CHECK(Error(Errc::invalid) == std::errc::invalid_argument);
  CHECK(Error(Errc::closed) != std::errc::operation_canceled);
}

TEST_CASE("a code of the system equals the standard condition") {
  CHECK(from_errno(ECONNREFUSED) == std::errc::connection_refused);
  CHECK(Error(std::errc::connection_refused, "x") == std::errc::connection_refused);
}

TEST_CASE("conditions tell of errno codes what a caller may do") {
  CHECK(conditions(from_errno(ECONNREFUSED)) == "r");
  CHECK(conditions(from_errno(ECONNRESET)) == "rp");
  CHECK(conditions(from_errno(ECONNABORTED)) == "rp");
  CHECK(conditions(from_errno(EPIPE)) == "rp");
  CHECK(conditions(from_errno(ETIMEDOUT)) == "r");
  CHECK(conditions(from_errno(EHOSTUNREACH)) == "r");
  CHECK(conditions(from_errno(ENETUNREACH)) == "r");
  CHECK(conditions(from_errno(ENETDOWN)) == "r");
  CHECK(conditions(from_errno(ENETRESET)) == "r");
  CHECK(conditions(from_errno(EAGAIN)) == "r");
  CHECK(conditions(from_errno(EINTR)) == "r");
  CHECK(conditions(from_errno(EMFILE)) == "r");
  CHECK(conditions(from_errno(ENFILE)) == "r");
  CHECK(conditions(from_errno(ENOBUFS)) == "r");
  CHECK(conditions(from_errno(ENOMEM)) == "r");
  CHECK(conditions(from_errno(EBUSY)) == "r");
  CHECK(conditions(from_errno(ENOTCONN)) == "p");
  CHECK(conditions(from_errno(EINVAL)) == "m");
  CHECK(conditions(from_errno(EBADF)) == "m");
  CHECK(conditions(from_errno(EFAULT)) == "m");
  CHECK(conditions(from_errno(ENOTSOCK)) == "m");
  CHECK(conditions(from_errno(EISCONN)) == "m");
  CHECK(conditions(from_errno(ENOENT)).empty());
  CHECK(conditions(from_errno(EACCES)).empty());
  CHECK(conditions(from_errno(EADDRINUSE)).empty());
  CHECK(conditions(from_errno(ECANCELED)).empty());
}

TEST_CASE("conditions tell of eddy's codes what a caller may do") {
  CHECK(conditions(Errc::canceled).empty());
  CHECK(conditions(Errc::timed_out) == "r");
  CHECK(conditions(Errc::broken_promise) == "m");
  CHECK(conditions(Errc::stalled) == "m");
  CHECK(conditions(Errc::closed).empty());
  CHECK(conditions(Errc::end_of_stream) == "rp");
  CHECK(conditions(Errc::truncated) == "rp");
  CHECK(conditions(Errc::too_large).empty());
  CHECK(conditions(Errc::overloaded) == "r");
  CHECK(conditions(Errc::protocol).empty());
  CHECK(conditions(Errc::exception).empty());
  CHECK(conditions(Errc::invalid) == "m");
}

TEST_CASE("conditions see through other categories that map to standard conditions") {
  static const ForeignCategory foreign;

  CHECK(conditions(Error(std::error_code(7, foreign))) == "rp");
  CHECK(conditions(Error(std::error_code(8, foreign))).empty());
}

TEST_CASE("each code and each condition has a text of its own") {
  CHECK(make_error_code(Errc::broken_promise).message() == "promise dropped without a value");
  CHECK(eddy_category().message(99) == "unknown eddy error 99");
  CHECK(make_error_condition(retryable).message() == "may succeed when tried again");
  CHECK(condition_category().message(99) == "unknown eddy condition 99");
  CHECK(std::string(eddy_category().name()) == "eddy");
}

TEST_CASE("the message is context, text of the code and text of the exception") {
  CHECK(Error(Errc::closed).message() == "closed");
  CHECK(Error(Errc::closed, "api").message() == "api: closed");
  CHECK(Error(thrown(std::runtime_error("boom"))).message() == "exception: boom");
  CHECK(Error(thrown(42)).message() == "exception: not a std::exception");
}

TEST_CASE("context is added in front, and the error it was added to stays as it was") {
  Error inner(Errc::closed, "listen on [::]:80");

  Error outer = inner.with("api");

  CHECK(outer == Errc::closed);
  CHECK(outer.context() == "api: listen on [::]:80");
  CHECK(inner.context() == "listen on [::]:80");
  CHECK(Error(Errc::closed).with("api").context() == "api");
  CHECK(Error(Errc::closed, "api").with("").context() == "api");
}

TEST_CASE("context keeps the exception") {
  Error error = Error(thrown(std::runtime_error("boom"))).with("job");

  CHECK(error.exception() != nullptr);
  CHECK(error.message() == "job: exception: boom");
}

TEST_CASE("a thrown eddy exception gives back the error that it carries") {
  Error carried(Errc::too_large, "body");

  Error error(thrown(Exception(carried)));

  CHECK(error == Errc::too_large);
  CHECK(error.context() == "body");
  CHECK(error.exception() == nullptr);
}

TEST_CASE("raising throws the exception inside, or one that carries the error") {
  CHECK_THROWS_AS(Error(thrown(std::out_of_range("x"))).raise(), std::out_of_range);
  CHECK_THROWS_WITH_AS(Error(Errc::closed, "api").raise(), "api: closed", Exception);
}

TEST_CASE("copies share their context, and a moved-from error has none") {
  Error first(Errc::closed, "a context too long for any small string optimisation there is");
  Error copy = first;

  Error moved = std::move(first);

  CHECK(copy.context().data() == moved.context().data());
  CHECK(first.context().empty());  // NOLINT: that is what is tested
}

TEST_CASE("assignment to itself keeps an error as it is") {
  Error error(Errc::closed, "api");
  Error& same = error;

  error = same;

  CHECK(error.message() == "api: closed");
}

TEST_CASE("copies may be made and dropped on different threads") {
  Error error(Errc::closed, "shared");
  auto work = [copy = error] {
    for (int i = 0; i < 10'000; ++i) {
      Error another = copy;  // NOLINT: copies are what is tested
      Error wider = another.with("x");
    }
  };

  std::thread one(work);
  std::thread two(work);
  one.join();
  two.join();

  CHECK(error.message() == "shared: closed");
}

TEST_CASE("a match is made of codes, standard codes, conditions, and matches by them") {
  Error reset(std::errc::connection_reset, "read");

  CHECK(ErrorMatch(std::errc::connection_reset)(reset));
  CHECK(ErrorMatch(peer_gone)(reset));
  CHECK(ErrorMatch(make_error_condition(retryable))(reset));
  CHECK(ErrorMatch(std::make_error_code(std::errc::connection_reset))(reset));
  CHECK_FALSE(ErrorMatch(misuse)(reset));
  CHECK_FALSE(ErrorMatch(Errc::closed)(reset));
  CHECK(ErrorMatch(Errc::closed)(Error(Errc::closed)));
}
