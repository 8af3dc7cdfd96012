// SPDX-License-Identifier: MIT
//
// What a program is started with: each test is a program of its own.
#include <eddy/core/loop.hpp>
#include <eddy/io/standard_streams.hpp>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>

#include "terminal.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

/// Runs `body` in a child and gives its exit code.
int exit_code_of(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    _exit(body());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void replace(int standard, int descriptor) {
  dup2(descriptor, standard);
}

}  // namespace

TEST_CASE("the standard streams of a filter bring its input to its output") {
  int input[2];
  int output[2];
  REQUIRE(pipe2(input, O_CLOEXEC) == 0);
  REQUIRE(pipe2(output, O_CLOEXEC) == 0);
  REQUIRE(write(input[1], "a line\nlost", 11) == 11);

  const int code = exit_code_of([&input, &output] {
    replace(STDIN_FILENO, input[0]);
    replace(STDOUT_FILENO, output[1]);
    replace(STDERR_FILENO, output[1]);
    Loop loop;
    Stream in = standard_input(loop).value();
    Stream out = standard_output(loop).value();
    Stream errors = standard_error(loop).value();
    out.write(loop.run_until(in.read_line()).value() + "|");
    const bool sent = loop.run_until(out.shutdown()).has_value();
    errors.write("errors");
    return sent && loop.run_until(errors.shutdown()) ? 11 : 1;
  });
  std::string seen(13, '\0');
  REQUIRE(read(output[0], seen.data(), seen.size()) == 13);

  CHECK(code == 11);
  CHECK(seen == "a line|errors");
  for (const int end : {input[0], input[1], output[0], output[1]})
    close(end);
}

TEST_CASE("a program that was started without its streams is told so, and its loop lives") {
  const int code = exit_code_of([] {
    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    Loop loop;
    const auto input = standard_input(loop);
    const auto output = standard_output(loop);
    const bool told = input.error() == std::errc::bad_file_descriptor &&
                      output.error() == std::errc::bad_file_descriptor;
    return told && input.error().message().starts_with("standard input: ") ? 12 : 1;
  });

  CHECK(code == 12);
}

TEST_CASE("a program that stops reading its input ends at once") {
  int input[2];
  REQUIRE(pipe2(input, O_CLOEXEC) == 0);

  const int code = exit_code_of([&input] {
    replace(STDIN_FILENO, input[0]);
    Loop loop;
    Stream in = standard_input(loop).value();
    auto read = in.read();
    loop.turn();
    return read.ready() ? 1 : 13;
  });

  CHECK(code == 13);
  close(input[0]);
  close(input[1]);
}

TEST_CASE("an error of a standard stream says which of them it is") {
  const int code = exit_code_of([] {
    int broken[2];
    if (pipe2(broken, O_CLOEXEC) != 0) return 1;
    replace(STDIN_FILENO, open("/", O_RDONLY | O_CLOEXEC));
    replace(STDOUT_FILENO, broken[1]);
    replace(STDERR_FILENO, open("/dev/full", O_WRONLY | O_CLOEXEC));
    Loop loop;
    Stream in = standard_input(loop).value();
    Stream out = standard_output(loop).value();
    Stream errors = standard_error(loop).value();
    close(broken[0]);
    out.write("to nobody");
    errors.write("to a full disk");
    const Error unread = loop.run_until(in.read()).error();
    const Error unsent = loop.run_until(out.shutdown()).error();
    const Error unwritten = loop.run_until(errors.shutdown()).error();
    const bool named = unread.context() == "standard input: read" &&
                       unsent.context() == "standard output" &&
                       unwritten.context() == "standard error: write";
    return named ? 15 : 1;
  });

  CHECK(code == 15);
}

TEST_CASE("hardening 222: what nohup leaves of the input cannot be read, and the error says so") {
  const int code = exit_code_of([] {
    replace(STDIN_FILENO, open("/dev/null", O_WRONLY | O_CLOEXEC));
    Loop loop;
    const auto input = standard_input(loop);
    const bool told = input.error().message().find("other way") != std::string::npos;
    return told && input.error() == std::errc::bad_file_descriptor ? 14 : 1;
  });

  CHECK(code == 14);
}
