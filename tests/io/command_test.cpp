// SPDX-License-Identifier: MIT
#include <eddy/io/command.hpp>
#include <eddy/io/exit_status.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <string>

using namespace eddy;

namespace {

std::string complaint(const Command& command) {
  const Result<void> fine = command.validate();
  return fine ? std::string() : fine.error().message();
}

Command with_variable(std::string name, std::string value) {
  return {.argv = {"true"}, .environment = {.set = {{std::move(name), std::move(value)}}}};
}

}  // namespace

TEST_CASE("an exit status tells people what happened") {
  CHECK(ExitStatus{.code = 3}.to_string() == "exited with 3");
  CHECK(ExitStatus{.signal = SIGKILL}.to_string() == "killed by SIGKILL");
  CHECK(ExitStatus{.signal = SIGSEGV, .core_dumped = true}.to_string() ==
        "killed by SIGSEGV (core dumped)");
  CHECK(ExitStatus{.signal = 42}.to_string() == "killed by signal 42");
  CHECK(ExitStatus{}.success());
  CHECK_FALSE(ExitStatus{.code = 1}.success());
  CHECK_FALSE(ExitStatus{.signal = SIGTERM}.success());
}

TEST_CASE("a command without a program is refused") {
  CHECK(complaint({}) == "no program is named: invalid");
  CHECK(complaint({.argv = {""}}) == "no program is named: invalid");
}

TEST_CASE("variables with names that no environment can have are refused by name") {  // case 184
  CHECK(complaint(with_variable("", "x")).starts_with("a variable of the environment has no name"));
  CHECK(complaint(with_variable("A=B", "x"))
            .starts_with("the name of the variable \"A=B\" has a '=' in it"));
  CHECK(complaint(with_variable(std::string("AB\0C", 4), "x"))
            .starts_with("the name of the variable \"AB\" has an octet 0 in it"));
  CHECK(complaint({.argv = {"true"}, .environment = {.unset = {"A="}}})
            .starts_with("the name of the variable \"A=\" has a '=' in it"));
}

TEST_CASE("values with an octet 0 are refused by name, and never cut there") {  // case 184
  CHECK(complaint(with_variable("SECRET", std::string("a\0b", 3)))
            .starts_with("the variable \"SECRET\" has an octet 0 in it"));
  CHECK(complaint({.argv = {"echo", std::string("a\0b", 3)}})
            .starts_with("argument 1 has an octet 0 in it"));
  CHECK(complaint({.argv = {"true"}, .folder = std::string("/tmp\0x", 6)})
            .starts_with("the folder has an octet 0 in it"));
}

TEST_CASE("a value of a mebibyte is refused by name, and never cut") {  // case 184
  const Command command = with_variable("BIG", std::string(1024 * 1024, 'x'));

  CHECK(complaint(command).starts_with("the variable \"BIG\" has 1048581 octets"));
  CHECK(command.validate().error() == std::errc::argument_list_too_long);
}

TEST_CASE("the longest value that the kernel takes is fine, and an octet more is not") {
  constexpr std::size_t most = 32 * 4096 - 3;  // "A=" and the octet 0 at the end

  CHECK(complaint(with_variable("A", std::string(most, 'x'))).empty());
  CHECK_FALSE(complaint(with_variable("A", std::string(most + 1, 'x'))).empty());
}

TEST_CASE("only errors can be merged") {
  CHECK(complaint({.argv = {"true"}, .output = ChildStdio::merged()})
            .starts_with("only the errors can be merged"));
  CHECK(complaint({.argv = {"true"}, .errors = ChildStdio::merged()}).empty());
}

TEST_CASE("a priority or a umask that there is not is refused, not changed to another") {
  CHECK(complaint({.argv = {"true"}, .nice = 20}).starts_with("nice is 20, not -20 to 19"));
  CHECK(complaint({.argv = {"true"}, .nice = -21}).starts_with("nice is -21"));
  CHECK(complaint({.argv = {"true"}, .umask = 01000}).starts_with("the umask has other bits"));
  CHECK(complaint({.argv = {"true"}, .umask = 0777, .nice = -20}).empty());
}
