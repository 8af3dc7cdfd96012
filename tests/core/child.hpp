// SPDX-License-Identifier: MIT
//
// Runs a piece of a test in a child process: for what ends a program, or spoils its state.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>

namespace eddy::testing {

/// How a child ended, and what it printed on both outputs.
struct ChildEnd {
  int status = 0;
  std::string output;

  bool aborted() const noexcept { return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT; }
  int exit_code() const noexcept { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }
  bool printed(const std::string& text) const { return output.find(text) != std::string::npos; }
};

/// Runs `body`, which gives an exit code, in a fork of this process.
template <class F>
ChildEnd run_in_child(F&& body) {
  int ends[2];
  if (pipe(ends) != 0) return {};
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    const int code = body();
    std::fflush(nullptr);
    _exit(code);  // not the parent's destructors
  }
  close(ends[1]);
  ChildEnd end;
  char buffer[4096];
  for (ssize_t got = 0; (got = read(ends[0], buffer, sizeof buffer)) > 0;)
    end.output.append(buffer, static_cast<std::size_t>(got));
  close(ends[0]);
  waitpid(child, &end.status, 0);
  return end;
}

}  // namespace eddy::testing
